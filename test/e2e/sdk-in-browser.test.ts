import { appendFile, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import type * as Sdk from "#sdk/create-beckon.ts";
import type * as Blocks from "#sdk/upload-blocks.ts";
import { buildSdk } from "#test/contract/sdk/build-sdk.ts";
import { sha256, startWireServer, type WireServer } from "#test/unit/sdk/wire-server.ts";

// The built file in a real browser, on a page of another origin than the API's: as an app would load it.

const PAGE = `<!doctype html><title>App</title><input id="input" type="file">
  <script type="module">
    import * as sdk from "/create-beckon.js";
    import * as blocks from "/upload-blocks.js";
    Object.assign(globalThis, { sdk, blocks });
  </script>`;

let browser: Browser;
let server: WireServer;
let app: { url: string; close: () => Promise<void> };
const undo: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const sdk = await buildSdk();
  undo.push(sdk.remove);
  app = await serveApp(sdk.folder);
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

async function serveApp(folder: string): Promise<typeof app> {
  const files = ["create-beckon.js", "upload-blocks.js"];
  const entries = new Map(
    await Promise.all(files.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
  const pages = createServer((request, response) => {
    const entry = entries.get(request.url?.slice(1) ?? "");
    if (entry) return void response.writeHead(200, { "Content-Type": "text/javascript" }).end(entry);
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
  const said: string[] = [];
  page.on("console", (message) => said.push(`${message.type()} ${message.text()}`));
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
  // Not even of a header that the file store does not show to pages.
  expect(said).toEqual([]);
});

test("a page sends a large file in blocks, and after a cut goes on with the block that was on its way", async () => {
  server.setBlocksOver(1024 * 1024);
  const request = server.addRequest();
  const page = await openApp();
  // A browser asks again by itself where a connection that it had kept breaks: the wire is down until the SDK has met it.
  server.onNextPut(() => server.failNext("PUT /blobs/", "reset", 100));
  await page.exposeFunction("heal", () => server.heal());
  const { state, waits } = await page.evaluate(
    async ({ baseUrl, requestId }) => {
      const { sdk, blocks, heal } = globalThis as unknown as {
        sdk: typeof Sdk;
        blocks: typeof Blocks;
        heal(): Promise<void>;
      };
      const bytes = new Uint8Array(5 * 1024 * 1024 + 1).map((_, index) => (index * 31 + (index >> 8)) % 256);
      const waits = new Set<string | undefined>();
      const beckon = sdk.createBeckon({
        baseUrl,
        getToken: () => "ada",
        installationId: crypto.randomUUID(),
        collectors: [{ name: "app", label: "App log", collect: async () => [sdk.freezeBytes("app.log", bytes)] }],
        uploadBlocks: blocks.uploadBlocks,
        clock: { now: () => Date.now(), sleep: () => heal() },
        onProgress: ({ waitingFor }) => waits.add(waitingFor),
      });
      await beckon.review(requestId);
      const { state } = await beckon.share(requestId);
      return { state, waits: [...waits] };
    },
    { baseUrl: server.baseUrl, requestId: request.id },
  );
  server.setBlocksOver(Infinity);
  expect(state).toBe("uploaded");
  expect(waits).toContain("network");
  expect(server.blockIds).toEqual(["000200000000", "000200000001", "000200000002"]);
  const arrived = server.blobs.get(request.files[0]?.id ?? "") ?? Buffer.alloc(0);
  expect(sha256(arrived)).toBe(sha256(fill(new Uint8Array(5 * 1024 * 1024 + 1))));
  expect(request.files[0]?.sha256).toBe(sha256(arrived));
});

test("a file that the user picked and that changed on the disk before it was sent is given up, not tried again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "beckon-picked-"));
  try {
    const path = join(folder, "picked.log");
    await writeFile(path, "as it was shown");
    // Browsers tell a change by the second in which the file was written.
    await utimes(path, 1_700_000_000, 1_700_000_000);
    const request = server.addRequest();
    const page = await openApp();
    await page.locator("input").setInputFiles(path);
    const job = { baseUrl: server.baseUrl, requestId: request.id };
    await page.evaluate(async ({ baseUrl, requestId }) => {
      const { sdk, input } = globalThis as unknown as { sdk: typeof Sdk; input: { files: File[] } };
      const [picked] = input.files;
      const beckon = sdk.createBeckon({
        baseUrl,
        getToken: () => "ada",
        installationId: crypto.randomUUID(),
        collectors: [{ name: "app", label: "Picked", collect: async () => [sdk.freezeBytes("picked.log", picked!)] }],
        upload: async (...call) => {
          await (globalThis as unknown as { change(): Promise<void> }).change();
          return sdk.defaultUpload(fetch)(...call);
        },
      });
      await beckon.review(requestId);
      Object.assign(globalThis, { beckon });
    }, job);
    await page.exposeFunction("change", () => appendFile(path, ", and then some"));
    const files = await page.evaluate(async (requestId) => {
      const { beckon } = globalThis as unknown as { beckon: Sdk.Beckon };
      return (await beckon.share(requestId)).files;
    }, request.id);
    expect(files).toMatchObject([{ name: "picked.log", state: "missing" }]);
    expect(server.blobs.has(request.files[0]?.id ?? "")).toBe(false);
  } finally {
    await rm(folder, { recursive: true });
  }
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
