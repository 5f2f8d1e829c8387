import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { createIncidents } from "#sdk/incidents.ts";
import { createBeckon } from "#sdk/create-beckon.ts";
import type { Collector } from "#sdk/frozen-file.ts";
import { createReports, freezeBytes, memoryStorage } from "#sdk/report-issue.ts";
import type { Reports, ReportsOptions, ReportStatus } from "#sdk/reports.ts";
import { LOGS, memoryCollector, quickClock } from "./journey.ts";
import { startWireServer, type WireServer } from "./wire-server.ts";

let server: WireServer;
const open: Reports[] = [];
beforeAll(async () => {
  server = await startWireServer();
});
afterEach(() => {
  for (const reports of open.splice(0)) reports.stop();
  server.heal();
  server.setReportLinksAway(false);
});
afterAll(() => server.close());

function app(more: Partial<ReportsOptions> = {}) {
  const clock = quickClock();
  const released: string[] = [];
  const told: ReportStatus[] = [];
  const errors: unknown[] = [];
  const userId = more.userId ?? randomUUID();
  const storage = more.storage ?? memoryStorage();
  const start = (again: Partial<ReportsOptions> = {}) => {
    const reports = createReports({
      baseUrl: server.baseUrl,
      getToken: () => userId,
      userId,
      collectors: [memoryCollector(released)],
      storage,
      locale: "en",
      clock,
      onReport: (status) => told.push(status),
      onError: (error) => errors.push(error),
      ...more,
      ...again,
    });
    open.push(reports);
    return reports;
  };
  return { reports: start(), start, userId, storage, clock, released, told, errors };
}

const sentBy = (userId: string) =>
  server.calls.filter(({ method, path, userId: one }) => method === "POST" && path === "/v1/reports" && one === userId);
const reportsOf = (userId: string) => [...server.reports.values()].filter((report) => report.userId === userId);
const held = (files: readonly { id: string; name: string }[]) =>
  Object.fromEntries(files.map(({ id, name }) => [name, server.blobs.get(id)?.toString()]));

test("what the user writes, the call and the files of the review are on the ticket, byte for byte", async () => {
  const { reports, userId, released, told } = app({ callingSdkVersion: "acs/1.36.1" });
  const review = await reports.review();
  expect(review.textFor()).toBe("You report an issue to Acme.\n\nWhat is sent: app.log, app.log.1, 40 bytes.");
  const result = await reports.reportIssue({ text: "It froze", callIds: ["call-1"], review });
  expect(result).toMatchObject({ ticketIsNew: true, state: "uploaded", ticketNumber: expect.any(Number) });
  expect(held(result.files)).toEqual(LOGS);
  expect(reportsOf(userId)[0]?.told).toMatchObject({
    text: "It froze",
    callIds: ["call-1"],
    sdkVersion: "acs/1.36.1",
    consentText: { version: "report-1" },
    shown: { files: "app.log, app.log.1", totalSize: "40 bytes" },
  });
  expect(released.sort()).toEqual(["app.log", "app.log.1"]);
  expect(told.at(-1)?.files.map(({ sentBytes }) => sentBytes)).toEqual([19, 21]);
  expect(await reports.reports()).toEqual([]);
  expect(await reports.reportReceipt(result.reportId)).toMatchObject({ reported: { text: "It froze" } });
});

test("only the files that the user ticked go; words alone need no files", async () => {
  const { reports, userId } = app();
  const review = await reports.review();
  const files = review.files.filter(({ name }) => name === "app.log.1");
  const some = await reports.reportIssue({ text: "some", review, files });
  expect(held(some.files)).toEqual({ "app.log.1": LOGS["app.log.1"] });
  const words = await reports.reportIssue({ text: "words" });
  expect(words).toMatchObject({ state: "linked", files: [] });
  expect(reportsOf(userId)[1]?.told.consentText).toBeUndefined();
});

test("a second tap joins the first, and a twin of a lost answer counts once: one key, one report", async () => {
  const { reports, userId } = app();
  server.failNext("POST /v1/reports", "reset after");
  const review = await reports.review();
  const [one, other] = await Promise.all([
    reports.reportIssue({ text: "tap", review }),
    reports.reportIssue({ text: "tap", review }),
  ]);
  expect(other).toEqual(one);
  const sent = sentBy(userId);
  expect(sent).toHaveLength(2);
  expect(sent[1]).toEqual(sent[0]);
  expect(sent[0]?.key).toBe(one.key);
  expect(reportsOf(userId)).toHaveLength(1);
});

