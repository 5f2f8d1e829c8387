import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { goTo, launchChromium, openConsole, type ConsolePage } from "#test/support/console-page.ts";
import { meet, openPrompt, reads, says, sitDown, takeUp } from "#test/support/two-pages.ts";
import { worldTest, type World } from "#test/support/world.ts";

// Across both pages, where it does not end with files at once: no, later, never, taken back, not heard, only looked at.

const test = worldTest({ settings: { CONTROLLER_NAME: "Acme", BLOB_CORS_ORIGINS: "*" } });
const TIME = { timeout: 90_000 };
const NOTHING = { ingest: [], evidence: [] };

let browser: Browser;
let desk: ConsolePage | undefined;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
const atDesk = async (world: World) => (desk ??= await sitDown(browser, world));

/** As if so much time had passed: what is due is due now. */
const elapse = (world: World, column: "answer_by" | "snoozed_until", id: string) =>
  world.sql(`update log_request set ${column} = now() - interval '1 second' where id = $1::uuid`, [id]);

test("a user who says no is left alone, and the agent reads it at once", TIME, async ({ world }) => {
  const { page, troubles } = await atDesk(world);
  const meeting = await meet(world, browser, await atDesk(world));
  const { phone } = meeting;
  const id = await meeting.ask();
  await openPrompt(phone, id);
  await phone.act("decline").click();
  await reads(phone, "declined", "You didn’t share anything");
  await says(page, "Not shared");
  await page.locator('[data-fact="request.declined"]').waitFor();
  await phone.lock();
  expect(await phone.notification(id).count()).toBe(0);
  expect(await world.blobs({ id })).toEqual(NOTHING);
  expect([...troubles, ...meeting.troubles()]).toEqual([]);
});

test(
  "a question that is put off is gone until it is due; the agent reads until when, and sees it asked again",
  TIME,
  async ({ world }) => {
    const { page, troubles } = await atDesk(world);
    const meeting = await meet(world, browser, await atDesk(world));
    const { phone } = meeting;
    const id = await meeting.ask();
    await openPrompt(phone, id);
    await phone.act("later").click();
    const choice = phone.page.locator("[data-later]").first();
    const until = (await choice.getAttribute("data-later")) ?? "";
    await choice.click();
    await reads(phone, "later", "We’ll ask again later");
    const putOff = page.locator("[data-state]").getByText("The user asked to be asked again at");
    await putOff.locator(`time[datetime="${until}"]`).waitFor();
    await phone.lock();
    expect(await phone.notification(id).count()).toBe(0);

    await elapse(world, "snoozed_until", id);
    await phone.notification(id).waitFor();
    await putOff.waitFor({ state: "detached" });
    await page.locator('[data-fact="request.askedAgain"]').waitFor();
    await openPrompt(phone, id);
    await phone.act("share").click();
    await says(page, "Ready");
    expect([...troubles, ...meeting.troubles()]).toEqual([]);
  },
);

test("a question whose time is over comes down while it is read, and is no no", TIME, async ({ world }) => {
  const { page, troubles } = await atDesk(world);
  const meeting = await meet(world, browser, await atDesk(world));
  const { phone } = meeting;
  const id = await meeting.ask();
  await openPrompt(phone, id);
  await elapse(world, "answer_by", id);
  await says(page, "No answer");
  await reads(phone, "over", "No longer needed");
  await reads(phone, "over", "The time to answer is over.");
  await phone.act("close").click();
  await phone.on("home");
  expect(await phone.card(id).count()).toBe(0);
  expect(await world.blobs({ id })).toEqual(NOTHING);
  expect([...troubles, ...meeting.troubles()]).toEqual([]);
});

