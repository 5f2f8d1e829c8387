import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { PLATFORMS, type Platform } from "#domain/vocabulary.ts";
import { type BeckonOptions, createBeckon, memoryStorage, type SdkClock } from "#sdk/create-beckon.ts";
import { type NotificationState, testPush, type TestPushOptions } from "#sdk/test-push.ts";
import { uniqueName } from "#test/support/servers.ts";
import { type World, worldTest } from "#test/support/world.ts";

const test = worldTest();

const OK = { permission: "ok", token: "ok", hubSync: "ok", credential: "ok", display: "ok" };

/** A clock that waits for a fact in the world as others do, and for seconds not at all. */
function quickClock(): SdkClock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      ahead += ms;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

async function startApp(world: World, platform: Platform = "fcmv1", more: Partial<BeckonOptions> = {}) {
  const userId = uniqueName("user");
  const installationId = randomUUID();
  const shown: string[] = [];
  const options = {
    baseUrl: world.apiUrl,
    getToken: () => world.tokenOf("beckon-devices", userId),
    installationId,
    storage: memoryStorage(),
    collectors: [],
    onTestPush: (testId: string) => shown.push(testId) > 0,
    ...more,
  } satisfies BeckonOptions;
  const beckon = createBeckon(options);
  const channel = {
    apns: "a1".repeat(32),
    fcmv1: `fcm:${installationId}`,
    wns: `https://db5p.notify.windows.com/?token=${installationId}`,
    browser: { endpoint: `https://push.example/${installationId}`, p256dh: "p", auth: "a" },
  }[platform];
  const inbox = () => world.hub.inbox({ installationId: `beckon-${installationId}` });
  return {
    options,
    beckon,
    shown,
    inbox,
    async register() {
      await beckon.register({ platform, pushChannel: channel });
      await world.until(
        async () => (await world.agent.installations(userId)).map(({ hubSync }) => hubSync),
        ["synced"],
      );
    },
    /** Tests, while the platform hands every push to the app. */
    async testHere(how: Partial<TestPushOptions> = {}) {
      let handed = inbox().length;
      let isOver = false;
      const testing = testPush({ ...options, notificationState: (): NotificationState => "granted", ...how }).finally(
        () => (isOver = true),
      );
      const handing = world.until(async () => {
        for (const { body } of inbox().slice(handed)) {
          handed++;
          const parsed = JSON.parse(body) as { message?: unknown };
          await beckon.handle(parsed.message ?? parsed);
        }
        return isOver;
      }, true);
      const links = await testing;
      await handing;
      return links;
    },
  };
}

const statesOf = (links: Awaited<ReturnType<typeof testPush>>) =>
  Object.fromEntries(links.map(({ link, state }) => [link, state]));
const brokenOf = (links: Awaited<ReturnType<typeof testPush>>) =>
  links.filter(({ state }) => state === "broken").map(({ link, reason }) => `${link}: ${reason}`);

test.for(PLATFORMS)("on %s a test push goes the whole way, names nobody, and is shown", async (platform, { world }) => {
  const app = await startApp(world, platform);
  await app.register();
  expect(statesOf(await app.testHere())).toEqual(OK);
  expect(app.shown).toHaveLength(1);
  expect(
    app
      .inbox()
      .map(({ body }) => body)
      .join(),
  ).not.toMatch(/user-/);
  expect((await app.options.storage.keys()).filter((key) => key.startsWith("beckon/test"))).toEqual([]);
});

test("a user who does not allow notifications is the first link that is broken", async ({ world }) => {
  const app = await startApp(world);
  await app.register();
  expect(brokenOf(await app.testHere({ notificationState: () => "denied" }))).toEqual([
    "permission: permission_denied",
  ]);
  expect(brokenOf(await app.testHere({ notificationState: async () => "default" as const }))).toEqual([
    "permission: permission_default",
  ]);
});

