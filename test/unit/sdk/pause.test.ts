import { afterAll, beforeAll, expect, test, vi } from "vitest";
import {
  type BeckonOptions,
  type Collector,
  type FileProgress,
  freezeBytes,
  memoryStorage,
} from "#sdk/create-beckon.ts";
import { createReports } from "#sdk/create-reports.ts";
import type { ReportStatus } from "#sdk/reports.ts";
import { LOGS, startJourney } from "./journey.ts";
import { patientClock } from "./patient-clock.ts";

let journey: Awaited<ReturnType<typeof startJourney>>;
beforeAll(async () => {
  journey = await startJourney();
});
afterAll(() => journey.end());

/** Facts come soon, but for a machine that is busy with other things. */
const soon = { timeout: 20_000 };

/** A phone, and what it was told of its uploads. */
function watchedPhone(more: Partial<BeckonOptions> = {}) {
  const progress: FileProgress[] = [];
  const phone = journey.phone({ clock: patientClock(), onProgress: (one) => progress.push(one), ...more });
  const waits = (why: FileProgress["waitingFor"]) =>
    vi.waitFor(() => expect(progress.at(-1)?.waitingFor).toBe(why), soon);
  return { ...phone, progress, waits };
}

const held = (request: { files: { id: string; name: string }[] }) =>
  Object.fromEntries(request.files.map(({ id, name }) => [name, journey.server.blobs.get(id)?.toString()]));

test("an upload that the user pauses stands still, in the middle of a file too, until they go on", async () => {
  const phone = watchedPhone();
  const request = journey.server.addRequest();
  await phone.beckon.review(request.id);
  journey.server.onNextPut(async (gone) => {
    await phone.beckon.pause(request.id);
    await gone;
  });
  const shared = phone.beckon.share(request.id);
  await phone.waits("user");
  expect(request.state).toBe("consented");
  expect(journey.server.puts.filter((fileId) => request.files.some(({ id }) => id === fileId))).toHaveLength(1);
  await phone.beckon.resume(request.id);
  expect(await shared).toMatchObject({ state: "uploaded" });
  expect(held(request)).toEqual(LOGS);
});

test("a paused upload is still paused after a restart, and goes on when the user says so", async () => {
  const storage = memoryStorage();
  const first = watchedPhone({ storage });
  const request = journey.server.addRequest();
  await first.beckon.review(request.id);
  journey.server.onNextPut(() => first.beckon.pause(request.id));
  const interrupted = first.beckon.share(request.id);
  await first.waits("user");
  first.beckon.stop();
  await expect(interrupted).rejects.toMatchObject({ code: "stopped" });
  const puts = journey.server.puts.length;

  const second = watchedPhone({ storage });
  await second.beckon.sync();
  await second.waits("user");
  expect(journey.server.puts).toHaveLength(puts);
  await second.beckon.resume(request.id);
  expect(await second.beckon.upload(request.id)).toMatchObject({ state: "uploaded" });
  expect(held(request)).toEqual(LOGS);
});

test("on a metered connection a file over the app's cap waits for Wi-Fi and holds up no smaller one; sent anyway it goes", async () => {
  const sizes: Collector = {
    name: "app",
    label: "App log",
    collect: async () => [freezeBytes("large.log", "x".repeat(2_000)), freezeBytes("small.log", "of few bytes")],
  };
  const connection = { isMetered: () => true, onChange: () => () => {} };
  const phone = watchedPhone({ collectors: [sizes], connection, meteredMaxBytes: 1_000 });
  const request = journey.server.addRequest();
  await phone.beckon.review(request.id);
  // The consent screen says `any` where nobody ticked "only over Wi-Fi": that lifts no cap.
  const shared = phone.beckon.share(request.id, { network: "any" });
  await phone.waits("unmetered");
  expect(phone.progress.at(-1)).toMatchObject({ name: "large.log", sentBytes: 0 });
  expect(held(request)).toEqual({ "large.log": undefined, "small.log": "of few bytes" });
  await phone.beckon.useNetwork(request.id, "any");
  expect(await shared).toMatchObject({ state: "uploaded" });
  expect(held(request)["large.log"]).toHaveLength(2_000);
});

test("the files of a report can be paused as well; its words are there", async () => {
  const seen: ReportStatus[] = [];
  const reports = createReports({
    baseUrl: journey.server.baseUrl,
    getToken: () => "ada",
    userId: "ada",
    collectors: [],
    clock: patientClock(),
    onReport: (status) => seen.push(status),
  });
  const key = crypto.randomUUID();
  journey.server.onNextPut(() => reports.pause(key));
  const file = { collector: "app", label: "App log", file: freezeBytes("app.log", "froze") };
  const reported = reports.reportIssue({ text: "It froze", key, files: [file] });
  await vi.waitFor(() => expect(seen.at(-1)?.waitingFor).toBe("user"), soon);
  expect(seen.at(-1)?.reportId).toBeDefined();
  await reports.resume(key);
  expect(await reported).toMatchObject({ key, state: "uploaded" });
  reports.stop();
});
