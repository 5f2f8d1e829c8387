import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { launchChromium } from "#test/support/console-page.ts";
import { deliverPush } from "#test/support/deliver-push.ts";
import { openPhone, openPhoneBrowser, takePicture } from "#test/support/phone-page.ts";
import { uniqueName } from "#test/support/servers.ts";
import { worldTest, type World } from "#test/support/world.ts";

const test = worldTest({ settings: { CONTROLLER_NAME: "Acme", BLOB_CORS_ORIGINS: "*" } });

/** A browser on a machine where everything else runs at the same time. */
const TIME = { timeout: 90_000 };

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** A user with a phone in hand, whose app has started. */
async function takePhone(world: World, query = "") {
  const user = uniqueName("user");
  const context = await openPhoneBrowser(browser);
  onTestFinished(() => context.close());
  const open = (phone: string, more = query) => openPhone(context, world.apiUrl, `user=${user}&phone=${phone}${more}`);
  const phone = await open("pixel");
  await phone.started();
  const ask = (collectors = ["app", "acs-calling", "system"]) =>
    world.agent.requestLogs({ userId: user, collectors, maxBytes: 100_000_000 });
  return { user, context, phone, open, ask };
}

/** The payload of the first push of this kind for the request, exactly as the emulator's inbox has it. */
async function payloadOf(world: World, user: string, requestId: string, type: string): Promise<string> {
  const find = async () => {
    const [installation] = await world.agent.installations(user);
    const messages = world.hub.inbox({ installationId: `beckon-${installation?.id}` });
    return messages.find(({ body }) => body.includes(requestId) && body.includes(`"${type}"`))?.body;
  };
  await world.until(async () => (await find()) !== undefined, true);
  return (await find()) ?? "";
}

test(
  "a push is drawn on the lock screen, a tap leads to the question, and a yes puts the very files on the ticket",
  TIME,
  async ({ world }) => {
    const { phone, ask } = await takePhone(world);
    const request = await ask();
    await phone.notification(request.id).getByText("Support is asking for app logs").waitFor();
    await phone.notification(request.id).click();
    await phone.on("consent");
    await phone.act("share").waitFor();
    await world.until(() => world.stateOf(request), "seen");
    await phone.act("share").click();
    await phone.act("take-back").first().waitFor();
    await world.until(() => world.stateOf(request), "linked");
    const { files } = await world.agent.request(request.id);
    expect(files.map(({ collector, name, state }) => `${collector} ${name} ${state}`).toSorted()).toEqual([
      "acs-calling acs-calling.log linked",
      "app app.log linked",
      "system system.json linked",
    ]);
    const calls = files.find(({ collector }) => collector === "acs-calling");
    const log = await world.readBlob(world.containers.evidence, `${request.id}/${calls?.id}`);
    expect(log.toString()).toContain("[ice] connection failed");
    expect(phone.troubles).toEqual([]);
  },
);

test("what was shared is found in the settings, and is taken back there", TIME, async ({ world }) => {
  const { phone, ask } = await takePhone(world);
  const request = await ask(["app"]);
  await phone.notification(request.id).click();
  await phone.act("share").click();
  await world.until(() => world.stateOf(request), "linked");
  await phone.lock();
  await phone.unlock();
  await phone.act("close").click();
  await phone.on("home");
  await phone.act("receipts").click();
  await phone.on("receipts");
  await phone.page.locator(`[data-receipt="${request.id}"][data-state="linked"]`).click();
  await phone.act("take-back").first().click();
  await phone.act("confirm").click();
  await world.until(() => world.stateOf(request), "withdrawn");
  expect(phone.troubles).toEqual([]);
});

test("a no is a no: nothing is sent, and the app's card is gone", TIME, async ({ world }) => {
  const { phone, ask } = await takePhone(world);
  const request = await ask(["app"]);
  await phone.unlock();
  await phone.card(request.id).click();
  await phone.act("decline").click();
  await world.until(() => world.stateOf(request), "declined");
  await phone.act("close").click();
  await phone.on("home");
  expect(await phone.card(request.id).count()).toBe(0);
  expect(await world.blobs(request)).toEqual({ ingest: [], evidence: [] });
});