test("an install that never registered is told so, and so is another user's", async ({ world }) => {
  const app = await startApp(world);
  const links = await app.testHere();
  expect(brokenOf(links)).toEqual(["token: not_registered"]);
  expect(statesOf(links)).toMatchObject({ hubSync: "unknown", credential: "unknown", display: "unknown" });
  await app.register();
  const getToken = (): Promise<string> => world.tokenOf("beckon-devices", uniqueName("user"));
  expect(brokenOf(await app.testHere({ getToken }))).toEqual(["token: not_registered"]);
});

test("a token that the push service no longer knows is the broken link, then and later", async ({ world }) => {
  const app = await startApp(world);
  await app.register();
  world.hub.failNext({ operation: "send", outcome: "ExpiredChannel", times: 1 });
  const expired = await app.testHere();
  expect(brokenOf(expired)).toEqual(["token: channel_invalid"]);
  expect(statesOf(expired)).toMatchObject({ hubSync: "ok", credential: "ok", display: "unknown" });
  // The hub has let the installation go: nobody is left to send to.
  expect(brokenOf(await app.testHere())).toEqual(["token: channel_invalid"]);
});

test("a hub that has not heard of the install, or does not take it, is the broken link", async ({ world }) => {
  const waiting = await startApp(world);
  world.hub.failNext({ operation: "installations", status: 503, retryAfterSeconds: 60 });
  await waiting.beckon.register({ platform: "fcmv1", pushChannel: "fcm:waiting" });
  expect(brokenOf(await waiting.testHere({ clock: quickClock() }))).toEqual(["hubSync: hub_pending"]);

  const refused = await startApp(world);
  world.hub.failNext({ operation: "installations", status: 400 });
  await refused.beckon.register({ platform: "fcmv1", pushChannel: "fcm:refused" });
  await world.until(async () => brokenOf(await refused.testHere({ clock: quickClock() })), ["hubSync: hub_refused"]);
  const links = await refused.testHere();
  expect(links.find(({ link }) => link === "hubSync")?.detail).toMatch(/400/);
});

test("a key that the hub refuses, and a credential that the push service refuses, are the operator's link", async ({
  world,
}) => {
  const app = await startApp(world);
  await app.register();
  world.hub.failNext({ operation: "send", status: 401 });
  const links = await app.testHere();
  expect(brokenOf(links)).toEqual(["credential: hub_refused_us"]);
  expect(links.find(({ link }) => link === "credential")).toMatchObject({
    todo: expect.stringMatching(/operator/),
    detail: expect.stringMatching(/access key/),
  });
  world.hub.failNext({ operation: "send", outcome: "InvalidCredentials" });
  expect(brokenOf(await app.testHere())).toEqual(["credential: credential_invalid"]);
});

test("a push that arrives and is not shown, and one that nobody handles, break the last link", async ({ world }) => {
  const hidden = await startApp(world, "fcmv1", { onTestPush: async () => false });
  await hidden.register();
  expect(brokenOf(await hidden.testHere())).toEqual(["display: not_shown"]);
  const { onTestPush: _, ...silent } = hidden.options;
  const deaf = createBeckon(silent);
  const [nobody] = await Promise.all([
    testPush({ ...silent, waitMs: 500 }),
    deaf.receipt(randomUUID()).catch(() => {}),
  ]);
  expect(statesOf(nobody)).toMatchObject({ permission: "unknown", display: "broken" });
  expect(brokenOf(nobody)).toEqual(["display: not_arrived"]);
});

test("a hub that was tested too often still takes the push, and says less; an install gets six a minute", async ({
  world,
}) => {
  const app = await startApp(world);
  await app.register();
  world.hub.failNext({ operation: "send", status: 403, retryAfterSeconds: 30 });
  const links = await app.testHere();
  expect(brokenOf(links)).toEqual([]);
  expect(links.find(({ link }) => link === "token")).toMatchObject({ state: "unknown", reason: "token_untold" });
  for (let sent = 1; sent < 6; sent++) expect(brokenOf(await app.testHere())).toEqual([]);
  await expect(testPush(app.options)).rejects.toMatchObject({ code: "rate_limited", status: 429 });
});
