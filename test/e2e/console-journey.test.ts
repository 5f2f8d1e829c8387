import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { launchChromium, openConsole } from "#test/support/console-page.ts";
import { freezeLog } from "#test/support/phone.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest();

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const LOG = ["2026-11-22T09:00:00Z INFO call started", "2026-11-22T09:01:00Z ERROR ICE failed", "    at connect"].join(
  "\n",
);
const stateOf = (page: Page) => page.locator("[data-state] h2").first();

test("an agent asks, sees each step live, reads and saves the log, and sees that it was taken back", async ({
  world,
}) => {
  const phone = await world.phone("journey-user");
  const ticket = await world.agent.openTicket({ userId: phone.userId, subject: "Calls drop" });
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, { path: `/tickets/${ticket.id}` });

  // Three actions from the open ticket: ask, why, send.
  await page.getByRole("button", { name: "Request logs" }).click();
  await page.getByRole("textbox", { name: "Reason" }).fill("To see why your calls drop.");
  await page.locator("[data-preview]").getByText("To see why your calls drop.").waitFor();
  await page.getByRole("button", { name: "Send request" }).click();

  await stateOf(page)
    .getByText(/Sending|Waiting for the user/)
    .waitFor();
  const [requestId = ""] = /[0-9a-f-]{36}$/.exec(new URL(page.url()).pathname) ?? [];
  await world.until(() => phone.pushesOf(requestId), ["beckon.log-request"]);
  await stateOf(page).getByText("Waiting for the user").waitFor();
  await phone.see(requestId);
  await stateOf(page).getByText("Opened by the user").waitFor();
  await phone.shareAndUpload(
    requestId,
    [freezeLog("app.log", LOG)],
    [{ collector: "app", name: "app.log.9", sizeBytes: 3_000_000, reason: "over_max_bytes" }],
  );
  await stateOf(page).getByText("Ready", { exact: true }).waitFor();
  await page.getByText("app.log.9 · App log · 3 MB · more than was allowed").waitFor();
  await page.locator("[data-live-region]").getByText("Ready").waitFor({ state: "attached" });

  await page.getByRole("button", { name: "Open app.log" }).click();
  await page.getByText("ICE failed").waitFor();
  await page.getByRole("link", { name: "Line 2", exact: true }).click();
  expect(new URL(page.url()).hash).toBe("#L2");
  await page.getByRole("button", { name: "Errors" }).click();
  await page.getByText("call started").waitFor({ state: "detached" });
  expect(await page.getByText("at connect").count()).toBe(1);

  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  expect((await saved).suggestedFilename()).toBe("app.log");

  await page.goBack();
  await stateOf(page).getByText("Ready", { exact: true }).waitFor();
  await phone.withdraw(requestId);
  await stateOf(page).getByText("Taken back by the user").waitFor();
  await page.locator('[data-file="app.log"][data-state="deleted"]').waitFor();
  await page.locator("[data-had-before]").getByText("Alex Agent (you) · app.log").waitFor();
  expect(troubles).toEqual([]);
  await close();
});