test(
  "a phone that may not notify shows nothing on its lock screen, and asks when the app is opened",
  TIME,
  async ({ world }) => {
    const { user, phone, ask } = await takePhone(world);
    await phone.set("denied", true);
    await world.until(
      async () =>
        (await world.agent.list<{ notificationsAllowed?: boolean }>(`/v1/users/${user}/installations`))[0]
          ?.notificationsAllowed,
      false,
    );
    const request = await ask(["app"]);
    await phone.status.getByText("Notifications are denied, so nothing is shown").waitFor();
    expect(await phone.notification(request.id).count()).toBe(0);
    await phone.unlock();
    await phone.card(request.id).waitFor();
  },
);

test(
  "a push for an app that was killed is shown by the system, and a tap starts the app afresh",
  TIME,
  async ({ world }) => {
    const { phone, ask } = await takePhone(world);
    await phone.set("killed", true);
    const request = await ask(["app"]);
    await phone.notification(request.id).waitFor();
    await phone.status.getByText("the app is not running").waitFor();
    await phone.notification(request.id).click();
    await phone.act("share").click();
    await world.until(() => world.stateOf(request), "linked");
    expect(await phone.page.locator('[data-switch="killed"]').isChecked()).toBe(false);
  },
);

test("a phone without network hears of a request when it is back, by the push that waited", TIME, async ({ world }) => {
  const { user, phone, ask } = await takePhone(world);
  await phone.set("offline", true);
  const request = await ask(["app"]);
  await payloadOf(world, user, request.id, "beckon.log-request");
  await phone.page.reload();
  await phone.on("lock");
  expect(await phone.page.locator('[data-switch="offline"]').isChecked()).toBe(true);
  expect(await phone.notification(request.id).count()).toBe(0);
  await phone.set("offline", false);
  await phone.notification(request.id).waitFor();
});

test("a yes without network is kept on the phone, and sent when the network is back", TIME, async ({ world }) => {
  const { phone, ask } = await takePhone(world);
  const request = await ask(["app"]);
  await phone.notification(request.id).click();
  await phone.act("share").waitFor();
  await phone.set("offline", true);
  await phone.act("share").click();
  await phone.page.locator('[data-phase="sending"]').waitFor();
  await phone.set("offline", false);
  await phone.act("take-back").first().waitFor();
  await world.until(() => world.stateOf(request), "linked");
});

test(
  "a yes while the server is away is sent when it is back, though the phone was never offline",
  TIME,
  async ({ world }) => {
    const { phone, ask } = await takePhone(world);
    const request = await ask(["app"]);
    await phone.notification(request.id).click();
    await phone.act("share").waitFor();
    const away = /\/v1\//;
    await phone.page.route(away, (route) => route.abort());
    await phone.act("share").click();
    await phone.page.getByRole("heading", { name: "Waiting for a connection" }).waitFor();
    await phone.page.unroute(away);
    await world.until(() => world.stateOf(request), "linked");
    await phone.page.locator('[data-phase="shared"]').waitFor();
  },
);

test(
  "what was shared for Wi-Fi only waits on mobile data, also over a reload, and goes on by itself on Wi-Fi",
  TIME,
  async ({ world }) => {
    const { phone, ask } = await takePhone(world);
    await phone.set("metered", true);
    const request = await ask(["app"]);
    await phone.notification(request.id).click();
    await phone.act("share").click();
    await world.until(() => world.stateOf(request), "consented");
    const waiting = phone.page.locator('[data-phase="sending"]').getByText("Waiting for Wi-Fi");
    await waiting.waitFor();
    await phone.page.reload();
    await phone.started();
    await waiting.waitFor();
    expect((await world.blobs(request)).ingest).toEqual([]);
    await phone.set("metered", false);
    await world.until(() => world.stateOf(request), "linked");
  },
);

