import { randomBytes } from "node:crypto";
import { expect } from "vitest";
import type { ApiAnswer } from "#test/support/api-calls.ts";
import { writeForm, type FormPart } from "#test/support/form-bodies.ts";
import type { Phone } from "#test/support/phone.ts";
import { sendForm } from "#test/support/send-form.ts";
import { uniqueName } from "#test/support/servers.ts";
import { worldTest, type World } from "#test/support/world.ts";

const MIB = 1024 ** 2;
const test = worldTest({
  worker: false,
  settings: {
    REPORT_MAX_FILE_BYTES: String(6 * MIB),
    REPORT_MAX_BYTES: String(10 * MIB),
    REPORT_MAX_FILES: "3",
    REPORT_MAX_BYTES_A_DAY: String(12 * MIB),
    REPORT_UPLOADS_AT_ONCE: "5",
  },
});

const someone = (world: World) => world.pickUp({ userId: uniqueName("user") });
const file = (name: string, bytes: number): FormPart => ({
  name: "files",
  fileName: name,
  content: randomBytes(bytes),
});
const told = ({ status, body }: ApiAnswer) => [status, (body as { error?: { code: string } }).error?.code];

async function send(world: World, phone: Phone, parts: readonly FormPart[]) {
  const form = writeForm("curl", parts);
  const token = await world.tokenOf("beckon-devices", phone.userId);
  return sendForm(world.apiUrl, [form.body], { token, contentType: form.contentType });
}

test("a form with too much in it is refused by what is too much, and leaves nothing", async ({ world }) => {
  const phone = someone(world);
  const tooMuch = [
    [file("a", 6 * MIB + 1)],
    [file("a", 5 * MIB), file("b", 5 * MIB + 1)],
    ["a", "b", "c", "d"].map((name) => file(name, 1)),
  ];
  for (const parts of tooMuch) expect(told(await send(world, phone, parts))).toEqual([413, "report_too_large"]);
  // Said beforehand, it is refused before a byte of it is taken.
  const token = await world.tokenOf("beckon-devices", phone.userId);
  const early = await sendForm(world.apiUrl, [], {
    token,
    contentType: "multipart/form-data; boundary=b",
    lengthBytes: 12 * MIB,
  }).catch((error: unknown) => error);
  expect(told(early as ApiAnswer)).toEqual([413, "report_too_large"]);
  expect(await world.blobs()).toEqual({ ingest: [], evidence: [] });
  expect(await world.sql("select from ticket")).toEqual([]);
});

test("a user who has sent as much as a day takes is told so, and the file that was too much is gone", async ({
  world,
}) => {
  const phone = someone(world);
  expect((await send(world, phone, [file("a", 6 * MIB)])).status).toBe(201);
  expect((await send(world, phone, [file("b", 5 * MIB)])).status).toBe(201);
  const { evidence } = await world.blobs();
  expect(told(await send(world, phone, [file("c", 2 * MIB)]))).toEqual([429, "too_many_reports"]);
  expect((await world.blobs()).evidence).toEqual(evidence);
});

test("uploads that are under way are counted, of one user and of all", async ({ world }) => {
  const gate = Promise.withResolvers<void>();
  const form = writeForm("curl", [file("a", 10)]);
  /** Begins an upload until there is room for it: one that only looks whether there is may be before it. */
  const hold = async (phone: Phone) => {
    const token = await world.tokenOf("beckon-devices", phone.userId);
    const pieces = async function* () {
      yield form.body.subarray(0, 40);
      await gate.promise;
      yield form.body.subarray(40);
    };
    for (;;) {
      const answer = await sendForm(world.apiUrl, pieces(), { token, contentType: form.contentType });
      if (answer.status !== 429) return answer;
    }
  };
  const [ann, ben] = [someone(world), someone(world)];
  const underWay = [ann, ann, ann, ann].map((phone) => hold(phone));
  await world.until(async () => told(await send(world, ann, [file("b", 1)])), [429, "too_many_uploads"]);
  underWay.push(hold(ben));
  await world.until(async () => told(await send(world, someone(world), [file("b", 1)])), [429, "too_many_uploads"]);
  gate.resolve();
  expect((await Promise.all(underWay)).map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
  expect((await send(world, someone(world), [file("b", 1)])).status).toBe(201);
});
