import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import type * as Sdk from "#sdk/create-beckon.ts";
import { buildSdk } from "#test/contract/sdk/build-sdk.ts";
import { sha256, startWireServer, type WireServer } from "#test/unit/sdk/wire-server.ts";

// The built file in a real browser, on a page of another origin than the API's: as an app would load it.

const PAGE = `<!doctype html><title>App</title>
  <script type="module">import * as sdk from "/sdk.js"; globalThis.sdk = sdk;</script>`;

let browser: Browser;
let server: WireServer;
let app: { url: string; close: () => Promise<void> };
const undo: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const sdk = await buildSdk();
  undo.push(sdk.remove);
  app = await serveApp(await readFile(join(sdk.folder, "create-beckon.js")));
  undo.push(app.close);
  server = await startWireServer();
  undo.push(server.close);
  const executablePath = ["chromium", "chromium-browser", "google-chrome"]
    .map((name) => findOnPath(name, process.env["PATH"]))
    .find((path) => path !== undefined);
  browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox"] });
  undo.push(() => browser.close());
});
afterAll(async () => {
  for (const step of undo.toReversed()) await step();
});

async function serveApp(sdk: Buffer): Promise<typeof app> {
  const pages = createServer((request, response) => {
    if (request.url === "/sdk.js") return void response.writeHead(200, { "Content-Type": "text/javascript" }).end(sdk);
    response.writeHead(200, { "Content-Type": "text/html" }).end(PAGE);
  });
  await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
  const { port } = pages.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: async () => {
      pages.closeAllConnections();
      pages.close();
    },
  };
}

const SIZE = 8 * 1024 * 1024;
/** The same bytes here and in the page. */
const fill = (bytes: Uint8Array) => bytes.map((_, index) => (index * 31 + (index >> 8)) % 256);

async function openApp(): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(app.url);
  return page;
}

interface Job {
  baseUrl: string;
  requestId: string;
  installationId: string;
  sizeBytes: number;
}

/** Runs in the page: freezes, reviews and shares, and says what the app saw. `stopAtUpload` plays a page that is closed. */
async function shareInPage(job: Job & { stopAtUpload?: boolean }) {
  const sdk = (globalThis as unknown as { sdk: typeof Sdk }).sdk;
  const bytes = new Uint8Array(job.sizeBytes).map((_, index) => (index * 31 + (index >> 8)) % 256);
  const progress: number[] = [];
  const beckon = sdk.createBeckon({
    baseUrl: job.baseUrl,
    getToken: () => "ada",
    installationId: job.installationId,
    storage: sdk.indexedDbStorage(),
    collectors: [{ name: "app", label: "App log", collect: async () => [sdk.freezeBytes("app.log", bytes)] }],
    onProgress: ({ sentBytes }) => progress.push(sentBytes),
    ...(job.stopAtUpload && {
      upload: () => {
        beckon.stop();
        return Promise.reject(new Error("the page closed"));
      },
    }),
  });
  const review = await beckon.review(job.requestId);
  bytes.fill(0);
  const result = await beckon.share(job.requestId).catch((error: Sdk.BeckonError) => error.code);
  return { text: review.textFor(), result, progress };
}

test("a page freezes, hashes and uploads a file through the built SDK, and sees how far it is", async () => {
  const request = server.addRequest();
  const page = await openApp();
  const job = { baseUrl: server.baseUrl, requestId: request.id, installationId: crypto.randomUUID(), sizeBytes: SIZE };
  const { text, result, progress } = await page.evaluate(shareInPage, job);
  expect(text).toContain("app.log (8.39 MB)");
  expect(result).toMatchObject({ state: "uploaded" });
  const [file] = request.files;
  const arrived = server.blobs.get(file?.id ?? "") ?? Buffer.alloc(0);
  expect(arrived.length).toBe(SIZE);
  expect(sha256(arrived)).toBe(sha256(fill(new Uint8Array(SIZE))));
  expect(file?.sha256).toBe(sha256(arrived));
  expect(progress.at(-1)).toBe(SIZE);
  expect(progress).toEqual(progress.toSorted((one, other) => one - other));
});

test("a page that was closed in the middle of an upload goes on with the same bytes when it is opened again", async () => {
  const request = server.addRequest();
  const page = await openApp();
  const job = {
    baseUrl: server.baseUrl,
    requestId: request.id,
    installationId: crypto.randomUUID(),
    sizeBytes: 100_000,
  };
  expect(await page.evaluate(shareInPage, { ...job, stopAtUpload: true })).toMatchObject({ result: "stopped" });
  expect(request.state).toBe("consented");
  await page.reload();
  const result = await page.evaluate(async ({ baseUrl, requestId, installationId }) => {
    const sdk = (globalThis as unknown as { sdk: typeof Sdk }).sdk;
    const collectors: Sdk.Collector[] = [{ name: "app", label: "App log", collect: async () => [] }];
    const storage = sdk.indexedDbStorage();
    const beckon = sdk.createBeckon({ baseUrl, getToken: () => "ada", installationId, storage, collectors });
    const going = await beckon.upload(requestId);
    return { state: going?.state, left: await storage.keys() };
  }, job);
  expect(result).toEqual({ state: "uploaded", left: [] });
  expect(sha256(server.blobs.get(request.files[0]?.id ?? "") ?? "")).toBe(sha256(fill(new Uint8Array(100_000))));
});
