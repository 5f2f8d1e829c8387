/** An app where signals are as React Native has them, in a process of its own. Started by react-native.test.ts. */
import type { Collector } from "#sdk/frozen-file.ts";

const { baseUrl, requestIds } = JSON.parse(process.argv[2] ?? "") as { baseUrl: string; requestIds: string[] };

Reflect.deleteProperty(AbortSignal.prototype, "throwIfAborted");
Object.defineProperty(AbortSignal.prototype, "reason", { get: () => undefined });
Reflect.deleteProperty(AbortSignal, "any");
Reflect.deleteProperty(AbortSignal, "timeout");

// Only now: what the SDK looks up as it loads is to be missed as well.
const { createBeckon, defaultUpload, freezeBytes } = await import("#sdk/create-beckon.ts");
const { createReports } = await import("#sdk/report-issue.ts");
const { createLogStore, exportLogs } = await import("#sdk/device-logs.ts");

const log = createLogStore({ name: "app" });
log.append("it runs");
const own: Collector = {
  name: "app",
  label: "App log",
  collect: async () => [freezeBytes("app.log", "what happened")],
};
let aheadMs = 0;
const clock = {
  now: () => Date.now() + aheadMs,
  sleep: async (ms: number) => void (aheadMs += ms),
};
const options = { baseUrl, getToken: () => "ada", installationId: crypto.randomUUID(), clock };
const codeOf = (error: unknown) => (error as { code?: string }).code ?? String(error);

const beckon = createBeckon({ ...options, collectors: [own] });
const [shared = "", withdrawn = ""] = requestIds;
await beckon.review(shared);
const share = await beckon.share(shared).then(({ state }) => state, codeOf);

const leaving = createBeckon({
  ...options,
  collectors: [own],
  async upload(...call) {
    leaving.withdraw(withdrawn).catch(() => {});
    return defaultUpload(fetch)(...call);
  },
});
await leaving.review(withdrawn);
const withdraw = await leaving.share(withdrawn).then(({ state }) => state, codeOf);

const reports = createReports({
  ...options,
  userId: "ada",
  collectors: [log.collector({ name: "app", label: "Log" })],
});
const report = await reports
  .reportIssue({ text: "It froze", review: await reports.review() })
  .then(({ state }) => state, codeOf);
const pages = await beckon.requests(["requested", "notified", "seen", "uploaded", "withdrawn"]);
const exported = await exportLogs({ collectors: [own], share: async () => "shared" }).then(
  (zip) => zip !== undefined,
  codeOf,
);
reports.stop();
console.log(JSON.stringify({ share, withdraw, report, listed: pages.length, exported }));