test(
  "an agent cancels in one tab what the user has open: both phones say so, and so does the other tab",
  TIME,
  async ({ world }) => {
    const { page, context, troubles } = await atDesk(world);
    const meeting = await meet(world, browser, await atDesk(world));
    const { phone } = meeting;
    const tablet = await meeting.open("tablet");
    const id = await meeting.ask();
    await says(page, "Waiting for the user");
    await goTo(page, meeting.ticketPath);
    const other = await context.newPage();
    onTestFinished(() => other.close());
    await other.goto(world.apiUrl);
    await other.locator('[data-connection="live"]').waitFor();
    const row = other.locator(`[data-request="${id}"]`);
    await row.getByText("Waiting for the user").waitFor();
    const unread = row.locator("[data-unread]");
    expect(await unread.count()).toBe(0);

    await tablet.notification(id).waitFor();
    await takeUp(phone);
    await openPrompt(phone, id);
    await row.getByText("Opened by the user").waitFor();
    await unread.waitFor();
    await world.until(() => other.title(), "(1) Requests · Beckon");
    await page.bringToFront();
    await goTo(page, `/log-requests/${id}`);
    await unread.waitFor({ state: "detached" });
    await world.until(() => other.title(), "Requests · Beckon");

    await page.getByRole("button", { name: "Cancel request" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Cancel request" }).click();
    await row.getByText("Cancelled").waitFor();
    await reads(phone, "over", "The support team no longer needs your logs.");
    await reads(phone, "over", "Nothing was shared.");
    await tablet.notification(id).waitFor({ state: "detached" });
    await says(page, "Cancelled");
    expect(await phone.act("share").count()).toBe(0);
    expect(await world.blobs({ id })).toEqual(NOTHING);
    expect([...troubles, ...meeting.troubles()]).toEqual([]);
  },
);

test("a phone that was off is asked when it is switched on, and its files arrive", TIME, async ({ world }) => {
  const { page, troubles } = await atDesk(world);
  const meeting = await meet(world, browser, await atDesk(world));
  await meeting.phone.page.close();
  const id = await meeting.ask();
  await says(page, "Waiting for the user");
  const phone = await meeting.open("pixel");
  await openPrompt(phone, id);
  await says(page, "Opened by the user");
  await phone.act("share").click();
  await says(page, "Ready");
  expect([...troubles, ...meeting.troubles()]).toEqual([]);
});

test(
  "of a phone that may not notify the agent is told so, and its user finds the question in the app",
  TIME,
  async ({ world }) => {
    const { page, troubles } = await atDesk(world);
    const meeting = await meet(world, browser, await atDesk(world));
    const { phone } = meeting;
    await phone.set("denied", true);
    await phone.status.getByText("Notifications are not allowed").waitFor();
    await page.getByRole("button", { name: "Request logs" }).click();
    await page.locator('[data-reachability="muted"]').getByText("Notifications are off on every device.").waitFor();
    const id = await meeting.ask();
    await phone.status.getByText("Notifications are denied, so nothing is shown").waitFor();
    await says(page, "Waiting for the user");
    expect(await phone.notification(id).count()).toBe(0);
    await phone.unlock();
    await phone.card(id).click();
    await says(page, "Opened by the user");
    await phone.act("share").click();
    await says(page, "Ready");
    expect([...troubles, ...meeting.troubles()]).toEqual([]);
  },
);

test(
  "an auditor sees what the user shares as it comes, can press nothing, and is on record for what they read",
  TIME,
  async ({ world }) => {
    const { page, troubles } = await atDesk(world);
    const meeting = await meet(world, browser, await atDesk(world));
    const { phone } = meeting;
    const id = await meeting.ask();
    const auditor = await openConsole(browser, world.apiUrl, { person: "otto", path: `/log-requests/${id}` });
    onTestFinished(() => auditor.close());
    await says(auditor.page, "Waiting for the user");
    await auditor.page.locator('[data-connection="live"]').waitFor();
    await openPrompt(phone, id);
    await phone.act("share").click();
    await says(auditor.page, "Ready");
    const press = auditor.page.getByRole("button", { name: /Remind|Cancel|Ask again|Reassign/ });
    expect(await press.count()).toBe(0);
    expect((await world.as("otto").send("POST", `/v1/log-requests/${id}:cancel`)).status).toBe(403);

    await says(page, "Ready");
    expect(await page.locator('[data-fact="file.read"]').count()).toBe(0);
    await auditor.page.getByRole("button", { name: "Open app.log" }).click();
    await auditor.page.getByText("[app] installed").waitFor();
    await page.locator('[data-fact="file.read"]').getByText("otto").waitFor();
    await goTo(auditor.page, "/audit?type=file.read&actor=otto");
    await auditor.page.locator("#main li").filter({ hasText: "File read" }).locator(`a[href$="${id}"]`).waitFor();
    expect([...troubles, ...auditor.troubles, ...meeting.troubles()]).toEqual([]);
  },
);
