import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { findBarriers, launchChromium, openConsole } from "#test/support/console-page.ts";
import { freezeLog } from "#test/support/phone.ts";
import { worldTest, type World } from "#test/support/world.ts";

const test = worldTest();

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const row = (page: Page, { id }: { readonly id: string }) => page.locator(`[data-request="${id}"]`);
const inDialog = (page: Page, { id }: { readonly id: string }) => page.locator(`[data-act-on="${id}"]`);

/** The requests of one user, so that tests of this file do not meet in one list. */
async function openListOf(world: World, userId: string, options: { person?: string } = {}) {
  const opened = await openConsole(browser, world.apiUrl, {
    path: `/?view=all&user=${encodeURIComponent(userId)}`,
    ...options,
  });
  await opened.page.locator("[data-request]").first().waitFor();
  await opened.page.locator('[data-connection="live"]').waitFor();
  return opened;
}

test("ticked requests are cancelled at once, after a question that says what will happen to which", async ({
  world,
}) => {
  const userId = "bulk-cancel";
  const ended = await world.agent.requestLogs({ userId });
  await world.agent.cancel(ended.id);
  const first = await world.agent.requestLogs({ userId });
  const second = await world.agent.requestLogs({ userId });
  const { page, troubles, close } = await openListOf(world, userId);

  await page.keyboard.press("j");
  await row(page, second).and(page.locator(":focus")).waitFor();
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await row(page, ended).getByRole("checkbox").check();
  await page.getByRole("toolbar").getByText("3 ticked").waitFor();
  expect(await row(page, first).getAttribute("aria-selected")).toBe("true");
  expect(await findBarriers(page)).toEqual([]);

  await page.keyboard.press("e");
  const dialog = page.getByRole("alertdialog", { name: "Cancel 3 requests?" });
  await dialog.getByText("These 2 questions disappear").waitFor();
  await dialog.getByText("1 is left as it is").waitFor();
  await inDialog(page, ended).getByText("It has ended already.").waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Cancel 2 requests" }).click();
  await dialog.waitFor({ state: "detached" });
  await row(page, first).getByText("Cancelled").waitFor();
  await row(page, second).getByText("Cancelled").waitFor();
  expect([await world.stateOf(first), await world.stateOf(second)]).toEqual(["cancelled", "cancelled"]);
  expect(await page.getByRole("toolbar").count()).toBe(0);
  await page.locator("[data-request]:focus").waitFor();
  expect(troubles).toEqual([]);
  await close();
});