test("offline the report waits on the device; after a restart the same words and bytes go with the same key", async () => {
  const { reports, start, userId, told } = app();
  const review = await reports.review();
  await reports.saveDraft("It fro");
  server.failNext("POST /v1/reports", "reset", 3);
  await expect(reports.reportIssue({ text: "It froze", review })).rejects.toMatchObject({ code: "network" });
  expect(told.at(-1)).toMatchObject({ waitingFor: "network", text: "It froze" });
  reports.stop();

  const next = start({ collectors: [{ ...memoryCollector(), collect: async () => [] }] });
  expect(await next.draft()).toBeUndefined();
  const [waiting] = await next.sync();
  expect(waiting).toMatchObject({ text: "It froze" });
  await next.sendReport(waiting?.key ?? "");
  expect(new Set(sentBy(userId).map(({ key, body }) => JSON.stringify([key, body]))).size).toBe(1);
  const [report] = reportsOf(userId);
  expect(held(report?.files ?? [])).toEqual(LOGS);
  expect(await next.reports()).toEqual([]);
});

test("a report whose upload was cut by the app's end goes on after the restart, and sends no file twice", async () => {
  const { reports, start, userId } = app();
  let puts = 0;
  const cut = start({
    upload: async (source, url, headers) => {
      if (puts++ > 0) {
        cut.stop();
        throw new Error("the app ended");
      }
      const { status } = await fetch(url, { method: "PUT", headers: { ...headers }, body: await source.blob() });
      return { status };
    },
  });
  reports.stop();
  const review = await cut.review();
  await expect(cut.reportIssue({ text: "cut", review })).rejects.toMatchObject({ code: "stopped" });
  const before = server.puts.length;
  const next = start();
  const [waiting] = await next.sync();
  await next.sendReport(waiting?.key ?? "");
  expect(sentBy(userId)).toHaveLength(1);
  expect(server.puts.length - before).toBe(1);
  expect(held(reportsOf(userId)[0]?.files ?? [])).toEqual(LOGS);
});

test("a report under way outlives a start of the app with a clock that is three days ahead", async () => {
  const { reports, start, clock, userId } = app();
  server.onNextPut(() => reports.stop());
  const key = randomUUID();
  const review = await reports.review();
  await expect(reports.reportIssue({ text: "It froze", key, review })).rejects.toMatchObject({ code: "stopped" });
  const again = start({ clock: { ...clock, now: () => clock.now() + 72 * 60 * 60 * 1000 } });
  const [status] = await again.sync();
  await again.sendReport(status?.key ?? "");
  const [report] = reportsOf(userId);
  expect(report?.state).toBe("uploaded");
  expect(held(report?.files ?? [])).toEqual(LOGS);
});

test("cuts of uploads, lost outcomes and links that ran out are mended", async () => {
  const { reports } = app();
  const review = await reports.review();
  server.failNext("PUT /blobs/", "reset", 2);
  server.failNext("PUT /blobs/", "reset after");
  server.failNext(":complete", "reset after");
  server.onNextPut(() => server.expireLinks());
  const result = await reports.reportIssue({ text: "cuts", review });
  expect(result.state).toBe("uploaded");
  expect(held(result.files)).toEqual(LOGS);
});

test("while the file store is away the words are on the ticket, and the files follow", async () => {
  const { reports } = app();
  server.setReportLinksAway(true);
  const result = await reports.reportIssue({ text: "away", review: await reports.review() });
  expect(held(result.files)).toEqual(LOGS);
});

test("two reports upload one after the other", async () => {
  let [flying, most] = [0, 0];
  const { reports } = app({
    upload: async (source, url, headers) => {
      most = Math.max(most, ++flying);
      const { status } = await fetch(url, { method: "PUT", headers: { ...headers }, body: await source.blob() });
      flying--;
      return { status };
    },
  });
  const [one, other] = [await reports.review(), await reports.review()];
  await Promise.all([
    reports.reportIssue({ text: "one", review: one }),
    reports.reportIssue({ text: "other", review: other }),
  ]);
  expect(most).toBe(1);
});

