import { randomBytes, randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import { describe, expect } from "vitest";
import type { ApiAnswer } from "#test/support/api-calls.ts";
import { HANDS, writeForm, type FormPart, type HandName, type WrittenForm } from "#test/support/form-bodies.ts";
import { sha256Of, type Phone } from "#test/support/phone.ts";
import { FORM_PATH, sendForm } from "#test/support/send-form.ts";
import { uniqueName } from "#test/support/servers.ts";
import { worldTest, type World } from "#test/support/world.ts";

const test = worldTest();
const MIB = 1024 ** 2;

interface Made {
  readonly reportId: string;
  readonly ticketId: string;
  readonly ticketIsNew: boolean;
  readonly state: string;
  readonly files: readonly { readonly id: string; readonly name: string; readonly sha256: string }[];
}

const someone = (world: World) => world.pickUp({ userId: uniqueName("user") });
const tokenOf = (world: World, { userId }: Phone) => world.tokenOf("beckon-devices", userId);
const codeOf = (answer: ApiAnswer) => [answer.status, answer.headers.get("x-ms-error-code")];

async function post(world: World, phone: Phone, form: WrittenForm, headers: Record<string, string> = {}) {
  const token = await tokenOf(world, phone);
  return sendForm(world.apiUrl, [form.body], { token, contentType: form.contentType, headers });
}

async function made(answer: Promise<ApiAnswer>): Promise<Made> {
  const { status, text, body } = await answer;
  if (status !== 201) throw new Error(`The API answered ${status}: ${text}`);
  return body as Made;
}

/** What a user's app says, the files first: nobody may rely on an order. */
function partsOf(callId: string, more: readonly FormPart[] = []): FormPart[] {
  return [
    { name: "acs-calling", fileName: "Anruf „ß“ 💥.blog", content: randomBytes(70_000) },
    { name: "files", fileName: 'a "quoted".log', content: "of a.log\r\n--not a boundary\r\n" },
    { name: "text", content: "Ich höre nichts\nund dann war Schluss" },
    { name: "callIds", content: callId },
    { name: "callIds", content: `${callId}-2` },
    { name: "sdkVersion", content: "azure-communication-calling/2.10.0" },
    { name: "answers", content: JSON.stringify({ score: 1, issues: ["NoRemoteAudio"] }) },
    { name: "subject", content: "" },
    ...more,
  ];
}

/** What is kept, once the removals of earlier tests are done. */
async function quietBlobs(world: World) {
  return world.until(() => world.blobs(), { ingest: [], evidence: expect.any(Array) });
}

/** Nothing of a report: no blob in either room, and no row. */
async function expectNothing(world: World, phone: Phone, blobsBefore: Awaited<ReturnType<World["blobs"]>>) {
  await world.until(() => world.blobs(), blobsBefore);
  expect(await world.sql("select from report where user_id = $1", [phone.userId])).toEqual([]);
  expect(await world.sql("select from ticket where user_id = $1", [phone.userId])).toEqual([]);
}

describe("a form", () => {
  test.for(Object.keys(HANDS) as HandName[])(
    "written by %s is a ticket with its files verified, when it is answered",
    async (hand, { world }) => {
      const [phone, callId] = [someone(world), randomUUID()];
      const parts = partsOf(callId).filter(({ fileName }) => hand !== "curl" || !fileName?.includes('"'));
      const { files, ...answer } = await made(post(world, phone, writeForm(hand, parts)));
      expect(answer).toMatchObject({ ticketIsNew: true, state: "linked" });
      const expected = parts.flatMap(({ name, fileName, content }) =>
        fileName === undefined
          ? []
          : [
              {
                collector: name === "files" ? "app" : name,
                name: fileName.normalize("NFC"),
                state: "linked",
                sha256: sha256Of(Buffer.from(content)),
              },
            ],
      );
      expect(files).toMatchObject(expected);
      // At this very moment, and not by and by: no job has had to come.
      const ticket = await world.agent.ticket(answer.ticketId);
      expect(ticket).toMatchObject({
        subject: "Ich höre nichts",
        callIds: [callId, `${callId}-2`],
        files: expected.map((file) => ({ ...file, reportId: answer.reportId })),
      });
      expect(await world.agent.reports(answer.ticketId)).toMatchObject([
        {
          origin: "multipart",
          state: "linked",
          sdkVersion: "azure-communication-calling/2.10.0",
          answers: { score: 1, issues: ["NoRemoteAudio"] },
        },
      ]);
      const { url } = await world.agent.createDownloadUrl(files[0]?.id ?? "");
      expect(sha256Of(new Uint8Array(await (await fetch(url)).arrayBuffer()))).toBe(files[0]?.sha256);
      await world.until(() => world.blobs({ id: answer.reportId }), {
        ingest: [],
        evidence: files.map(({ id }) => id).toSorted(),
      });
    },
  );

  test("of fetch is taken as it comes, files of many blocks and empty ones, with and without its length", async ({
    world,
  }) => {
    const phone = someone(world);
    const large = randomBytes(9 * MIB + 1);
    const form = new FormData();
    form.append("media", new File([large], "media.etl"));
    form.append("files", new File([], "empty.log"));
    form.append("text", "It froze");
    const token = await tokenOf(world, phone);
    const whole = await fetch(new URL(FORM_PATH, world.apiUrl), {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
      body: form,
    });
    expect(whole.status).toBe(201);
    expect(((await whole.json()) as Made).files).toMatchObject([
      { name: "media.etl", sizeBytes: large.length, sha256: sha256Of(large) },
      { name: "empty.log", sizeBytes: 0 },
    ]);

    const written = writeForm("a browser", [{ name: "media", fileName: "media.etl", content: large }]);
    const slices = Array.from({ length: 40 }, (_, n) => written.body.subarray(n * 250_000, (n + 1) * 250_000));
    const chunked = sendForm(world.apiUrl, slices, { token, contentType: written.contentType });
    expect((await made(chunked)).files).toMatchObject([{ sha256: sha256Of(large) }]);
  });

  test("tells its story on the ticket in the order in which it became true", async ({ world }) => {
    const phone = someone(world);
    const { ticketId, reportId, files } = await made(
      post(world, phone, writeForm("OkHttp 4", partsOf(randomUUID(), [{ name: "surveyId", content: "s-1" }]))),
    );
    const story = (await world.agent.timeline(ticketId)).map(({ type, actor, fileId }) => [type, actor.kind, fileId]);
    expect(story).toEqual([
      ["ticket.created", "user", undefined],
      ["report.created", "user", undefined],
      ...files.map(({ id }) => ["file.linked", "user", id]),
      ["report.linked", "user", undefined],
    ]);
    expect(await world.agent.reports(ticketId)).toMatchObject([{ id: reportId, origin: "survey", surveyId: "s-1" }]);
    expect(await phone.reportReceipt(reportId)).toMatchObject({ state: "linked", shown: { retentionDays: "30" } });
    expect(await phone.withdrawReport(reportId)).toMatchObject({ state: "withdrawn" });
    await world.until(() => world.blobs({ id: reportId }), { ingest: [], evidence: [] });
  });

  test("joins the ticket of its call, or the one that it names; another's is none, and takes no file", async ({
    world,
  }) => {
    const [phone, callId] = [someone(world), randomUUID()];
    const first = await phone.report({ callIds: [callId] });
    const second = await made(post(world, phone, writeForm("curl", [{ name: "callIds", content: callId }])));
    expect(second).toMatchObject({ ticketId: first.ticketId, ticketIsNew: false, files: [] });
    const stranger = someone(world);
    const before = await quietBlobs(world);
    const named = [...partsOf(randomUUID()), { name: "ticketId", content: first.ticketId }];
    expect(codeOf(await post(world, stranger, writeForm("OkHttp 4", named)))).toEqual([404, "not_found"]);
    await expectNothing(world, stranger, before);
    expect(await made(post(world, phone, writeForm("OkHttp 4", named)))).toMatchObject({ ticketId: first.ticketId });
  });

  test("is nobody's without a credential of a device", async ({ world }) => {
    const form = writeForm("curl", partsOf(randomUUID()));
    const call = { contentType: form.contentType };
    const agents = await world.tokenOf("beckon-agents", "alex");
    for (const token of ["none", agents])
      expect((await sendForm(world.apiUrl, [form.body], { ...call, token })).status).toBe(401);
  });

  test("of a browser whose file input was left alone has no file", async ({ world }) => {
    const parts = [
      { name: "files", fileName: "", content: "" },
      { name: "text", content: "words alone" },
    ];
    expect(await made(post(world, someone(world), writeForm("a browser", parts)))).toMatchObject({ files: [] });
  });
});

describe("a connection that dies", () => {
  test.for([0.01, 0.3, 0.6, 0.99])(
    "with %d of the form sent leaves nothing, and its key free",
    async (part, { world }) => {
      const phone = someone(world);
      const before = await quietBlobs(world);
      const token = await tokenOf(world, phone);
      const form = writeForm("a browser", [
        ...partsOf(randomUUID()),
        { name: "media", fileName: "media.etl", content: randomBytes(12 * MIB) },
      ]);
      const key = randomUUID();
      const request = httpRequest(new URL(FORM_PATH, world.apiUrl), {
        method: "POST",
        agent: false,
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": form.contentType,
          "content-length": String(form.body.length),
          "idempotency-key": key,
        },
      });
      const ended = new Promise((resolve) => request.once("close", resolve));
      request.on("error", () => undefined);
      await new Promise((resolve) => request.write(form.body.subarray(0, form.body.length * part), resolve));
      await world.until(() => world.sql("select from idempotency_key where key = $1", [key]), [{}]);
      request.destroy();
      await ended;
      await world.until(() => world.sql("select from idempotency_key where key = $1", [key]), []);
      await expectNothing(world, phone, before);
      expect(await made(post(world, phone, form, { "idempotency-key": key }))).toMatchObject({ ticketIsNew: true });
    },
  );

  test("to the file store leaves nothing either, once the store is back", async ({ world }) => {
    const phone = someone(world);
    const before = await quietBlobs(world);
    const form = writeForm("curl", [{ name: "media", fileName: "m.etl", content: randomBytes(24 * MIB) }]);
    const pieces = async function* () {
      yield form.body.subarray(0, 8 * MIB);
      await world.wires.blobs.cut();
      yield form.body.subarray(8 * MIB);
    };
    const token = await tokenOf(world, phone);
    const answer = await sendForm(world.apiUrl, pieces(), { token, contentType: form.contentType });
    await world.wires.blobs.mend();
    expect([...codeOf(answer), answer.headers.has("retry-after")]).toEqual([503, "blob_store_unavailable", true]);
    await expectNothing(world, phone, before);
  });
});

