import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BeckonError, type Collector, type FrozenFile, freezeBytes, type SdkErrorCode } from "#sdk/create-beckon.ts";
import { exportLogs } from "#sdk/export-logs.ts";
import { type Phone, quickClock, startJourney } from "./journey.ts";

let journey: Awaited<ReturnType<typeof startJourney>>;
beforeAll(async () => {
  journey = await startJourney();
});
afterAll(() => journey.end());

const UNKNOWN = "0195a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b";
const gives = (file: FrozenFile): Collector => ({ name: "app", label: "App log", collect: async () => [file] });

async function share(phone: Phone, network: "any" | "unmetered" = "any") {
  const request = journey.server.addRequest();
  await phone.beckon.review(request.id);
  return phone.beckon.share(request.id, { network });
}

/** How an app meets each error that is the SDK's own. */
const MEETINGS: Record<SdkErrorCode, () => Promise<unknown>> = {
  network: () => journey.phone({ fetch: () => Promise.reject(new TypeError("offline")) }).beckon.receipt(UNKNOWN),
  no_token: () => journey.phone({ getToken: () => Promise.reject(new Error("signed out")) }).beckon.receipt(UNKNOWN),
  unexpected_answer: () => {
    journey.server.failNext(`${UNKNOWN}/receipt`, { status: 404 });
    return journey.phone().beckon.receipt(UNKNOWN);
  },
  stopped: () => {
    const { beckon } = journey.phone();
    beckon.stop();
    return beckon.receipt(UNKNOWN);
  },
  not_reviewed: () => journey.phone().beckon.share(journey.server.addRequest().id),
  file_unreadable: () => {
    const gone = { ...freezeBytes("gone.log", "x"), blob: undefined, stream: () => failing() };
    return share(journey.phone({ collectors: [gives(gone)] }));
  },
  upload_refused: () => {
    journey.server.failNext("/blobs/", { status: 400 }, 5);
    return share(journey.phone());
  },
  upload_too_late: () =>
    share(
      journey.phone({ clock: quickClock(), connection: { isMetered: () => true, onChange: () => () => {} } }),
      "unmetered",
    ),
  export_too_large: () =>
    exportLogs({
      collectors: [gives({ ...freezeBytes("huge.log", "x"), sizeBytes: 2 ** 32 })],
      maxBytes: 2 ** 33,
      share: async () => {},
    }),
  cannot_share: () => exportLogs({ collectors: [gives(freezeBytes("app.log", "x"))] }),
};

async function* failing(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield Uint8Array.of(1);
  throw new Error("the disk is gone");
}

test.each(Object.entries(MEETINGS))("an app meets %s as a BeckonError with that code", async (code, meet) => {
  const error = await meet().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BeckonError);
  expect(error).toMatchObject({ code, name: "BeckonError", message: expect.stringMatching(/\w/) });
});

test("the README's table has a row for each of them, and no other", () => {
  const page = readFileSync("src/sdk/README.md", "utf8");
  const table = page.slice(page.indexOf("| code of the SDK's own |")).split("\n\n")[0] ?? "";
  const codes = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code ?? "");
  expect(codes.toSorted()).toEqual(Object.keys(MEETINGS).toSorted());
});
