import { execFile } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SDK_VERSION } from "#sdk/create-beckon.ts";
import packageJson from "../../../package.json" with { type: "json" };
import { buildSdk } from "./build-sdk.ts";

const run = promisify(execFile);
let sdk: Awaited<ReturnType<typeof buildSdk>>;
beforeAll(async () => {
  sdk = await buildSdk();
});
afterAll(() => sdk.remove());

const read = (name: string) => readFile(join(sdk.folder, name), "utf8");
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g;
const importsOf = (text: string) => [...text.matchAll(IMPORT)].map(([, name]) => name ?? "");

test("the file for browsers is under 10 KB gzipped and needs nothing else", async () => {
  const text = await read("create-beckon.js");
  expect(gzipSync(text, { level: 9 }).length).toBeLessThan(10_000);
  expect(importsOf(text)).toEqual([]);
  expect(text).not.toMatch(/\bnode:|\brequire\(/);
});

test.each([
  ["acs-web.js", 6_000],
  ["upload-blocks.js", 1_300],
  ["test-push.js", 4_500],
  ["device-logs.js", 11_000],
  ["report-issue.js", 11_500],
])("%s stands alone too, under %i bytes gzipped", async (name, bytes) => {
  const text = await read(name);
  expect(gzipSync(text, { level: 9 }).length).toBeLessThan(bytes);
  expect(importsOf(text)).toEqual([]);
  expect(text).not.toMatch(/\bnode:|\brequire\(/);
});

test.each([
  ["consent-screen.js", 20_000],
  ["report-screens.js", 27_000],
])("%s with its three languages is under %i bytes gzipped and needs nothing else", async (name, bytes) => {
  const text = await read(name);
  expect(gzipSync(text, { level: 9 }).length).toBeLessThan(bytes);
  expect(importsOf(text)).toEqual([]);
  expect(text).not.toMatch(/\bnode:|\brequire\(|innerHTML|insertAdjacentHTML/);
});

test("servers that render pages can load the screens, where there are no elements", async () => {
  const program = `import { consentScreenTexts } from ${JSON.stringify(join(sdk.folder, "consent-screen.js"))};
    import { reportScreenTexts } from ${JSON.stringify(join(sdk.folder, "report-screens.js"))};
    console.log(reportScreenTexts("de").send);
    console.log(["de-AT", "fr"].map((locale) => consentScreenTexts(locale).share).join());`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program]);
  expect(stdout).toBe("Meldung senden\nTeilen,Share\n");
});

test("an error of one entry is a BeckonError of every other, and nothing else is", async () => {
  const program = `import { BeckonError as Core } from ${JSON.stringify(join(sdk.folder, "create-beckon.js"))};
    import { BeckonError as Testing } from ${JSON.stringify(join(sdk.folder, "test-push.js"))};
    import { BeckonError as Reporting, createReports } from ${JSON.stringify(join(sdk.folder, "report-issue.js"))};
    const reports = createReports({
      baseUrl: "http://127.0.0.1:9", getToken: () => Promise.reject(new Error("signed out")), userId: "ada", collectors: [],
      clock: { now: () => Date.now(), sleep: async () => {} },
    });
    const thrown = await reports.reportReceipt("1").catch((error) => error);
    const others = [new Error("Beckon"), { code: "network" }, "BeckonError", null, undefined];
    console.log(JSON.stringify({
      same: Core === Reporting,
      code: thrown.code,
      entries: [Core, Testing, Reporting].map((one) => thrown instanceof one),
      others: others.some((one) => one instanceof Core),
    }));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program]);
  expect(JSON.parse(stdout)).toEqual({ same: false, code: "no_token", entries: [true, true, true], others: false });
});

test("the file for Node needs nothing but Node", async () => {
  const imports = importsOf(await read("node-support.js"));
  expect(imports).not.toEqual([]);
  expect(imports.filter((name) => !name.startsWith("node:"))).toEqual([]);
});

test("no declaration names a schema library, a folder of this repository or another package", async () => {
  const names = (await readdir(sdk.folder, { recursive: true })).filter((name) => name.endsWith(".d.ts"));
  expect(names).toEqual(expect.arrayContaining(["create-beckon.d.ts", "consent-screen.d.ts"]));
  for (const name of names) {
    const text = await read(name);
    expect(text, name).not.toMatch(/\bzod\b|["']#/i);
    expect(
      importsOf(text).filter((from) => !from.startsWith("./")),
      name,
    ).toEqual([]);
  }
});

test("an app compiles against the declarations with the browser's types alone", async () => {
  await writeFile(
    join(sdk.folder, "app.ts"),
    `import { createBeckon, freezeBytes, indexedDbStorage } from "./create-beckon.js";
     import type { BeckonError, Collector, Review } from "./create-beckon.js";
     import { createIncidents, exportLogs, type LogExport } from "./device-logs.js";
     import { attachToSurvey, createReports } from "./report-issue.js";
     import { defineReportScreen, defineSurveyScreen, openReport, openSurvey } from "./report-screens.js";
     import type { GivenSurvey } from "./report-screens.js";
     import { recordAcsLogs } from "./acs-web.js";
     import { uploadBlocks } from "./upload-blocks.js";
     import { defineConsentScreen, openConsent } from "./consent-screen.js";
     const beckon = createBeckon({
       uploadBlocks,
       baseUrl: "https://beckon.example.com",
       getToken: async () => "token",
       installationId: crypto.randomUUID(),
       fetch,
       collectors: [{ name: "app", label: "App log", collect: async () => [freezeBytes("app.log", "text")] }],
       onPrompt: async ({ id }) => {
         const review: Review = await beckon.review(id);
         const { state } = await beckon.share(id, { files: review.files });
         state satisfies "uploaded" | string;
       },
       onError: (error) => console.error((error as BeckonError).code),
     });
     export const done: Promise<boolean> = beckon.handle({});
     const callClient = { feature: () => ({ getEnvironmentInfo: async () => ({ isSupportedEnvironment: true }) }) };
     const acs = recordAcsLogs({ logger: { log: (...args: any[]) => console.log(...args) }, facts: { app: "1.0" } });
     const collectors: Collector[] = [acs.collector({ label: "Call log", debugInfo: () => callClient.feature() })];
     const incidents = createIncidents({ storage: indexedDbStorage(), collectors, userId: "ada" });
     void incidents.markIncident({ callIds: ["1"] });
     export const exported: Promise<LogExport | undefined> = exportLogs({ collectors, share: async (zip, name) => {} });

     const options = { baseUrl: "https://beckon.example.com", getToken: () => "token", collectors, fetch };
     const reports = createReports({ ...options, installationId: crypto.randomUUID(), userId: "ada", incidents });
     const rated = attachToSurvey({ id: "s", callId: "c", localParticipantId: "p" }, { overallRating: { score: 1 } });
     void reports.reportIssue({ text: "It froze", ...rated.proposal, collectors: ["app"] });

     const Screen = defineConsentScreen();
     const screen = new Screen();
     screen.addEventListener("beckon-share", ({ detail }) => detail.network satisfies "any" | "unmetered");
     const Report = defineReportScreen();
     const report = new Report();
     report.addEventListener("beckon-report", ({ detail }) => detail.text satisfies string);
     openReport(report, { reports, calls: [{ id: "1", label: "Robin" }], onDone: () => report.remove() }).stop();
     const Survey = defineSurveyScreen();
     const submit = async (rating: GivenSurvey) => attachToSurvey({ id: "s", callId: "c" }, rating);
     openSurvey(new Survey(), { reports, callId: "1", submit }).stop();
     openConsent(screen, { beckon, requestId: "", onDone: () => screen.remove() }).stop();`,
  );
  const types = ["--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "false", "--noEmit", "--ignoreConfig"];
  const where = [
    "--lib",
    "ES2022,DOM,DOM.Iterable,DOM.AsyncIterable",
    "--module",
    "esnext",
    "--moduleResolution",
    "bundler",
  ];
  const args = [...types, ...where, "--target", "es2022", "--types", "", join(sdk.folder, "app.ts")];
  const { stdout } = await run(resolve("node_modules/.bin/tsc"), args).catch((error: { stdout: string }) => error);
  expect(stdout).toBe("");
});

test("the SDK says its version", () => {
  expect(SDK_VERSION).toBe(packageJson.version);
});
