import type { Browser, Route } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { findBarriers, goTo, launchChromium, openConsole } from "#test/support/console-page.ts";
import { startTcpProxy } from "#test/support/tcp-proxy.ts";
import { worldTest } from "#test/support/world.ts";

// What stands on a screen while nothing has come yet, when there is nothing, when something is away, and when nobody is signed in.

const test = worldTest({ worker: false });

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const SCREENS = ["/", "/tickets", "/people", "/templates", "/insights", "/audit", "/settings"] as const;

test("a desk on its first day says what to do, or that there is nothing", { timeout: 90_000 }, async ({ world }) => {
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, { person: "lena" });
  await page.getByRole("heading", { name: "Logs in three steps" }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.locator("#main").getByRole("button", { name: "New request" }).click();
  await page.waitForURL("**/new");
  for (const [path, says] of [
    ["/?view=waiting", "Nobody is being asked"],
    ["/?view=ready", "Nothing is ready yet"],
    ["/?view=attention", "All is well"],
    ["/?view=all&user=nobody", "Nothing matches"],
    ["/tickets", "No ticket found"],
    ["/people", "Nobody found"],
    ["/insights", "Too little to tell"],
    ["/audit?user=nobody", "Nothing matches"],
  ] as const) {
    await goTo(page, path);
    await page.locator("#main").getByText(says).first().waitFor();
    expect([path, await findBarriers(page, { within: "#main" })]).toEqual([path, []]);
  }
  await goTo(page, "/?view=all&user=nobody");
  await page.getByRole("button", { name: "Clear filter" }).first().click();
  await page.getByRole("heading", { name: "Logs in three steps" }).waitFor();
  // Nothing is left of the templates either.
  for (const { id } of await world.as("lena").list<{ id: string }>("/v1/templates"))
    await world.as("lena").send("DELETE", `/v1/templates/${id}`);
  await goTo(page, "/templates");
  await page.getByText("No templates yet").waitFor();
  expect(await findBarriers(page, { within: "#main" })).toEqual([]);
  await world.agent.openTicket({ userId: "never-asked" });
  await goTo(page, "/people/never-asked");
  await page.getByText("No app install is registered").waitFor();
  await page.getByText("Never asked").waitFor();
  expect(await findBarriers(page, { within: "#main" })).toEqual([]);
  expect(troubles).toEqual([]);
  await close();
});

test("an auditor's first day offers nothing that would be refused", async ({ world }) => {
  const { page, close } = await openConsole(browser, world.apiUrl, { person: "otto" });
  await page.getByRole("heading", { name: "Logs in three steps" }).waitFor();
  expect(await page.getByRole("button", { name: /New request|Request logs/ }).count()).toBe(0);
  await close();
});

test(
  "a screen that waits shows that it does, and one that got no answer says so and tries again",
  { timeout: 90_000 },
  async ({ world }) => {
    const { page, close } = await openConsole(browser, world.apiUrl, { person: "lena" });
    await page.getByRole("heading", { name: "Logs in three steps" }).waitFor();
    // Only what the screen itself reads; who is signed in is known, and the feed goes on.
    let fate: "held" | "lost" | "answered" = "answered";
    let held: Route[] = [];
    await page.route(/\/v1\/(?!me|feed)/, async (route) => {
      if (fate === "held") held.push(route);
      else if (fate === "lost") await route.abort();
      else await route.continue();
    });
    for (const path of SCREENS) {
      fate = "held";
      await page.goto(world.apiUrl + path);
      await page.locator(".fui-Skeleton").first().waitFor();
      // Each waits and fails with the same parts; the first and the last are looked at closely.
      const isLookedAt = path === "/" || path === "/settings";
      if (isLookedAt) expect([path, await findBarriers(page, { within: "#main" })]).toEqual([path, []]);
      fate = "lost";
      for (const route of held) await route.abort();
      held = [];
      await page.locator("#main").getByText("The server cannot be reached.").first().waitFor();
      if (isLookedAt) expect([path, await findBarriers(page, { within: "#main" })]).toEqual([path, []]);
      fate = "answered";
      await page.getByRole("button", { name: "Try again" }).first().click();
      await page.getByText("The server cannot be reached.").waitFor({ state: "detached" });
    }
    await close();
  },
);

