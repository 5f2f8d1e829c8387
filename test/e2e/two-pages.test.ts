import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { goTo, launchChromium, openConsole, type ConsolePage } from "#test/support/console-page.ts";
import { deliverPush } from "#test/support/deliver-push.ts";
import { openPhone, openPhoneBrowser, type PhoneLook, type PhonePage } from "#test/support/phone-page.ts";
import { uniqueName } from "#test/support/servers.ts";
import { worldTest, type World } from "#test/support/world.ts";

// The agent's console and the user's phone, in one browser: what one does, the other sees. Nothing in between is ours to call.

const test = worldTest({ settings: { CONTROLLER_NAME: "Acme", BLOB_CORS_ORIGINS: "*" } });

/** Two pages and all that is between them, on a machine where everything else runs at the same time. */
const TIME = { timeout: 120_000 };
const REASON = "To see why your calls drop.";

let browser: Browser;
let desk: ConsolePage | undefined;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(async () => {
  await desk?.close();
  await browser.close();
});

/** The agent signs in once a day. */
async function sitDown(world: World): Promise<ConsolePage> {
  desk ??= await openConsole(browser, world.apiUrl);
  return desk;
}

const stateOf = (page: Page) => page.locator("[data-state] h2").first();
const says = (page: Page, words: string | RegExp) => stateOf(page).getByText(words).waitFor();

/** A user with a phone whose app has started, and the agent at their ticket. */
async function meet(world: World, { query = "", look = {} }: { query?: string; look?: PhoneLook } = {}) {
  const { page, troubles } = await sitDown(world);
  const user = uniqueName("user");
  const context = await openPhoneBrowser(browser, look);
  onTestFinished(() => context.close());
  const open = (name: string) => openPhone(context, world.apiUrl, `user=${user}&phone=${name}${query}`);
  const phone = await open("pixel");
  await phone.started();
  await world.until(
    async () => (await world.agent.installations(user)).some(({ hubSync }) => hubSync === "synced"),
    true,
  );
  const ticket = await world.agent.openTicket({ userId: user, subject: "Calls drop" });
  await goTo(page, `/tickets/${ticket.id}`);

  /** From the open ticket: ask, why, send. Ticks what is named where the app has more than that. */
  const ask = async (labels: readonly string[] = ["Log of the app"]): Promise<string> => {
    await page.getByRole("button", { name: "Request logs" }).click();
    await page.getByRole("textbox", { name: "Reason" }).fill(REASON);
    for (const label of labels) await page.getByRole("checkbox", { name: label }).check();
    await page.locator("[data-preview]").getByText(REASON).waitFor();
    await page.getByRole("button", { name: "Send request" }).click();
    await page.waitForURL("**/log-requests/*");
    await page.locator('[data-connection="live"]').waitFor();
    return /[0-9a-f-]{36}$/.exec(new URL(page.url()).pathname)?.[0] ?? "";
  };
  return { user, page, phone, open, ask, troubles: () => [...troubles, ...phone.troubles] };
}

/** The payload of the push, exactly as the emulator's inbox has it. */
async function payloadOf(world: World, user: string, requestId: string): Promise<string> {
  const find = async () => {
    const [installation] = await world.agent.installations(user);
    const messages = world.hub.inbox({ installationId: `beckon-${installation?.id}` });
    return messages.find(({ body }) => body.includes(requestId))?.body;
  };
  await world.until(async () => (await find()) !== undefined, true);
  return (await find()) ?? "";
}

const openPrompt = async (phone: PhonePage, requestId: string): Promise<void> => {
  await phone.notification(requestId).click();
  await phone.act("share").waitFor();
};

