import { createHash, randomUUID } from "node:crypto";
import { appendFile, mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { PLATFORMS, type Platform } from "#domain/vocabulary.ts";
import { type BeckonOptions, createBeckon, memoryStorage, parsePush } from "#sdk/create-beckon.ts";
import { nodeFileCollector } from "#sdk/node-file-collector.ts";
import { nodeFolderStorage } from "#sdk/node-folder-storage.ts";
import { uniqueName } from "#test/support/servers.ts";
import { type World, worldTest } from "#test/support/world.ts";

const test = worldTest();

const CHANNELS = {
  apns: "a1".repeat(32),
  fcmv1: "fcm:token",
  wns: "https://db5p.notify.windows.com/?token=t",
  browser: { endpoint: "https://push.example/1", p256dh: "p", auth: "a" },
} as const satisfies Record<Platform, unknown>;

/** An app on a phone with rotating logs, built on the SDK; what survives a restart is in its folder. */
async function startApp(world: World, more: Partial<BeckonOptions> = {}) {
  const userId = uniqueName("user");
  const installationId = randomUUID();
  const folder = join(world.folder, installationId);
  await mkdir(folder);
  const prompts: string[] = [];
  const closed: string[] = [];
  const start = (again: Partial<BeckonOptions> = {}) =>
    createBeckon({
      baseUrl: world.apiUrl,
      getToken: () => world.tokenOf("beckon-devices", userId),
      installationId,
      locale: "en",
      collectors: [nodeFileCollector({ name: "app", label: "App log", folder, pattern: /^app\.log(\.\d+)?$/ })],
      storage: nodeFolderStorage(join(folder, "memory")),
      createHasher: () => createHash("sha256"),
      onPrompt: ({ id }) => prompts.push(id),
      onPromptClosed: ({ requestId }) => closed.push(requestId),
      ...more,
      ...again,
    });
  return {
    userId,
    installationId,
    folder,
    prompts,
    closed,
    start,
    /** What the platform would hand to the app, oldest first. */
    pushes: () => world.hub.inbox({ installationId: `beckon-${installationId}` }).map(({ body }) => handedOver(body)),
    untilSynced: () =>
      world.until(async () => (await world.agent.installations(userId)).map(({ hubSync }) => hubSync), ["synced"]),
    async rotate() {
      await rename(join(folder, "app.log.1"), join(folder, "app.log.2")).catch(() => undefined);
      await rename(join(folder, "app.log"), join(folder, "app.log.1"));
      await writeFile(join(folder, "app.log"), "begun anew\n");
    },
  };
}

/** FCM gives the app the `message`; the other platforms give what was sent. */
function handedOver(body: string): unknown {
  const parsed = JSON.parse(body) as { message?: unknown };
  return parsed.message ?? parsed;
}

test("a log that grows and rotates from prompt to upload, across a restart, is linked as the user saw it", async ({
  world,
}) => {
  const app = await startApp(world);
  await writeFile(join(app.folder, "app.log.1"), "2026-11-22T09:00:00Z before\n");
  await writeFile(join(app.folder, "app.log"), "2026-11-22T09:30:00Z the call dropped\n");
  const shown = { "app.log": "2026-11-22T09:30:00Z the call dropped\n", "app.log.1": "2026-11-22T09:00:00Z before\n" };
  const beckon = app.start();
  await beckon.register({ platform: "fcmv1", pushChannel: CHANNELS.fcmv1 });
  await app.untilSynced();

  const request = await world.agent.requestLogs({ userId: app.userId });
  await world.until(() => app.pushes().length, 1);
  expect(await beckon.handle(app.pushes()[0])).toBe(true);
  await beckon.sync();
  expect(app.prompts).toEqual([request.id]);

  const review = await beckon.review(request.id);
  expect(review.textFor()).not.toMatch(/[{}]/);
  await world.until(() => world.stateOf(request), "seen");
  await appendFile(join(app.folder, "app.log"), "after the prompt\n");
  await app.rotate();

  // The app starts again, and ends when the first file is about to go up. The logs rotate after the prompt, after the answer
  // and before the retry.
  beckon.stop();
  const first = app.start({
    upload: async () => {
      first.stop();
      throw new Error("the app ended");
    },
  });
  const again = await first.review(request.id);
  const frozen = Object.fromEntries(
    await Promise.all(again.files.map(async (file) => [file.name, await text(file.read())])),
  );
  await app.rotate();
  await expect(first.share(request.id)).rejects.toMatchObject({ code: "stopped" });
  expect(await world.stateOf(request)).toBe("consented");
  await app.rotate();

  const second = app.start();
  await second.sync();
  await second.upload(request.id);
  await world.until(() => world.stateOf(request), "linked");
  expect(app.closed).toEqual([request.id]);
  expect(frozen).toMatchObject({ "app.log.2": shown["app.log.1"] });
  const { files } = await world.agent.request(request.id);
  for (const file of files) {
    const { url } = await world.agent.createDownloadUrl(file.id);
    expect(await (await fetch(url)).text(), file.name).toBe(frozen[file.name]);
  }
  expect(await readdir(join(app.folder, ".beckon-app"))).toEqual([]);

  const [gone] = files;
  const withdrawal = await second.withdraw(request.id, [gone?.id ?? ""]);
  expect(withdrawal.state).toBe("linked");
  expect(withdrawal.files.find(({ id }) => id === gone?.id)).toMatchObject({ state: "deleted" });
  expect(withdrawal.downloadedBefore).toMatchObject([{ fileId: gone?.id }]);
  const receipt = await second.receipt(request.id);
  expect(receipt.shown).toMatchObject({ files: again.files.map(({ name }) => name).join(", ") });
});

test("an upload that fails, and one whose answer is lost, both end with the file on the ticket", async ({ world }) => {
  const app = await startApp(world);
  await writeFile(join(app.folder, "app.log"), "a line\n");
  const beckon = app.start();
  const request = await world.agent.requestLogs({ userId: app.userId });
  await beckon.sync();
  await beckon.review(request.id);
  let tries = 0;
  const other = app.start({
    upload: async (source, url, headers, { signal }) => {
      if (++tries === 1) throw new TypeError("no network");
      const body = await source.blob();
      const { status } = await fetch(url, { method: "PUT", headers: { ...headers }, body, signal });
      if (tries === 2) throw new TypeError("the answer was lost");
      return { status };
    },
  });
  beckon.stop();
  await other.review(request.id);
  await other.share(request.id);
  expect(tries).toBe(2);
  await world.until(() => world.stateOf(request), "linked");
});

test("a no closes the prompt on the user's other installation", async ({ world }) => {
  const phone = await startApp(world);
  const request = await world.agent.requestLogs({ userId: phone.userId });
  const [one, other] = [phone.start(), phone.start({ installationId: randomUUID(), storage: memoryStorage() })];
  await one.sync();
  await other.sync();
  expect(phone.prompts).toEqual([request.id, request.id]);
  expect(await one.decline(request.id)).toMatchObject({ state: "declined" });
  await expect(other.share(request.id)).rejects.toMatchObject({ code: "not_reviewed" });
  await other.sync();
  expect(phone.closed).toEqual([request.id, request.id]);
  await expect(other.review(request.id)).rejects.toMatchObject({ code: "request_closed" });
});

test("a prompt that is put off is asked again by a push", async ({ world }) => {
  const app = await startApp(world);
  const beckon = app.start();
  await beckon.register({ platform: "wns", pushChannel: CHANNELS.wns });
  await app.untilSynced();
  const request = await world.agent.requestLogs({ userId: app.userId });
  await world.until(() => app.pushes().length, 1);
  await beckon.handle(app.pushes()[0]);
  await beckon.snooze(request.id, new Date(Date.now() + 2_000));
  await world.until(() => app.pushes().filter((push) => parsePush(push)?.type === "beckon.log-request").length, 2);
  await beckon.handle(app.pushes().findLast((push) => parsePush(push)?.type === "beckon.log-request"));
  expect([app.prompts, app.closed]).toEqual([[request.id, request.id], [request.id]]);
});

test.for(PLATFORMS)("the push of %s is recognised as it arrives, and so is its end", async (platform, { world }) => {
  const app = await startApp(world);
  const beckon = app.start();
  await beckon.register({ platform, pushChannel: CHANNELS[platform] });
  await app.untilSynced();
  const request = await world.agent.requestLogs({ userId: app.userId });
  await world.until(() => app.pushes().length, 1);
  expect(await beckon.handle(app.pushes()[0])).toBe(true);
  expect(app.prompts).toEqual([request.id]);
  await world.agent.cancel(request.id);
  await world.until(
    () => app.pushes().map((push) => parsePush(push)?.type),
    ["beckon.log-request", "beckon.log-request-closed"],
  );
  await beckon.handle(app.pushes().at(-1));
  expect(app.closed).toEqual([request.id]);
});

test("a problem of the API is an error with its code and trace", async ({ world }) => {
  const app = await startApp(world);
  await expect(app.start().receipt(randomUUID())).rejects.toMatchObject({
    code: "not_found",
    status: 404,
    retryable: false,
    traceId: expect.stringMatching(/./),
  });
});

async function text(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  let all = "";
  for await (const piece of pieces) all += Buffer.from(piece).toString();
  return all;
}