test("a row that was refused says why, and the others are done all the same", async ({ world }) => {
  const phone = await world.phone("bulk-refused");
  const [declined, open] = [
    await world.agent.requestLogs({ userId: phone.userId }),
    await world.agent.requestLogs({ userId: phone.userId }),
  ];
  const { page, close } = await openListOf(world, phone.userId);
  await page.getByRole("checkbox", { name: "Tick every request that is loaded" }).check();
  await page.getByRole("toolbar").getByRole("button", { name: "Cancel" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByRole("button", { name: "Cancel 2 requests" }).waitFor();
  // The user answers while the agent still reads the question.
  await phone.decline(declined.id);
  await dialog.getByRole("button", { name: "Cancel 2 requests" }).click();
  await dialog.getByRole("heading", { name: "1 request cancelled" }).waitFor();
  await inDialog(page, declined).getByText("can no longer be cancelled").waitFor();
  expect(await inDialog(page, open).count()).toBe(0);
  expect(await findBarriers(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Close" }).click();
  await row(page, declined).getByText("Not shared").waitFor();
  expect([await world.stateOf(declined), await world.stateOf(open)]).toEqual(["declined", "cancelled"]);
  await close();
});

test("r reminds of the row that is current, and only as often as is allowed", async ({ world }) => {
  const phone = await world.phone("row-keys");
  const request = await world.agent.requestLogs({ userId: phone.userId });
  await world.agent.remind(request.id);
  const { page, close } = await openListOf(world, phone.userId);
  await page.keyboard.press("j");
  await page.keyboard.press("r");
  await page.getByRole("alertdialog").getByRole("button", { name: "Remind" }).click();
  await page.getByRole("alertdialog").waitFor({ state: "detached" });
  expect((await world.agent.request(request.id)).reminders).toBe(2);
  await row(page, request).and(page.locator(":focus")).waitFor();
  await page.keyboard.press("r");
  await inDialog(page, request).getByText("as often as is allowed").waitFor();
  expect(await page.getByRole("alertdialog").getByRole("button", { name: "Remind" }).count()).toBe(0);
  await page.keyboard.press("Escape");
  await close();
});

test("d saves the files of the row that is current, and says where there are none", async ({ world }) => {
  const phone = await world.phone("row-download");
  const empty = await world.agent.requestLogs({ userId: phone.userId });
  const full = await world.agent.requestLogs({ userId: phone.userId });
  await phone.shareAndUpload(full.id, [freezeLog("app.log", "a line")]);
  await world.until(() => world.stateOf(full), "linked");
  const { page, close } = await openListOf(world, phone.userId);
  await page.keyboard.press("j");
  await row(page, full).and(page.locator(":focus")).waitFor();
  const saved = page.waitForEvent("download");
  await page.keyboard.press("d");
  expect((await saved).suggestedFilename()).toBe("app.log");
  await page.keyboard.press("j");
  await row(page, empty).and(page.locator(":focus")).waitFor();
  await page.keyboard.press("d");
  await page.getByText("No files").first().waitFor();
  await close();
});

test("keys of one letter can be switched off, and arrows, Space and Enter still do it all", async ({ world }) => {
  const userId = "no-letters";
  const request = await world.agent.requestLogs({ userId });
  const { page, close } = await openListOf(world, userId);
  await page.keyboard.press("?");
  await page.getByRole("switch", { name: "Keys of one letter work" }).uncheck();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await row(page, request).focus();
  for (const key of ["x", "e", "c", "?", "r"]) await page.keyboard.press(key);
  expect(await page.getByRole("dialog").or(page.getByRole("alertdialog")).count()).toBe(0);
  expect(await row(page, request).getAttribute("aria-selected")).toBe("false");
  await page.keyboard.press("Space");
  await page.getByRole("toolbar").getByText("1 ticked").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("toolbar").waitFor({ state: "detached" });
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/log-requests/${request.id}`);
  await close();
});

test("an auditor reads the list and has nothing to tick", async ({ world }) => {
  const userId = "audited";
  const request = await world.agent.requestLogs({ userId });
  const { page, close } = await openListOf(world, userId, { person: "otto" });
  expect(await page.getByRole("checkbox").count()).toBe(0);
  await page.keyboard.press("j");
  for (const key of ["x", "e", "r", "c"]) await page.keyboard.press(key);
  expect(await page.getByRole("alertdialog").count()).toBe(0);
  expect(new URL(page.url()).pathname).toBe("/");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/log-requests/${request.id}`);
  await close();
});

test("what colleagues do to many requests at once moves no row", async ({ world }) => {
  const userId = "steady";
  const requests: { readonly id: string }[] = [];
  for (let index = 0; index < 6; index += 1) requests.push(await world.agent.requestLogs({ userId }));
  const { page, close } = await openListOf(world, userId);
  const places = async () =>
    Promise.all(
      requests.map(async (request) => {
        const { x, y } = (await row(page, request).boundingBox()) ?? { x: -1, y: -1 };
        return [Math.round(x), Math.round(y)];
      }),
    );
  const before = await places();
  const colleague = world.as("lena");
  await Promise.all(requests.map(({ id }) => colleague.cancel(id)));
  await colleague.requestLogs({ userId });
  await colleague.requestLogs({ userId });
  for (const request of requests) await row(page, request).getByText("Cancelled").waitFor();
  await page.getByRole("button", { name: "2 new" }).waitFor();
  expect(await places()).toEqual(before);
  await close();
});

test("a subject of another direction than the page is cut at its end, and not at its beginning", async ({ world }) => {
  const ticket = await world.agent.openTicket({
    userId: "cut",
    subject: "The picture freezes after a minute ".repeat(4),
  });
  const request = await world.agent.requestLogs({ ticketId: ticket.id, userId: "cut" });
  const { page, close } = await openConsole(browser, world.apiUrl, { path: "/?view=all", width: 320, language: "ar" });
  await page.locator(`[data-request="${request.id}"]`).waitFor();
  // Where its first letter stands, and the cell.
  const [letter, cell] = await page.evaluate<[number, number][]>(`(() => {
    const name = document.querySelector('[data-request="${request.id}"] [role=gridcell]:has(a)');
    const text = [...name.querySelectorAll("bdi")].at(-1).firstChild;
    const range = document.createRange();
    range.setStart(text, 0);
    range.setEnd(text, 1);
    return [range, name].map((one) => { const { left, right } = one.getBoundingClientRect(); return [left, right]; });
  })()`);
  expect(letter?.[0]).toBeGreaterThanOrEqual(cell?.[0] ?? Infinity);
  expect(letter?.[1]).toBeLessThanOrEqual(cell?.[1] ?? -Infinity);
  await close();
});

test("the list says what is asked for in the app's words, as the request itself does", async ({ world }) => {
  const { request } = await world.asked({ collectors: ["app"] });
  const { page, close } = await openConsole(browser, world.apiUrl, { path: "/?view=all" });
  await page
    .locator(`[data-request="${request.id}"]`)
    .getByText(/^App log/)
    .waitFor();
  await close();
});