test("while the database is away the console says so, keeps what it shows, and finds it again", async ({ world }) => {
  const request = await world.agent.requestLogs({ userId: "kept" });
  const { page, close } = await openConsole(browser, world.apiUrl, { path: "/?view=all" });
  const row = page.locator(`[data-request="${request.id}"]`);
  await row.waitFor();
  await world.wires.database.cut();
  await row.getByRole("checkbox").check();
  await page.keyboard.press("e");
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("button", { name: "Cancel request" }).click();
  await dialog.getByText(/database is away|took too long/).waitFor({ timeout: 20_000 });
  expect(await findBarriers(page, { within: "[role=alertdialog]" })).toEqual([]);
  await dialog.getByRole("button", { name: "Close" }).click();
  await row.waitFor();
  await world.wires.database.mend();
  await world.until(() => world.agent.cancel(request.id).then(({ state }) => state), "cancelled");
  await row.getByText("Cancelled").waitFor({ timeout: 20_000 });
  await close();
});

test("what could not be read or opened while the server was away comes by itself when it is back", async ({
  world,
}) => {
  await world.agent.requestLogs({ userId: "comes-back" });
  const { hostname, port } = new URL(world.apiUrl);
  const wire = await startTcpProxy({ host: hostname, port: Number(port) });
  onTestFinished(wire.cut);
  const { page, close } = await openConsole(browser, world.apiUrl, { person: "lena" });
  await page.goto(`http://${hostname}:${wire.port}/people`);
  await page.getByText("comes-back").first().waitFor();
  await page.locator('[data-connection="live"]').waitFor();
  const main = page.locator("#main");
  const away = main.getByText("The server cannot be reached.");
  const search = main.getByRole("searchbox");

  await wire.cut();
  await search.fill("comes");
  await away.waitFor();
  await wire.mend();
  await away.waitFor({ state: "detached" });
  await main.getByText("comes-back").first().waitFor();
  expect(await search.inputValue()).toBe("comes");

  // A screen that was never opened, so that its code has to come first.
  await page.locator('[data-connection="live"]').waitFor();
  await wire.cut();
  await goTo(page, "/templates");
  await away.waitFor();
  expect(await main.getByRole("button", { name: "Try again" }).count()).toBe(0);
  expect(await findBarriers(page, { within: "#main" })).toEqual([]);
  await wire.mend();
  await main.getByRole("heading", { name: "Templates", exact: true }).waitFor();
  await close();
});

test("a part that is away comes first in settings", { timeout: 60_000 }, async ({ world }) => {
  const { page, close } = await openConsole(browser, world.apiUrl, { person: "ada" });
  await page.clock.install();
  await world.wires.blobs.cut();
  await goTo(page, "/settings");
  // The page asks every 15 seconds, and the server had asked just before.
  await world.until(async () => {
    await page.clock.fastForward(15_000);
    return page.locator('[data-part="blobs"]').getByText("File store").count();
  }, 1);
  expect(await findBarriers(page, { within: "#main" })).toEqual([]);
  await world.wires.blobs.mend();
  await close();
});