describe("an Idempotency-Key of a form", () => {
  test("makes a repeated form one report, to the byte, however its sender writes it down", async ({ world }) => {
    const phone = someone(world);
    const headers = { "idempotency-key": randomUUID() };
    const parts = partsOf(randomUUID());
    const first = await post(world, phone, writeForm("OkHttp 4", parts), headers);
    expect(first.status).toBe(201);
    const again = await post(world, phone, writeForm(".NET", parts.toReversed()), headers);
    // Reversed call ids are other call ids; and a body that says something else is another body.
    expect(codeOf(again)).toEqual([422, "idempotency_key_reused"]);
    const same = await post(world, phone, writeForm(".NET", parts), headers);
    expect([same.status, same.text, same.headers.get("location")]).toEqual([
      201,
      first.text,
      first.headers.get("location"),
    ]);
    const other = await post(world, phone, writeForm("curl", [{ name: "text", content: "other" }]), headers);
    expect(codeOf(other)).toEqual([422, "idempotency_key_reused"]);
    expect(await world.sql("select from report where user_id = $1", [phone.userId])).toHaveLength(1);
    const { reportId, files } = first.body as Made;
    await world.until(() => world.blobs({ id: reportId }), {
      ingest: [],
      evidence: files.map(({ id }) => id).toSorted(),
    });
  });

  test("is held while its form comes: a twin is told to wait, and gets the answer later", async ({ world }) => {
    const phone = someone(world);
    const headers = { "idempotency-key": randomUUID() };
    const form = writeForm("curl", partsOf(randomUUID()));
    const gate = Promise.withResolvers<void>();
    const pieces = async function* () {
      yield form.body.subarray(0, 1_000);
      await gate.promise;
      yield form.body.subarray(1_000);
    };
    const token = await tokenOf(world, phone);
    const first = sendForm(world.apiUrl, pieces(), { token, contentType: form.contentType, headers });
    await world.until(
      () => world.sql("select from idempotency_key where key = $1", [headers["idempotency-key"]]),
      [{}],
    );
    const twin = await post(world, phone, form, headers);
    expect([...codeOf(twin), twin.headers.get("retry-after")]).toEqual([409, "in_progress", "1"]);
    gate.resolve();
    const { status, text } = await first;
    const later = await post(world, phone, form, headers);
    expect([status, later.status, later.text]).toEqual([201, 201, text]);
  });

  test("is free again after a form that was refused", async ({ world }) => {
    const phone = someone(world);
    const headers = { "idempotency-key": randomUUID() };
    const parts = partsOf(randomUUID());
    const wrong = writeForm("curl", [...parts, { name: "ticketId", content: randomUUID() }]);
    expect((await post(world, phone, wrong, headers)).status).toBe(404);
    expect((await post(world, phone, writeForm("curl", parts), headers)).status).toBe(201);
  });
});
