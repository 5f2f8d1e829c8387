import { createHash, randomUUID } from "node:crypto";
import { BlobServiceClient } from "@azure/storage-blob";
import { expect } from "vitest";
import {
  type BeckonOptions,
  type BeckonStorage,
  createBeckon,
  freezeBytes,
  memoryStorage,
  systemClock,
} from "#sdk/create-beckon.ts";
import { createReports } from "#sdk/create-reports.ts";
import { uploadBlocks } from "#sdk/upload-blocks.ts";
import { freezeLog } from "#test/support/phone.ts";
import { testServers, uniqueName } from "#test/support/servers.ts";
import { type World, worldTest } from "#test/support/world.ts";

const LARGE = freezeLog("large.log", "x".repeat(2_000));
const SMALL = freezeLog("small.log", "of few bytes");

const test = worldTest({ settings: { BLOB_BLOCKS_OVER_BYTES: "1000" } });

test("where the operator wants blocks, only a file over the threshold gets a link for blocks, uploads in parts and is linked; readyz says what such links can do", async ({
  world,
}) => {
  const { phone, request } = await world.asked();
  const { links } = await phone.share(request.id, [LARGE, SMALL]);
  expect(links.map(({ upload }) => upload)).toEqual(["blocks", "single"]);
  const [large, small] = links;
  if (!large || !small) throw new Error("two links");
  await phone.upload(small, SMALL.bytes);
  const ids = ["0001", "0002"].map((id) => Buffer.from(id).toString("base64"));
  for (const [index, id] of ids.entries()) {
    const part = LARGE.bytes.slice(index * 1_000, (index + 1) * 1_000);
    const put = await fetch(`${large.url}&comp=block&blockid=${encodeURIComponent(id)}`, {
      method: "PUT",
      body: part,
    });
    expect(put.status).toBe(201);
  }
  const list = `<?xml version="1.0"?><BlockList>${ids.map((id) => `<Latest>${id}</Latest>`).join("")}</BlockList>`;
  const commit = await fetch(`${large.url}&comp=blocklist`, { method: "PUT", headers: large.headers, body: list });
  expect(commit.status).toBe(201);
  await phone.complete(
    request.id,
    links.map(({ fileId }) => fileId),
  );
  await world.until(
    async () => (await world.agent.request(request.id)).fileCounts,
    expect.objectContaining({ linked: 2 }),
  );
  expect((await world.call("GET", "/readyz")).body).toMatchObject({
    parts: { blobs: { state: "ok", detail: expect.stringMatching(/links for blocks can overwrite/) } },
  });
});

const MIB = 1024 ** 2;
const LOG = freezeBytes(
  "large.log",
  new Uint8Array(5 * MIB).map((_, index) => (index * 31) % 251),
);

/** An app on the SDK, and the calls that it makes. What a restart leaves is in `storage`. */
function startApp(world: World, userId: string, storage: BeckonStorage, more: Partial<BeckonOptions> = {}) {
  const calls: string[] = [];
  /** Called before each call goes out. */
  const before: { call?: (url: URL) => unknown } = {};
  const options = {
    baseUrl: world.apiUrl,
    getToken: () => world.tokenOf("beckon-devices", userId),
    installationId: randomUUID(),
    userId,
    collectors: [{ name: "app", label: "App log", collect: async () => [LOG] }],
    storage,
    createHasher: () => createHash("sha256"),
    uploadBlocks,
    fetch: async (url: string, init?: RequestInit) => {
      const parsed = new URL(url);
      await before.call?.(parsed);
      calls.push(parsed.searchParams.get("comp") ?? parsed.pathname.split(":").at(-1) ?? "");
      return fetch(url, init);
    },
    ...more,
  } satisfies BeckonOptions & { userId: string };
  const blocks = () => calls.filter((call) => call === "block").length;
  return { options, calls, before, blocks };
}

test("a report's large file goes up in blocks; after a restart only those that are not there", async ({ world }) => {
  const userId = uniqueName("user");
  const storage = memoryStorage();
  const first = startApp(world, userId, storage);
  const reports = createReports(first.options);
  first.before.call = () => {
    if (first.blocks() < 2) return;
    reports.stop();
    throw new TypeError("the app ended");
  };
  const key = randomUUID();
  await expect(reports.reportIssue({ text: "It froze", key, collectors: ["app"] })).rejects.toMatchObject({
    code: "stopped",
  });
  const second = startApp(world, userId, storage);
  const again = createReports(second.options);
  const result = await again.sendReport(key);
  again.stop();
  expect([first.blocks(), second.blocks()]).toEqual([2, 1]);
  await world.until(
    async () =>
      (await world.agent.reports(result?.ticketId ?? "")).flatMap(({ files }) => files.map(({ state }) => state)),
    ["linked"],
  );
});

test("a link that runs out between two blocks costs no block", async ({ world }) => {
  const { phone, request } = await world.asked();
  let aheadMs = 0;
  const clock = { ...systemClock, now: () => Date.now() + aheadMs };
  const app = startApp(world, phone.userId, memoryStorage(), { clock });
  app.before.call = () => {
    if (app.blocks() === 1) aheadMs = 24 * 60_000;
  };
  const beckon = createBeckon(app.options);
  await beckon.review(request.id);
  await beckon.share(request.id);
  beckon.stop();
  expect(app.calls.filter((call) => /^(block|blocklist|createUploadLinks)$/.test(call))).toEqual([
    "block",
    "block",
    "createUploadLinks",
    "block",
    "blocklist",
  ]);
  await world.until(() => world.stateOf(request), "linked");
});

test("blocks that the service has let go are sent again, and the file is whole", async ({ world }) => {
  const { phone, request } = await world.asked();
  const app = startApp(world, phone.userId, memoryStorage());
  const beckon = createBeckon(app.options);
  const store = BlobServiceClient.fromConnectionString(testServers().azurite.connectionString);
  let isLost = false;
  app.before.call = async ({ searchParams, pathname }) => {
    if (isLost || searchParams.get("comp") !== "blocklist") return;
    isLost = true;
    // A commit that names none of them takes them along, as a week without one does.
    const [, , container = "", ...name] = pathname.split("/");
    const blob = store.getContainerClient(container).getBlockBlobClient(name.join("/"));
    await blob.commitBlockList([]);
    await blob.delete();
  };
  await beckon.review(request.id);
  await beckon.share(request.id);
  beckon.stop();
  expect(app.blocks()).toBe(6);
  await world.until(() => world.stateOf(request), "linked");
});

test("an app that sends no blocks sends the whole file, also where the link takes blocks", async ({ world }) => {
  const { phone, request } = await world.asked();
  const app = startApp(world, phone.userId, memoryStorage());
  const { uploadBlocks: _, ...options } = app.options;
  const beckon = createBeckon(options);
  await beckon.review(request.id);
  await beckon.share(request.id);
  beckon.stop();
  expect(app.blocks()).toBe(0);
  await world.until(() => world.stateOf(request), "linked");
});