test(
  "a reload in the middle of an upload goes on with the same bytes, shows how far it is, and can be paused",
  TIME,
  async ({ world }) => {
    const { phone, ask } = await takePhone(world, "&logsMb=3");
    await phone.page.locator(".happened").getByText("A log of 3 MB is ready").waitFor();
    const request = await ask(["app"]);
    await phone.notification(request.id).click();
    await phone.act("share").waitFor();
    await phone.set("slow", true);
    await phone.act("share").click();
    const sending = phone.page.locator('[data-phase="sending"]');
    const sentBytes = () =>
      sending
        .locator("progress")
        .first()
        .evaluate((bar) => (bar as unknown as { value: number }).value);
    await world.until(async () => (await sentBytes()) > 0, true);
    const before = await world.agent.request(request.id);
    expect(before.state).toBe("consented");
    await phone.page.reload();
    await sending.locator("progress").first().waitFor();
    await phone.act("pause").click();
    await phone.page.getByRole("heading", { name: "Sending is paused" }).waitFor();
    await takePicture(phone.page, "paused");
    expect(await world.stateOf(request)).toBe("consented");
    await phone.act("resume").click();
    await phone.set("slow", false);
    await world.until(() => world.stateOf(request), "linked");
    const after = await world.agent.request(request.id);
    expect(after.files.map(({ sha256 }) => sha256)).toEqual(before.files.map(({ sha256 }) => sha256));
    await phone.act("take-back").first().waitFor();
    expect(phone.troubles).toEqual([]);
  },
);

test(
  "a real push event in the service worker does what the stream does, and a closing one takes the prompt down",
  TIME,
  async ({ world }) => {
    const { user, phone, ask } = await takePhone(world);
    // Without the stream, so that only the worker can have brought it.
    await phone.page.route(/\/\$emulator\/push\//, (route) => route.abort());
    await phone.page.reload();
    await phone.started();
    const request = await ask(["app"]);
    const payload = await payloadOf(world, user, request.id, "beckon.log-request");
    await deliverPush(phone.page, payload);
    await phone.notification(request.id).waitFor();
    await phone.status.getByText("a request for ticket").waitFor();
    expect(await phone.page.locator("[data-notification]").count()).toBe(1);
    await phone.unlock();
    await phone.card(request.id).waitFor();
    await phone.lock();

    await world.agent.cancel(request.id);
    await deliverPush(phone.page, await payloadOf(world, user, request.id, "beckon.log-request-closed"));
    await phone.notification(request.id).waitFor({ state: "detached" });
    await phone.page.locator(`[data-notification-over="${request.id}"]`).getByText("No longer needed").waitFor();
    await phone.unlock();
    expect(await phone.card(request.id).count()).toBe(0);
  },
);

test("a push that comes by both ways is one notification", TIME, async ({ world }) => {
  const { user, phone, ask } = await takePhone(world);
  const request = await ask(["app"]);
  await phone.notification(request.id).waitFor();
  await phone.notification(request.id).click();
  await phone.act("share").waitFor();
  await phone.lock();
  await deliverPush(phone.page, await payloadOf(world, user, request.id, "beckon.log-request"));
  // A second, other push has gone the same way: what came before it has been handled.
  const second = await ask(["system"]);
  await phone.notification(second.id).waitFor();
  expect(await phone.notification(request.id).count()).toBe(0);
});

test("of two phones of one user, the first answer takes the prompt down on the other", TIME, async ({ world }) => {
  const { phone, open, ask } = await takePhone(world);
  const tablet = await open("tablet");
  await tablet.started();
  const request = await ask(["app"]);
  await phone.notification(request.id).waitFor();
  await tablet.notification(request.id).click();
  await tablet.act("share").waitFor();
  await phone.notification(request.id).click();
  await phone.act("decline").click();
  await world.until(() => world.stateOf(request), "declined");
  await tablet.page.locator('[data-phase="declined"]').waitFor();
  expect(tablet.troubles).toEqual([]);
});

test(
  "a phone that is opened in a second window is used there, and the first window says so",
  TIME,
  async ({ world }) => {
    const { phone, open } = await takePhone(world);
    const again = await open("pixel");
    await again.started();
    await phone.page.getByText("This phone is in use in another window").waitFor();
    await phone.page.getByRole("button", { name: "Use it here" }).click();
    await phone.started();
    await again.page.getByText("This phone is in use in another window").waitFor();
  },
);

test("a call that is made leaves its failure in the log", TIME, async ({ world }) => {
  const { phone } = await takePhone(world);
  await phone.unlock();
  await phone.act("call").click();
  await phone.status.getByText("A call was made and dropped").waitFor();
  expect(await phone.page.locator(".calls li").count()).toBe(2);
});