test("who is not signed in is asked to, and comes back to the page that was wanted", async ({ world }) => {
  const ticket = await world.agent.openTicket({ subject: "Wanted" });
  const context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(`${world.apiUrl}/tickets/${ticket.id}`);
  await page.getByRole("heading", { name: "Sign in to Beckon" }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.locator('a[href*="person=alex"]').click();
  await page.getByRole("heading", { name: /Wanted/ }).waitFor();

  // The session ends when the agent saves, and not before: whatever the page asks for by itself would hear of it too.
  await page.route(`**/v1/tickets/${ticket.id}`, async (route) => {
    if (route.request().method() === "PATCH") await context.clearCookies();
    await route.continue();
  });
  await page.getByRole("button", { name: "Take it" }).click();
  const refused = page.waitForResponse((response) => response.request().method() === "PATCH");
  await page.getByRole("button", { name: "Save" }).click();
  expect((await refused).status()).toBe(401);
  await page.goto(`${world.apiUrl}/tickets/${ticket.id}`);
  await page.getByRole("heading", { name: "Sign in to Beckon" }).waitFor();
  expect(await page.getByRole("link", { name: "Sign in" }).getAttribute("href")).toContain(
    encodeURIComponent(`/tickets/${ticket.id}`),
  );
  for (const [error, says] of [
    ["no_role", "you have no role in Beckon"],
    ["refused", "refused the sign-in"],
    ["expired", "took too long"],
    ["failed", "The sign-in failed"],
    ["unavailable", "cannot be reached right now"],
  ] as const) {
    await page.goto(`${world.apiUrl}/sign-in?error=${error}&traceId=trace-7&returnTo=/tickets`);
    await page.getByRole("alert").getByText(says).waitFor();
    await page.getByText("trace-7").waitFor();
    expect([error, await findBarriers(page)]).toEqual([error, []]);
  }
  await context.close();
});

test("whose session ends while they write signs in beside it, and sends what they wrote", async ({ world }) => {
  const ticket = await world.agent.openTicket({ userId: "written-to" });
  const { page, context, close } = await openConsole(browser, world.apiUrl, { path: `/new?ticket=${ticket.id}` });
  const reason = page.getByRole("textbox", { name: "Reason" });
  await reason.fill("What took long to write");
  await page.locator("input[type=checkbox]:checked").waitFor();
  await page.route(
    "**/log-requests",
    async (route) => {
      await context.clearCookies();
      await route.continue();
    },
    { times: 1 },
  );
  await page.getByRole("button", { name: "Send request" }).click();
  const over = page.getByRole("alertdialog");
  await over.getByText("Your session has ended.").waitFor();
  expect(await findBarriers(page, { within: "[role=alertdialog]" })).toEqual([]);
  const opened = context.waitForEvent("page");
  await over.getByRole("link", { name: "Sign in" }).click();
  const beside = await opened;
  await beside.locator('a[href*="person=alex"]').click();
  await beside.waitForSelector("#main");
  await beside.close();
  await page.evaluate('dispatchEvent(new Event("focus"))');
  await over.waitFor({ state: "detached" });
  expect(await reason.inputValue()).toBe("What took long to write");
  await page.getByRole("button", { name: "Send request" }).click();
  await page.waitForURL("**/log-requests/*");
  await close();
});

test("a connection that was gone for a moment and kept its stream is live again", async ({ world }) => {
  const { page, close } = await openConsole(browser, world.apiUrl);
  await page.locator('[data-connection="live"]').waitFor();
  await page.evaluate("dispatchEvent(new Event('offline'))");
  await page.locator('[data-connection="polling"]').waitFor();
  await page.evaluate("dispatchEvent(new Event('online'))");
  await page.locator('[data-connection="live"]').waitFor();
  await page.locator("[data-connection-lost]").waitFor({ state: "detached" });
  await close();
});

test("help and preferences can be read and closed by everybody", async ({ world }) => {
  const { page, troubles, close } = await openConsole(browser, world.apiUrl);
  await page.getByRole("button", { name: "Help" }).click();
  const help = page.getByRole("dialog", { name: "Help" });
  for (const text of ["Tick the row", "What users are promised"]) await help.getByText(text).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "detached" });
  expect(troubles).toEqual([]);
  await close();
});

test("a tab that outlived its version says so when a part is no longer there, and the rest stands", async ({
  world,
}) => {
  const { page, close } = await openConsole(browser, world.apiUrl);
  await page.locator('[data-connection="live"]').waitFor();
  await page.route(/assets\/(help-panel|people-screen)/, (route) => route.abort());
  await page.keyboard.press("?");
  await page.getByText("This part could not be loaded.").first().waitFor();
  await page.getByRole("heading", { name: "Requests", exact: true }).waitFor();
  await goTo(page, "/people");
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await page.unroute(/assets\/(help-panel|people-screen)/);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("heading", { name: "People" }).waitFor();
  await close();
});
