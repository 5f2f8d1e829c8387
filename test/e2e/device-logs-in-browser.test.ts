import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type * as Logger from "@azure/logger";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import { exportManifest } from "#contract/exports.ts";
import type * as Acs from "#sdk/acs-web.ts";
import type * as Sdk from "#sdk/create-beckon.ts";
import type * as Logs from "#sdk/device-logs.ts";
import { buildSdk } from "#test/contract/sdk/build-sdk.ts";
import { readZip } from "#test/unit/sdk/read-zip.ts";

// The built files in a real browser with its own IndexedDB, beside the real @azure/logger as a bundler makes it for pages.

const PAGE = `<!doctype html><title>App</title>
  <script type="module">
    import * as acs from "/acs-web.js"; import * as logs from "/device-logs.js"; import * as sdk from "/create-beckon.js";
    import * as logger from "/logger.js";
    globalThis.app = { acs, logs, sdk, logger };
  </script>`;

interface App {
  acs: typeof Acs;
  logs: typeof Logs;
  sdk: typeof Sdk;
  logger: typeof Logger;
}

let browser: Browser;
let url: string;
const undo: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const sdk = await buildSdk();
  undo.push(sdk.remove);
  const scripts: Record<string, string> = { "/logger.js": await bundleLogger() };
  for (const name of ["acs-web", "device-logs", "create-beckon"])
    scripts[`/${name}.js`] = await readFile(join(sdk.folder, `${name}.js`), "utf8");
  const pages = createServer((request, response) => {
    const script = scripts[request.url ?? ""];
    response.writeHead(200, { "Content-Type": script === undefined ? "text/html" : "text/javascript" });
    response.end(script ?? PAGE);
  });
  await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(pages.address() as AddressInfo).port}/`;
  undo.push(async () => {
    pages.closeAllConnections();
    pages.close();
  });
  const executablePath = ["chromium", "chromium-browser", "google-chrome"]
    .map((name) => findOnPath(name, process.env["PATH"]))
    .find((path) => path !== undefined);
  browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox"] });
  undo.push(() => browser.close());
});
afterAll(async () => {
  for (const step of undo.toReversed()) await step();
});

async function bundleLogger(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "warn",
    build: {
      write: false,
      minify: false,
      lib: { entry: "node_modules/@azure/logger/dist/browser/index.js", formats: ["es"], fileName: "logger" },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (!output || !("output" in output)) throw new Error("Vite gave no output");
  return output.output[0].code;
}

async function openApp(): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(url);
  await page.waitForFunction(() => "app" in globalThis);
  return page;
}

async function reload(page: Page): Promise<void> {
  await page.reload();
  await page.waitForFunction(() => "app" in globalThis);
}

/** Starts to record, logs `count` lines as the Calling SDK does, and says what an agent would get. */
async function logInPage({ from, count, maxBytes }: { from: number; count: number; maxBytes: number }) {
  const { acs, logger } = (globalThis as unknown as { app: App }).app;
  const log = acs.recordAcsLogs({
    logger: logger.AzureLogger,
    setLogLevel: logger.setLogLevel,
    passOn: "nothing",
    facts: { app: "7.1" },
    maxBytes,
    headBytes: 2048,
  });
  const calling = logger.createClientLogger("ACS");
  for (let number = from; number < from + count; number++) {
    calling.verbose(`line ${number}`, { callId: "call-1", pad: "x".repeat(number % 80) });
    if (number % 500 === 0) await log.store.flush();
  }
  const collector = log.collector({
    label: "Call log",
    debugInfo: () => ({ getEnvironmentInfo: async () => ({ ok: true }) }),
  });
  const files = await collector.collect({
    window: undefined,
    maxBytes: 100_000_000,
    maxFiles: 10,
    signal: new AbortController().signal,
    leaveOut: () => {},
  });
  return Promise.all(files.map(async ({ name, blob }) => ({ name, text: (await blob?.text()) ?? "" })));
}

/** What stands in the browser's database, in bytes of text. */
async function storedBytes(): Promise<number> {
  const storage = (globalThis as unknown as { app: App }).app.sdk.indexedDbStorage("beckon-logs");
  const values = await Promise.all((await storage.keys()).map((key) => storage.get(key)));
  return new Blob(values.map((value) => value ?? "")).size;
}

const numbersIn = (text = "") => [...text.matchAll(/ line (\d+)/g)].map(([, number]) => Number(number));
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test("a reload keeps what the Calling SDK logged: the page before it is a file of its own", async () => {
  const page = await openApp();
  await page.evaluate(logInPage, { from: 1, count: 300, maxBytes: 10_000_000 });
  await reload(page);
  const files = await page.evaluate(logInPage, { from: 301, count: 10, maxBytes: 10_000_000 });
  expect(files.map(({ name }) => name)).toEqual([
    "environment.json",
    expect.stringMatching(/^acs-.*\.log$/),
    expect.stringMatching(/^acs-.*\.log$/),
  ]);
  expect(JSON.parse(files[0]?.text ?? "")).toEqual({ ok: true });
  expect(files.slice(1).map(({ text }) => numbersIn(text))).toEqual([upTo(301, 310), upTo(1, 300)]);
  expect(files[2]?.text).toMatch(/^\S+ --- session {"browser":".*Chrome.*","app":"7.1","level":"verbose"}\n/);
  expect(files[2]?.text).toContain('azure:ACS:verbose line 1 {"callId":"call-1","pad":"x"}');
});

test("the caps hold in the browser's database over several pages: the newest lines and each head stay", async () => {
  const page = await openApp();
  const maxBytes = 128 * 1024;
  for (const run of [0, 1, 2]) {
    const files = await page.evaluate(logInPage, { from: run * 3000 + 1, count: 3000, maxBytes });
    expect(await page.evaluate(storedBytes)).toBeLessThanOrEqual(maxBytes);
    const newest = numbersIn(files[1]?.text);
    expect(newest[0]).toBe(run * 3000 + 1);
    expect(newest.at(-1)).toBe(run * 3000 + 3000);
    const gap = newest.findIndex((number, index) => number !== newest[0]! + index);
    expect(newest.slice(gap)).toEqual(upTo(newest[gap]!, run * 3000 + 3000));
    expect(newest.slice(gap).length).toBeGreaterThan(500);
    await reload(page);
  }
});

test("lines that nobody stored yet are stored when the page is left", async () => {
  const page = await openApp();
  await page.evaluate(() => {
    const { logs } = (globalThis as unknown as { app: App }).app;
    const store = logs.createLogStore({ name: "app", writeAfterMs: 60_000 });
    store.append("line 1");
    return store.flush().then(() => store.append("line 2"));
  });
  await page.goto("about:blank");
  await page.goto(url);
  await page.waitForFunction(() => "app" in globalThis);
  const text = await page.evaluate(async () => {
    const { logs } = (globalThis as unknown as { app: App }).app;
    const request = { window: undefined, maxBytes: 1e6, maxFiles: 9, signal: new AbortController().signal };
    const collector = logs.createLogStore({ name: "app" }).collector({ name: "app", label: "App log" });
    const [file] = await collector.collect({ ...request, leaveOut: () => {} });
    return file?.blob?.text();
  });
  expect(numbersIn(text)).toEqual([1, 2]);
});

test("an export is downloaded where the system shares no files, and holds what its manifest says", async () => {
  const page = await openApp();
  const downloading = page.waitForEvent("download");
  const outcome = await page.evaluate(async () => {
    const { logs, sdk } = (globalThis as unknown as { app: App }).app;
    const large = new Uint8Array(3_000_000).map((_, index) => (index * 31 + (index >> 8)) % 256);
    const collect = async () => [sdk.freezeBytes("grüße 🎧.log", "hello\n"), sdk.freezeBytes("large.log", large)];
    const made = await logs.exportLogs({
      collectors: [{ name: "app", label: "App log", collect }],
      callIds: ["call-1"],
    });
    return made?.outcome;
  });
  expect(outcome).toBe("downloaded");
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^beckon-logs-.*\.zip$/);
  const entries = readZip(await readFile(await download.path()));
  const manifest = exportManifest.parse(JSON.parse(entries[0]?.content.toString() ?? ""));
  expect(manifest.callIds).toEqual(["call-1"]);
  expect(manifest.files.map(({ path }) => path).toSorted()).toEqual(["app/grüße 🎧.log", "app/large.log"]);
  for (const { path, sha256, sizeBytes } of manifest.files) {
    const content = entries.find((entry) => entry.path === path)?.content ?? Buffer.alloc(0);
    expect([content.length, createHash("sha256").update(content).digest("hex")]).toEqual([sizeBytes, sha256]);
  }
});

test("a marked incident keeps its files over a reload, whatever became of the log", async () => {
  const page = await openApp();
  const markOrOpen = async (mark: boolean) => {
    const { logs, sdk } = (globalThis as unknown as { app: App }).app;
    const text = mark ? "as it failed\n".repeat(200_000) : "long after\n";
    const incidents = logs.createIncidents({
      storage: sdk.indexedDbStorage(),
      userId: "ada",
      collectors: [{ name: "app", label: "App log", collect: async () => [sdk.freezeBytes("app.log", text)] }],
    });
    if (mark) await incidents.markIncident({ callIds: ["call-1"] });
    const [incident] = await incidents.incidents();
    const [file] = (await incidents.openIncident(incident?.id ?? "")) ?? [];
    return { sha256: incident?.files[0]?.sha256, text: await file?.blob?.text() };
  };
  await page.evaluate(markOrOpen, true);
  await reload(page);
  const { sha256, text } = await page.evaluate(markOrOpen, false);
  expect(text === "as it failed\n".repeat(200_000)).toBe(true);
  expect(sha256).toBe(
    createHash("sha256")
      .update(text ?? "")
      .digest("hex"),
  );
});