test("the keyboard alone leads from the list to a request and to a new one", async ({ world }) => {
  const first = await world.agent.requestLogs({ userId: "keys-1" });
  const second = await world.agent.requestLogs({ userId: "keys-2" });
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, { path: "/?view=all" });
  await page.locator(`[data-request="${second.id}"]`).waitFor();
  await page.keyboard.press("j");
  await page.locator(`[data-request="${second.id}"]:focus`).waitFor();
  await page.keyboard.press("j");
  await page.locator(`[data-request="${first.id}"]:focus`).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/log-requests/${first.id}`);
  await page.locator("#page-title:focus").waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("What the states mean").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await page.getByRole("heading", { name: "Tickets", exact: true }).waitFor();
  await page.keyboard.press("/");
  await page.locator("[data-search]:focus, [data-search] :focus").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("h1").click();
  await page.keyboard.press("c");
  await page.waitForURL("**/new");
  expect(troubles).toEqual([]);
  await close();
});

test("a request of a colleague waits behind a word instead of moving the rows", async ({ world }) => {
  const mine = await world.agent.requestLogs({ userId: "pill-1" });
  const { page, close } = await openConsole(browser, world.apiUrl, { path: "/?view=all" });
  await page.locator(`[data-request="${mine.id}"]`).waitFor();
  await page.locator('[data-connection="live"]').waitFor();
  const other = await world.as("lena").requestLogs({ userId: "pill-2" });
  await page.getByRole("button", { name: "1 new" }).waitFor();
  expect(await page.locator(`[data-request="${other.id}"]`).count()).toBe(0);
  await page.getByRole("button", { name: "1 new" }).click();
  await page.locator(`[data-request="${other.id}"]`).waitFor();
  await close();
});

test(
  "a lost connection is said, the page learns what happens all the same, and goes live again",
  { timeout: 90_000 },
  async ({ world }) => {
    const request = await world.agent.requestLogs({ userId: "lost-line" });
    const { page, close } = await openConsole(browser, world.apiUrl);
    // The page's own clock: 15 seconds of asking need not be waited for.
    await page.clock.install();
    await page.route("**/v1/feed", (route) => route.abort());
    await page.goto(`${world.apiUrl}/log-requests/${request.id}`);
    await page.locator("[data-connection-lost]").getByText("The live connection is lost").waitFor({ timeout: 20_000 });
    await stateOf(page)
      .getByText(/No device|Sending/)
      .waitFor();
    await world.agent.cancel(request.id);
    await page.clock.fastForward(15_000);
    await stateOf(page).getByText("Cancelled").waitFor();
    await page.unroute("**/v1/feed");
    await page.clock.fastForward(15_000);
    await page.locator('[data-connection="live"]').waitFor({ timeout: 20_000 });
    await page.locator("[data-connection-lost]").waitFor({ state: "detached" });
    await close();
  },
);

test("a link to a line leads there, also where the line is in a part of the log that is not read yet", async ({
  world,
}) => {
  const { phone, request } = await world.asked();
  const lines = Array.from(
    { length: 70_000 },
    (_, index) => `2026-11-22T09:00:00Z INFO line ${index + 1} of a long call with many words`,
  );
  await phone.shareAndUpload(request.id, [freezeLog("long.log", lines.join("\n"))]);
  await world.until(() => world.stateOf(request), "linked");
  const [file] = (await world.agent.request(request.id)).files;
  expect(file?.sizeBytes).toBeGreaterThan(4 * 1024 * 1024);
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, {
    path: `/log-requests/${request.id}/files/${file?.id}#L69000`,
  });
  await page.goto(`${world.apiUrl}/log-requests/${request.id}/files/${file?.id}#L69000`);
  await page.locator('[data-line="69000"]').getByText("line 69000 of a long call").waitFor();
  await page.locator('[data-line="69000"] a[aria-current]').waitFor();
  expect(troubles).toEqual([]);
  await close();
});

test("a colleague's change of a ticket is not lost under one's own", async ({ world }) => {
  const ticket = await world.agent.openTicket({ subject: "Two at once" });
  const { page, close } = await openConsole(browser, world.apiUrl, { path: `/tickets/${ticket.id}` });
  await page.getByLabel("State").selectOption("solved");
  await page.route("**/v1/tickets/*", async (route) => {
    if (route.request().method() !== "PATCH") return route.continue();
    await route.continue({ headers: { ...route.request().headers(), "if-match": '"0"' } });
  });
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("A colleague changed this ticket meanwhile.").waitFor();
  await close();
});

test("the home needs less than 300 KB, and an auditor finds nothing to press that would be refused", async ({
  world,
}) => {
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, { person: "otto" });
  let bytes = 0;
  page.on("response", (response) => {
    if (!/\/assets\//.test(response.url())) return;
    void response.body().then((body) => (bytes += gzipSync(body).byteLength));
  });
  await page.reload();
  await page.locator('[data-connection="live"]').waitFor();
  await page.waitForLoadState("load");
  expect(bytes).toBeGreaterThan(100_000);
  expect(bytes).toBeLessThan(300_000);
  console.log(`first load: ${Math.round(bytes / 1000)} kB gzipped`);
  expect(await page.getByRole("button", { name: "New request" }).count()).toBe(0);
  expect(troubles).toEqual([]);
  await close();
});