test("Wi-Fi only: the words go at once, the files wait; another report does not wait behind them", async () => {
  const listeners = new Set<() => void>();
  let isMetered = true;
  const waits = Promise.withResolvers<ReportStatus>();
  const { reports, userId } = app({
    connection: {
      isMetered: () => isMetered,
      onChange: (listener) => (listeners.add(listener), () => listeners.delete(listener)),
    },
    // Nobody turns the clock while a phone waits for Wi-Fi.
    clock: {
      now: () => Date.now(),
      sleep: (_ms, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
    },
    onReport: (status) => status.waitingFor === "unmetered" && waits.resolve(status),
  });
  const review = await reports.review();
  expect(review.canWaitForUnmetered).toBe(true);
  const slow = reports.reportIssue({ text: "slow", review, network: "unmetered" });
  expect(await waits.promise).toMatchObject({ reportId: expect.any(String) });
  expect((await reports.reportIssue({ text: "quick", review: await reports.review() })).state).toBe("uploaded");
  expect(reportsOf(userId)[0]?.state).toBe("open");
  isMetered = false;
  const told = [...listeners];
  for (const listener of told) listener();
  expect((await slow).state).toBe("uploaded");
});

test("a report that the server refuses is kept with its words, and is not sent again until the user says so", async () => {
  const { reports, userId } = app();
  server.failNext("POST /v1/reports", { status: 404, code: "not_found" });
  await expect(reports.reportIssue({ text: "kept", ticketId: randomUUID() })).rejects.toMatchObject({
    code: "not_found",
  });
  expect(await reports.sync()).toMatchObject([{ text: "kept", refused: "not_found" }]);
  expect(sentBy(userId)).toHaveLength(1);
  const [{ key } = { key: "" }] = await reports.reports();
  expect(await reports.sendReport(key)).toMatchObject({ state: "linked" });
});

test("an install that the server does not know keeps no report back", async () => {
  const { reports, userId } = app({ installationId: randomUUID() });
  server.failNext("POST /v1/reports", { status: 422, code: "installation_not_of_user" });
  expect(await reports.reportIssue({ text: "unregistered" })).toMatchObject({ state: "linked" });
  expect(sentBy(userId).map(({ body }) => "installationId" in (body as object))).toEqual([true, false]);
});

test("another user of the device neither sees nor sends what Ada wrote", async () => {
  const storage = memoryStorage();
  const ada = app({ storage });
  server.failNext("POST /v1/reports", "reset", 3);
  await ada.reports.saveDraft("Ada's");
  await expect(ada.reports.reportIssue({ text: "Ada's own" })).rejects.toMatchObject({ code: "network" });
  await ada.reports.saveDraft("Ada's next");
  const bob = app({ storage });
  expect([await bob.reports.sync(), await bob.reports.draft()]).toEqual([[], undefined]);
  expect(await ada.reports.draft()).toBe("Ada's next");
  expect(await ada.reports.reports()).toHaveLength(1);
});

test("the user takes a report back: on its way, and when it is through", async () => {
  const { reports, userId } = app();
  const begun = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  server.onNextPut(() => (begun.resolve(), held.promise));
  const going = reports.reportIssue({ text: "back", review: await reports.review() });
  going.catch(() => {});
  await begun.promise;
  const [{ key } = { key: "" }] = await reports.reports();
  const back = reports.withdrawReport(key);
  held.resolve();
  expect(await back).toMatchObject({ state: "withdrawn" });
  await expect(going).rejects.toMatchObject({ code: "stopped" });
  expect(await reports.reports()).toEqual([]);

  const through = await reports.reportIssue({ text: "later", review: await reports.review() });
  const [first = { id: "" }] = through.files;
  expect(await reports.withdrawReport(through.reportId, [first.id])).toMatchObject({ state: "uploaded" });
  expect(await reports.withdrawReport(through.reportId)).toMatchObject({ state: "withdrawn" });
  expect(reportsOf(userId).map(({ told }) => told.text)).toEqual(["back", "later"]);
});

test("one file of a report that is taken back while it goes up is not sent on", async () => {
  const { reports, userId } = app();
  const taken = Promise.withResolvers<unknown>();
  server.onNextPut(async (gone) => {
    const [{ key } = { key: "" }] = await reports.reports();
    const [first] = reportsOf(userId)[0]?.files ?? [];
    reports.withdrawReport(key, [first?.id ?? ""]).then(taken.resolve, taken.reject);
    await gone;
  });
  await reports.reportIssue({ text: "one of two", review: await reports.review() });
  await taken.promise;
  const [report] = reportsOf(userId);
  expect(report?.files.map(({ state }) => state)).toEqual(["deleted", "uploaded"]);
  expect(report?.files.map(({ id }) => server.blobs.has(id))).toEqual([false, true]);
});

test("what was never sent is forgotten; what the server may know is taken back there, also after a restart", async () => {
  const { reports, start, userId } = app();
  server.failNext("POST /v1/reports", "reset after");
  server.failNext("POST /v1/reports", "reset", 2);
  const lost = reports.reportIssue({ text: "lost", review: await reports.review() });
  await expect(lost).rejects.toMatchObject({ code: "network" });
  const [{ key } = { key: "" }] = await reports.reports();
  server.failNext(":withdraw", "reset", 3);
  await expect(reports.withdrawReport(key)).rejects.toMatchObject({ code: "network" });
  reports.stop();
  const next = start();
  await next.sendReport(key);
  expect(reportsOf(userId)).toMatchObject([{ state: "withdrawn" }]);
  expect(await next.reports()).toEqual([]);
});

test("an incident's files are reported as they were at its moment, and go when they are through", async () => {
  const userId = randomUUID();
  const storage = memoryStorage();
  let text = "as the call failed\n";
  const collectors: Collector[] = [
    { name: "app", label: "App log", collect: async () => [freezeBytes("app.log", text)] },
  ];
  const incidents = createIncidents({ storage, collectors, userId });
  const incident = await incidents.markIncident({ callIds: ["call-9"] });
  text = "much later\n";
  const { reports } = app({ storage, userId, collectors, incidents });
  const review = await reports.review({ incidentId: incident?.id ?? "" });
  expect(review.files).toMatchObject([{ name: "app.log", label: "App log" }]);
  const result = await reports.reportIssue({ text: "then", review, callIds: incident?.callIds ?? [] });
  expect(held(result.files)).toEqual({ "app.log": "as the call failed\n" });
  await vi.waitFor(async () => expect(await incidents.incidents()).toEqual([]));
});

test("a file that the user picked goes beside a collector's, and what is too large is named", async () => {
  const { reports, userId } = app();
  const shot = freezeBytes("shot.png", "png", { modifiedAt: new Date(0) });
  const review = await reports.review({
    collectors: ["app", "nowhere"],
    files: [{ collector: "screenshot", label: "Screenshot", file: shot }],
  });
  expect(review.files.map(({ name }) => name)).toEqual(["app.log", "app.log.1", "shot.png"]);
  await reports.reportIssue({ text: "shot", review });
  expect(reportsOf(userId)[0]?.told.leftOut).toEqual([{ collector: "nowhere", reason: "no_collector" }]);
});

test("without a connection the text that was fetched before is shown; where there is none, words can still be stored", async () => {
  const { reports, start } = app();
  server.failNext("GET /v1/me/report-terms", "reset", 3);
  await expect(reports.review()).rejects.toMatchObject({ code: "network" });
  await reports.sync();
  await vi.waitFor(() => expect(server.calls.some(({ path }) => path.endsWith("report-terms"))).toBe(true));
  await reports.review();
  server.failNext("GET /v1/me/report-terms", "reset", 3);
  expect((await start().review()).files).toHaveLength(2);
});

test("a review that is left lets its files go; reporting it afterwards is refused", async () => {
  const { reports, released } = app();
  const review = await reports.review();
  await reports.closeReview(review);
  expect(released.sort()).toEqual(["app.log", "app.log.1"]);
  await expect(reports.reportIssue({ text: "late", review })).rejects.toMatchObject({ code: "not_reviewed" });
});

test("files that a collector keeps itself stay while a report needs them, also at the start of answers", async () => {
  const kept = new Set(["a"]);
  const collector: Collector = {
    name: "own",
    label: "Own",
    collect: async () => [{ ...freezeBytes("own.log", "own"), blob: undefined, saved: "a" }],
    reopen: async (saved) => (kept.has(saved) ? freezeBytes("own.log", "own") : undefined),
    releaseAllBut: async (saved) => {
      for (const one of kept) if (!saved.includes(one)) kept.delete(one);
    },
  };
  const { reports, start, storage, userId } = app({ collectors: [collector] });
  const review = await reports.review();
  const options = {
    baseUrl: server.baseUrl,
    getToken: () => userId,
    installationId: randomUUID(),
    storage,
    collectors: [collector],
  };
  const beckon = createBeckon(options);
  await beckon.sync();
  expect([...kept]).toEqual(["a"]);
  server.failNext("POST /v1/reports", "reset", 3);
  await expect(reports.reportIssue({ text: "own", review })).rejects.toMatchObject({ code: "network" });
  beckon.stop();
  reports.stop();
  const again = createBeckon(options);
  await again.sync();
  again.stop();
  const next = start();
  const [waiting] = await next.sync();
  const result = await next.sendReport(waiting?.key ?? "");
  expect(result?.state ?? reportsOf(userId)[0]?.state).toBe("uploaded");
});
