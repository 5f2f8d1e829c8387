import { createHash } from "node:crypto";
import { appendFile, mkdir, readdir, rename, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { systemClock } from "#sdk/api-client.ts";
import { createBeckon, type Fetch, type Review } from "#sdk/create-beckon.ts";
import { nodeFileCollector } from "#sdk/node-file-collector.ts";
import { nodeFolderStorage } from "#sdk/node-folder-storage.ts";
import { sha256Of } from "#test/support/phone.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest();

/** Large enough that a file does not go over the wire in one piece. */
const LINES = 20_000;

test("logs that never stand still, through every retry of an upload that fails in every way, are linked as the user saw them", async ({
  world,
}) => {
  const userId = "a-user-with-busy-logs";
  const folder = join(world.folder, "logs");
  await mkdir(folder);
  const current = join(folder, "app.log");
  let line = 0;
  const write = (count: number) =>
    appendFile(current, Array.from({ length: count }, () => `${(line += 1)} the app says something\n`).join(""));
  const writeAndRotate = async () => {
    await write(10);
    await rename(join(folder, "app.log.1"), join(folder, "app.log.2")).catch(() => undefined);
    await rename(current, join(folder, "app.log.1"));
    await write(5);
    if (line % 2 === 0) await truncate(current);
  };
  let turn = Promise.resolve();
  /** What a logger does at any time: goes on, rotates, and now and then empties a file in place. One logger, so calls take turns. */
  const logOn = () => (turn = turn.then(writeAndRotate));
  await write(LINES);
  await rename(current, join(folder, "app.log.1"));
  await write(LINES);

  let puts = 0;
  let consents = 0;
  /** Each upload fails in another way, on the way to the real store. */
  const troubled: Fetch = async (url, init) => {
    await logOn();
    const isPut = init?.method === "PUT" && !String(url).startsWith(world.apiUrl);
    if (!isPut) {
      const response = await fetch(url, init);
      if (String(url).endsWith(":consent") && (consents += 1) === 1) throw new TypeError("the answer was lost");
      return response;
    }
    puts += 1;
    if (puts === 1) throw new TypeError("no network");
    if (puts === 2) return fetch(String(url).replace(/sig=[^&]*/, `sig=${encodeURIComponent(btoa("another"))}`), init);
    const response = await fetch(url, init);
    if (puts === 3) {
      await logOn();
      throw new TypeError("the answer was lost");
    }
    return response;
  };
  const startApp = (upload?: Parameters<typeof createBeckon>[0]["upload"]) =>
    createBeckon({
      baseUrl: world.apiUrl,
      getToken: () => world.tokenOf("beckon-devices", userId),
      installationId: "7b0f8a52-6c6f-4c54-9d3b-0d6a5f9f3c11",
      locale: "en",
      collectors: [nodeFileCollector({ name: "app", label: "App log", folder, pattern: /^app\.log(\.\d+)?$/ })],
      storage: nodeFolderStorage(join(world.folder, "memory")),
      createHasher: () => createHash("sha256"),
      fetch: troubled,
      // No test waits for time; the waits between retries are the SDK's own affair.
      clock: { ...systemClock, sleep: async () => undefined },
      ...(upload ? { upload } : {}),
    });

  const request = await world.agent.requestLogs({ userId });
  const first = startApp(async () => {
    first.stop();
    throw new Error("the app ended");
  });
  await first.sync();
  const review = await first.review(request.id);
  const shown = await hashesOf(review);
  expect(Object.keys(shown).toSorted()).toEqual(review.files.map(({ name }) => name).toSorted());
  await logOn();
  await expect(first.share(request.id)).rejects.toMatchObject({ code: "stopped" });
  expect(await world.stateOf(request)).toBe("consented");
  await logOn();
  await writeFile(join(folder, "app.log.2"), "somebody has edited the log");

  const second = startApp();
  await second.sync();
  await second.upload(request.id);
  expect(puts).toBeGreaterThanOrEqual(4);
  expect(consents).toBeGreaterThanOrEqual(2);
  await world.until(() => world.stateOf(request), "linked");
  const { files, consent } = await world.agent.request(request.id);
  expect(files.map(({ state }) => state)).toEqual(review.files.map(() => "linked"));
  expect(Object.fromEntries(files.map(({ name, sha256 }) => [name, sha256]))).toEqual(shown);
  for (const file of files) {
    const { url } = await world.agent.createDownloadUrl(file.id);
    expect(sha256Of(await (await fetch(url)).bytes())).toBe(shown[file.name]);
  }
  expect(consent?.shown["files"]).toBe(review.files.map(({ name }) => name).join(", "));
  await world.until(() => world.blobs(request), { ingest: [], evidence: files.map(({ id }) => id).toSorted() });
  // The frozen copies are gone from the device as well.
  expect(await readdir(join(folder, ".beckon-app"))).toEqual([]);
});

/** What the prompt lets its user look into, file by file. */
async function hashesOf(review: Review): Promise<Record<string, string>> {
  const hashes = review.files.map(async (file) => {
    const hash = createHash("sha256");
    for await (const piece of file.read()) hash.update(piece);
    return [file.name, hash.digest("hex")] as const;
  });
  return Object.fromEntries(await Promise.all(hashes));
}