test(
  "what an agent asks for reaches the phone by a real push event, and the agent what the user ticked",
  TIME,
  async ({ world }) => {
    const { user, page, phone, ask, troubles } = await meet(world);
    // Without the stream, so that only the service worker's push event can bring it.
    await phone.page.route(/\/\$emulator\/push\//, (route) => route.abort());
    await phone.page.reload();
    await phone.started();
    const id = await ask(["Log of the app", "Log of your calls", "About this phone"]);
    await says(page, "Waiting for the user");
    await deliverPush(phone.page, await payloadOf(world, user, id));
    await openPrompt(phone, id);
    await says(page, "Opened by the user");

    const row = (name: string) => phone.page.locator(`[data-file="${name}"]`);
    await row("app.log").locator('[data-act="look"]').click();
    await phone.page.getByRole("dialog").getByText("app", { exact: false }).first().waitFor();
    await phone.page.keyboard.press("Escape");
    await row("system.json").getByRole("checkbox").uncheck();
    await phone.set("slow", true);
    await phone.act("share").click();
    await phone.page.locator('[data-phase="sending"] progress').first().waitFor();
    await says(page, /Agreed/);
    await phone.set("slow", false);
    await says(page, "Ready");
    expect(await page.locator("[data-file]").count()).toBe(2);
    await phone.act("take-back").first().waitFor();

    await page.getByRole("button", { name: "Open acs-calling.log" }).click();
    await page.getByText("connection failed").first().waitFor();
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    const bytes = await readFile(await (await saved).path());
    const { files } = await world.agent.request(id);
    const told = files.find(({ name }) => name === "acs-calling.log");
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(told?.sha256);
    const { url } = await world.agent.createDownloadUrl(told?.id ?? "");

    await page.goBack();
    await says(page, "Ready");
    await phone.page.locator('[data-act="take-back"]:not([data-file-id])').click();
    await phone.act("confirm").click();
    await says(page, "Taken back by the user");
    await page.locator('[data-file="acs-calling.log"][data-state="deleted"]').waitFor();
    await phone.page.locator('[data-phase="takenBack"]').getByText("acs-calling.log").first().waitFor();
    await world.until(async () => (await fetch(url)).ok, false);
    expect(troubles()).toEqual([]);
  },
);

test(
  "a no, a question that is put off, and one that nobody answers, each as it is, on both pages",
  TIME,
  async ({ world }) => {
    const { page, phone, ask, troubles } = await meet(world);
    const ticketPage = new URL(page.url()).pathname;
    const declined = await ask();
    await openPrompt(phone, declined);
    await phone.act("decline").click();
    await says(page, "Not shared");
    await phone.act("close").click();

    await goTo(page, ticketPage);
    const late = await ask();
    await phone.lock();
    await openPrompt(phone, late);
    await says(page, "Opened by the user");
    await phone.act("later").click();
    await phone.page.locator("[data-later]").first().click();
    await phone.page.locator('[data-phase="later"]').waitFor();
    await page
      .getByText(/Put off|put off/)
      .first()
      .waitFor();
    await phone.lock();
    expect(await phone.notification(late).count()).toBe(0);
    // Its hour is over.
    await world.sql("update log_request set snoozed_until = now() where id = $1", [late]);
    await phone.notification(late).waitFor();

    await openPrompt(phone, late);
    await world.sql("update log_request set answer_by = now() where id = $1", [late]);
    await says(page, "No answer");
    await phone.page.locator('[data-phase="over"]').getByText("The time to answer is over.").waitFor();
    expect((await world.blobs({ id: late })).evidence).toEqual([]);
    expect(troubles()).toEqual([]);
  },
);

test(
  "an agent who cancels takes the open question off the screen, and every tab and phone hears of it",
  TIME,
  async ({ world }) => {
    const { page, phone, open, ask, troubles } = await meet(world);
    const tablet = await open("tablet");
    await tablet.started();
    const id = await ask();
    await openPrompt(phone, id);
    await tablet.notification(id).waitFor();
    const other = await page.context().newPage();
    onTestFinished(() => other.close());
    await other.goto(`${world.apiUrl}/?view=all`);
    const row = other.locator(`[data-request="${id}"]`);
    await row.getByText("Opened by the user").waitFor();
    await other.locator('[data-connection="live"]').waitFor();

    await page.getByRole("button", { name: "Cancel request" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Cancel request" }).click();
    await says(page, "Cancelled");
    await row.getByText("Cancelled").waitFor();
    await phone.page.locator('[data-phase="over"]').getByText("no longer needs your logs").waitFor();
    await tablet.notification(id).waitFor({ state: "detached" });
    expect([...troubles(), ...tablet.troubles]).toEqual([]);
  },
);

test("of two phones the first answer counts, and the agent reads which", TIME, async ({ world }) => {
  const { page, phone, open, ask } = await meet(world);
  const tablet = await open("tablet");
  await tablet.started();
  const id = await ask();
  await phone.notification(id).waitFor();
  await openPrompt(tablet, id);
  await tablet.act("share").click();
  await says(page, "Ready");
  await phone.notification(id).waitFor({ state: "detached" });
  expect(await page.locator('[data-file="app.log"]').count()).toBe(1);
});

test(
  "a page that is loaded anew in the middle of its upload finishes it, and the agent sees no gap",
  TIME,
  async ({ world }) => {
    const { page, phone, ask, troubles } = await meet(world, { query: "&logsMb=1" });
    await phone.page.locator(".happened").getByText("A log of 1 MB is ready").waitFor();
    const id = await ask();
    await openPrompt(phone, id);
    await phone.set("slow", true);
    await phone.act("share").click();
    await phone.page.locator('[data-phase="sending"] progress').first().waitFor();
    await says(page, /Agreed/);
    await phone.page.reload();
    await phone.page.locator('[data-phase="sending"] progress').first().waitFor();
    await phone.set("slow", false);
    await says(page, "Ready");
    expect(troubles()).toEqual([]);
  },
);

test("a phone that was off, and one that may not notify, ask when they are opened", TIME, async ({ world }) => {
  const { user, page, phone, ask, troubles } = await meet(world);
  const ticketPage = new URL(page.url()).pathname;
  await phone.set("offline", true);
  const first = await ask();
  await says(page, "Waiting for the user");
  expect(await phone.notification(first).count()).toBe(0);
  await phone.set("offline", false);
  await openPrompt(phone, first);
  await phone.act("decline").click();
  await says(page, "Not shared");
  await phone.act("close").click();

  await phone.set("denied", true);
  const allowed = async () =>
    (await world.agent.list<{ notificationsAllowed?: boolean }>(`/v1/users/${user}/installations`)).map(
      (one) => one.notificationsAllowed,
    );
  await world.until(allowed, [false]);
  await goTo(page, ticketPage);
  const second = await ask();
  await says(page, "Waiting for the user");
  await phone.lock();
  await phone.status.getByText("Notifications are denied, so nothing is shown").waitFor();
  expect(await phone.notification(second).count()).toBe(0);
  await phone.unlock();
  await phone.card(second).click();
  await phone.act("share").click();
  await says(page, "Ready");
  expect(troubles()).toEqual([]);
});

test("a German user reads in German, word for word, what the English agent was shown", TIME, async ({ world }) => {
  const { page, phone, ask } = await meet(world, { query: "&lang=de" });
  await page.getByRole("button", { name: "Request logs" }).click();
  await page.getByText(/reads? German/).waitFor();
  await page.getByRole("textbox", { name: "Reason" }).fill(REASON);
  const preview = page.locator("[data-preview]");
  await preview.getByText(REASON).waitFor();
  const shown = await preview.locator("h1, h2").first().textContent();
  expect(shown).toMatch(/^Acme bittet Sie um Protokolle/);
  await page.goBack();
  const id = await ask(["Protokoll der App"]);
  await openPrompt(phone, id);
  const heading = phone.page.locator("beckon-consent").locator("h1, h2").first();
  expect(await heading.textContent()).toBe(shown);
  await phone.page.locator("beckon-consent").getByText(REASON).first().waitFor();
});

test("an auditor sees it all and is offered nothing to change", TIME, async ({ world }) => {
  const { page, phone, ask } = await meet(world);
  const id = await ask();
  const auditor = await openConsole(browser, world.apiUrl, { person: "otto", path: `/log-requests/${id}` });
  onTestFinished(() => auditor.close());
  await says(auditor.page, "Waiting for the user");
  expect(await auditor.page.getByRole("button", { name: /Cancel request|Remind/ }).count()).toBe(0);
  await openPrompt(phone, id);
  await phone.act("share").click();
  await says(page, "Ready");
  await says(auditor.page, "Ready");
  expect(auditor.troubles).toEqual([]);
});
