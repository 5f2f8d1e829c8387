import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { succeeded } from "#test/support/api-calls.ts";
import { findBarriers, goTo, launchChromium, openConsole } from "#test/support/console-page.ts";
import { startTcpProxy } from "#test/support/tcp-proxy.ts";
import { worldTest } from "#test/support/world.ts";

// A day at the desk: what agents, leads and auditors do beside asking.

const test = worldTest();

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const word = (page: Page) => page.locator("[data-state] h2");
const barriers = (page: Page) => findBarriers(page, { within: "[role=alertdialog], [role=dialog]" });

test("an agent reminds and cancels from the request itself, after a question", async ({ world }) => {
  const { request } = await world.asked();
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, { path: `/log-requests/${request.id}` });
  await page.getByRole("button", { name: "Remind" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByText("2 reminders are left.").waitFor();
  expect(await barriers(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Back" }).click();
  await dialog.waitFor({ state: "detached" });
  expect((await world.agent.request(request.id)).reminders).toBe(0);
  // And by key.
  await page.locator("h1").click();
  await page.keyboard.press("r");
  await dialog.getByRole("button", { name: "Remind" }).click();
  await dialog.waitFor({ state: "detached" });
  expect((await world.agent.request(request.id)).reminders).toBe(1);
  await page.locator("h1").click();
  await page.keyboard.press("e");
  await dialog.getByRole("heading", { name: "Cancel this request?" }).waitFor();
  expect(await barriers(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Cancel request" }).click();
  await word(page).getByText("Cancelled").waitFor();
  expect(await world.stateOf(request)).toBe("cancelled");
  expect(troubles).toEqual([]);
  await close();
});

test("a reminder whose answer was lost is pressed again, and the user is reminded once", async ({ world }) => {
  const { request } = await world.asked();
  const { page, close } = await openConsole(browser, world.apiUrl, { path: `/log-requests/${request.id}` });
  await page.route(
    "**/v1/log-requests/*:remind",
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    { times: 1 },
  );
  await page.getByRole("button", { name: "Remind" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("button", { name: "Remind" }).click();
  await dialog.getByText("The server cannot be reached.").waitFor();
  // The page has heard by itself that it was done after all.
  await page.locator('[data-fact="request.reminded"]').waitFor({ state: "attached" });
  await dialog.getByRole("button", { name: "Remind" }).click();
  await dialog.waitFor({ state: "detached" });
  expect((await world.agent.request(request.id)).reminders).toBe(1);
  await close();
});

test("a question that was answered meanwhile stays open and says why", async ({ world }) => {
  const { phone, request } = await world.asked();
  const { page, close } = await openConsole(browser, world.apiUrl, { path: `/log-requests/${request.id}` });
  await page.getByRole("button", { name: "Cancel request" }).click();
  const dialog = page.getByRole("alertdialog");
  await page.route("**/v1/log-requests/*:cancel", async (route) => {
    await phone.decline(request.id);
    await route.continue();
  });
  await dialog.getByRole("button", { name: "Cancel request" }).click();
  await dialog.getByText("The request can no longer be cancelled.").waitFor();
  expect(await barriers(page)).toEqual([]);
  await close();
});

test("of two tabs one cancels, and the other sees it at once", async ({ world }) => {
  const { request } = await world.asked();
  const { page, context, close } = await openConsole(browser, world.apiUrl, { path: `/log-requests/${request.id}` });
  const other = await context.newPage();
  await other.goto(`${world.apiUrl}/?view=all`);
  const row = other.locator(`[data-request="${request.id}"]`);
  await row.getByText("Waiting for the user").waitFor();
  await other.locator('[data-connection="live"]').waitFor();
  await page.getByRole("button", { name: "Cancel request" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel request" }).click();
  await row.getByText("Cancelled").waitFor();
  await close();
});

test("what happened to one's own requests is marked until it is read, in the list and in the tab", async ({
  world,
}) => {
  const { phone, request } = await world.asked();
  const { page, close } = await openConsole(browser, world.apiUrl);
  const row = page.locator(`[data-request="${request.id}"]`);
  await row.waitFor();
  await page.locator('[data-connection="live"]').waitFor();
  // That the push service took it is no news.
  expect([await row.locator("[data-unread]").count(), await page.title()]).toEqual([0, "Requests · Beckon"]);
  await phone.decline(request.id);
  await row.locator("[data-unread]").waitFor();
  await world.until(() => page.title(), "(1) Requests · Beckon");
  await page.reload();
  await world.until(() => page.title(), "(1) Requests · Beckon");
  await row.getByRole("link").click();
  await word(page).getByText("Not shared").waitFor();
  await page.getByRole("link", { name: "Requests" }).click();
  await row.waitFor();
  expect(await row.locator("[data-unread]").count()).toBe(0);
  await world.until(() => page.title(), "Requests · Beckon");
  await close();
});

test(
  "who asked for desktop notices gets one when nobody looks at the tab, and nobody else does",
  { timeout: 90_000 },
  async ({ world }) => {
    const first = await world.asked();
    const second = await world.asked();
    const { page, context, close } = await openConsole(browser, world.apiUrl);
    await context.grantPermissions(["notifications"]);
    // The browser's own notices leave no trace in a page without a window: what they are made with is written down.
    await page.evaluate(`
    window.notices = [];
    window.Notification = class extends EventTarget {
      static permission = "granted";
      static requestPermission = async () => "granted";
      constructor(title, options) { super(); window.notices.push(title + ": " + options.body); }
    };
    Object.defineProperty(document, "hidden", { get: () => true });`);
    const row = (id: string) => page.locator(`[data-request="${id}"]`);
    await page.locator('[data-connection="live"]').waitFor();
    await first.phone.decline(first.request.id);
    await row(first.request.id).getByText("Not shared").waitFor();
    expect(await page.evaluate("window.notices")).toEqual([]);
    await page.getByRole("button", { name: /preferences and sign-out/ }).click();
    expect(await findBarriers(page, { within: "[role=menu]" })).toEqual([]);
    await page.getByRole("menuitemcheckbox", { name: "Desktop notices" }).click();
    await page.keyboard.press("Escape");
    await second.phone.decline(second.request.id);
    await row(second.request.id).getByText("Not shared").waitFor();
    const ours = async () =>
      (await page.evaluate<string[]>("window.notices")).filter((notice) =>
        [first, second].some(({ phone }) => notice.includes(phone.userId)),
      );
    await world.until(ours, [`Not shared: ${second.phone.userId}`]);
    await close();
  },
);

test("a ticket is given to a colleague by name, to an id that is not known yet, and to nobody", async ({ world }) => {
  await world.as("lena").openTicket();
  await world.as("otto").send("GET", "/v1/tickets");
  await world.until(
    async () => (await world.agent.list<{ id: string }>("/v1/agents?id=lena&id=otto")).map(({ id }) => id),
    ["lena", "otto"],
  );
  const ticket = await world.agent.openTicket({ subject: "To be given", assigneeId: "someone-of-old" });
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, { path: `/tickets/${ticket.id}` });
  const assigned = page.getByRole("combobox", { name: "Assigned to" });
  await expect.poll(() => assigned.inputValue()).toBe("someone-of-old");
  const save = async (assigneeId: string | undefined) => {
    await page.getByRole("button", { name: "Save" }).click();
    await world.until(async () => (await world.agent.ticket(ticket.id)).assigneeId, assigneeId);
    await expect.poll(() => page.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
  };

  // By keyboard: what is in the field is selected, so that typing begins anew.
  await assigned.focus();
  await page.keyboard.type("lena");
  await page.getByRole("option", { name: /Lena Lead/ }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await expect.poll(() => assigned.inputValue()).toBe("Lena Lead");
  await save("lena");
  await expect.poll(() => assigned.inputValue()).toBe("Lena Lead");

  await assigned.fill("nobody of that name");
  await page.getByRole("option", { name: "Use the id nobody of that name" }).waitFor();
  await page.keyboard.press("Tab");
  expect([await assigned.inputValue(), await page.getByRole("button", { name: "Save" }).isDisabled()]).toEqual([
    "Lena Lead",
    true,
  ]);

  await assigned.fill("new@support.example");
  await page.getByRole("option", { name: "Use the id new@support.example" }).click();
  await save("new@support.example");

  // An auditor handles nothing.
  await assigned.fill("otto");
  await page.getByRole("option", { name: "Use the id otto" }).waitFor();
  expect(await page.getByRole("option", { name: /Otto/ }).count()).toBe(0);
  await assigned.fill("");
  await page.getByRole("option", { name: "Nobody" }).click();
  await save(undefined);
  expect(troubles).toEqual([]);
  await close();
});

test("a ticket is taken over and solved, and the list says so", async ({ world }) => {
  const ticket = await world.agent.openTicket({ subject: "To be taken" });
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, { path: `/tickets/${ticket.id}` });
  await page.getByRole("button", { name: "Take it" }).click();
  await page.getByLabel("State").selectOption("solved");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved").first().waitFor();
  expect(await world.agent.ticket(ticket.id)).toMatchObject({ assigneeId: "alex", state: "solved" });
  await page.locator('[data-fact="ticket.updated"]').waitFor();
  await page.goto(`${world.apiUrl}/tickets?query=taken`);
  await page.getByRole("listitem").filter({ hasText: "To be taken" }).getByText("Solved").waitFor();
  expect(troubles).toEqual([]);
  await close();
});

test("a request that a colleague makes on the ticket waits behind a word", async ({ world }) => {
  const ticket = await world.agent.openTicket({ userId: "watched" });
  const { page, close } = await openConsole(browser, world.apiUrl, { path: `/tickets/${ticket.id}` });
  await page.getByText("Nobody has been asked on this ticket").waitFor();
  await page.locator('[data-connection="live"]').waitFor();
  await world.as("lena").requestLogs({ ticketId: ticket.id, userId: "watched" });
  await page.getByRole("button", { name: "1 new" }).click();
  await page.getByRole("listitem").filter({ hasText: "No device to reach" }).waitFor();
  await close();
});

test("a lead writes a template in two languages, changes it and deletes it; an agent only reads", async ({ world }) => {
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, { person: "lena", path: "/templates" });
  await page.getByRole("button", { name: "New template" }).click();
  const dialog = page.getByRole("dialog", { name: "New template" });
  await dialog.getByRole("textbox", { name: "Short name" }).fill("echo");
  await dialog.getByRole("textbox", { name: "Name (en)" }).fill("Echo");
  await dialog.getByRole("textbox", { name: "Reason (en)" }).fill("To see where the echo comes from.");
  expect(await barriers(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Save" }).click();
  const card = page.getByRole("region", { name: "Echo" });
  await card.getByText("Not in German").waitFor();

  await card.getByRole("button", { name: "Edit Echo" }).click();
  const editor = page.getByRole("dialog", { name: "Edit Echo" });
  await editor.getByRole("textbox", { name: "Name (de)" }).fill("Hall");
  await editor.getByRole("textbox", { name: "Reason (de)" }).fill("Um zu sehen, woher der Hall kommt.");
  await editor.getByLabel("Time window in hours").fill("99999");
  await editor.getByRole("button", { name: "Save" }).click();
  await editor.getByLabel("Time window in hours").and(page.locator(":invalid")).waitFor();
  await editor.getByLabel("Time window in hours").fill("24");
  await editor.getByRole("button", { name: "Save" }).click();
  await card.getByText("Um zu sehen, woher der Hall kommt.").waitFor();
  await card.getByText("Last 24 hours").waitFor();

  const agent = await openConsole(browser, world.apiUrl, { path: "/templates" });
  await agent.page.getByRole("region", { name: "Echo" }).waitFor();
  expect(await agent.page.getByRole("button", { name: /template|Edit|Delete/ }).count()).toBe(0);
  await agent.close();

  await card.getByRole("button", { name: "Delete Echo" }).click();
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await card.waitFor({ state: "detached" });
  expect(troubles).toEqual([]);
  await close();
});

test("what the server refuses is said in the agent's language, by the names of the form", async ({ world }) => {
  const { page, close } = await openConsole(browser, world.apiUrl, {
    person: "lena",
    path: "/templates",
    language: "de",
  });
  await page.getByRole("button", { name: "Neue Vorlage" }).click();
  const dialog = page.getByRole("dialog", { name: "Neue Vorlage" });
  await dialog.getByRole("textbox", { name: "Kurzname" }).fill("deutsch");
  await dialog.getByRole("textbox", { name: "Name (de)" }).fill("Echo");
  await dialog.getByRole("textbox", { name: "Protokolle" }).fill("App Log!");
  await dialog.getByRole("button", { name: "Speichern" }).click();
  const said = await dialog.getByRole("alert").innerText();
  expect(said).toContain("Etwas daran ist nicht so, wie es sein muss.");
  expect(said).toContain("Grund (de): fehlt");
  expect(said).toContain("Protokolle (Log!): darf nur Kleinbuchstaben, Ziffern und „-“ haben, höchstens 40");
  expect(await findBarriers(page, { within: "[role=dialog]" })).toEqual([]);
  await close();
});

test("an auditor finds who did what and saves it as CSV; an agent is not shown the way there", async ({ world }) => {
  const request = await world.agent.requestLogs({ userId: "audited-user" });
  await world.agent.cancel(request.id);
  const { page, close } = await openConsole(browser, world.apiUrl, { person: "otto", path: "/audit" });
  await page.getByRole("textbox", { name: "About user (id)" }).fill("audited-user");
  await page.getByRole("combobox", { name: "What" }).selectOption("request.cancelled");
  const rows = page.locator("#main li");
  await rows.filter({ hasText: "Cancelled" }).filter({ hasText: "alex" }).waitFor();
  expect(await rows.count()).toBe(1);
  const saved = page.waitForEvent("download");
  await page.getByRole("link", { name: "Save as CSV" }).click();
  const [head, ...lines] = (await readFile(await (await saved).path(), "utf8")).trimEnd().split("\r\n");
  expect(head).toContain("actorId");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`request.cancelled,agent,alex`);
  await page.getByRole("textbox", { name: "About user (id)" }).fill("nobody-at-all");
  await page.getByText("Nothing matches").waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await close();

  const agent = await openConsole(browser, world.apiUrl, { path: "/audit" });
  await agent.page.getByText("Your role may not do this.").waitFor();
  for (const name of ["Audit", "Settings"])
    expect(await agent.page.getByRole("navigation").getByRole("link", { name }).count()).toBe(0);
  expect(await findBarriers(agent.page)).toEqual([]);
  await agent.close();
});

test("times stand in the agent's zone, and in the user's when pointed at", async ({ world }) => {
  await succeeded(
    world.call("PUT", "/v1/users/in-tokyo", {
      token: await world.createKey(),
      body: { label: "Taro", contacts: [], locale: "ja", timeZone: "Asia/Tokyo" },
    }),
  );
  const request = await world.agent.requestLogs({
    userId: "in-tokyo",
    window: { from: "2026-11-20T09:00:00Z", to: "2026-11-20T23:30:00Z" },
  });
  const { page, close } = await openConsole(browser, world.apiUrl, { path: `/log-requests/${request.id}` });
  const time = page.locator('time[datetime="2026-11-20T23:30:00.000Z"]');
  await time.and(page.locator('[title*="Asia/Tokyo"]')).waitFor();
  // The browser's zone is Berlin's.
  expect(await time.innerText()).toMatch(/21 Nov 2026.* 00:30/);
  expect(await time.getAttribute("title")).toMatch(/21 Nov 2026.* 08:30 \(Asia\/Tokyo\) for the user/);
  // In a list of many people's requests as well.
  await goTo(page, "/?view=all");
  const asked = page.locator(`[data-request="${request.id}"] time[datetime="${request.createdAt}"]`);
  await asked.and(page.locator('[title*="(Asia/Tokyo) for the user"]')).waitFor();
  // Wherever a screen is about one user.
  await goTo(page, "/people/in-tokyo");
  await page.locator("#main li time").and(page.locator('[title*="Asia/Tokyo"]')).first().waitFor();
  await close();
});

test("a stream that broke off goes on where it was, and what happened meanwhile is there", async ({ world }) => {
  const { phone, request } = await world.asked();
  const { hostname, port } = new URL(world.apiUrl);
  await using wire = await startTcpProxy({ host: hostname, port: Number(port) });
  const { page, close } = await openConsole(browser, world.apiUrl);
  const streams: Promise<Record<string, string>>[] = [];
  page.on("request", (asked) => {
    if (asked.url().endsWith("/v1/feed")) streams.push(asked.allHeaders());
  });
  await page.goto(`http://${hostname}:${wire.port}/log-requests/${request.id}`);
  await word(page).getByText("Waiting for the user").waitFor();
  await page.locator('[data-connection="live"]').waitFor();
  await phone.see(request.id);
  await word(page).getByText("Opened by the user").waitFor();
  await wire.cut();
  await phone.decline(request.id);
  await wire.mend();
  await word(page).getByText("Not shared").waitFor();
  const [first, ...again] = (await Promise.all(streams)).map((headers) => headers["last-event-id"]);
  expect(first).toBeUndefined();
  expect(again.length).toBeGreaterThan(0);
  expect(again.every((lastEventId) => lastEventId !== undefined)).toBe(true);
  await close();
});

test("whose session ends while they only look is asked to sign in, and finds the same list again", async ({
  world,
}) => {
  const request = await world.agent.requestLogs({ userId: "looked-at" });
  const { hostname, port } = new URL(world.apiUrl);
  await using wire = await startTcpProxy({ host: hostname, port: Number(port) });
  const { page, context, close } = await openConsole(browser, world.apiUrl);
  await page.clock.install();
  await page.goto(`http://${hostname}:${wire.port}/?view=all`);
  await page.locator(`[data-request="${request.id}"]`).waitFor();
  await page.locator('[data-connection="live"]').waitFor();
  await context.clearCookies();
  // The server ends every stream after a few minutes, and refuses the next one.
  await wire.cut();
  await wire.mend();
  // Whatever the page still asks for by itself may hear of it first.
  const signIn = page.getByRole("heading", { name: "Sign in to Beckon" });
  await page.locator("[data-connection-lost]").or(signIn).first().waitFor();
  await page.clock.fastForward(15_000);
  await signIn.waitFor();
  expect(await page.getByRole("link", { name: "Sign in" }).getAttribute("href")).toContain(
    encodeURIComponent("/?view=all"),
  );
  await close();
});
