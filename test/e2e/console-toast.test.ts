import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { launchChromium, openConsole } from "#test/support/console-page.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest();

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

/** Everything has come to where it belongs, and what follows of that is drawn; the notice's own clock is no movement. */
const ALL_MOVED = `Promise.all(document.getAnimations()
  .filter(({ effect }) => !effect.target.matches("[data-timer-status]") && effect.getComputedTiming().endTime < Infinity)
  .map(({ finished }) => finished.catch(() => {})))
  .then(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))`;

test("a notice that something was done covers no more than its corner", async ({ world }) => {
  const ticket = await world.agent.openTicket({ userId: "toast-user" });
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, { path: `/new?ticket=${ticket.id}` });
  await page.locator('[data-field="reason"]').fill("To see why your calls drop.");
  // The one kind of log that there is is ticked as soon as it is known to be the only one.
  await page.locator("input[type=checkbox]:checked").waitFor();
  // The pointer rests where the notice comes up, and meets it while it still moves.
  await page.emulateMedia({ reducedMotion: "no-preference" });
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 };
  await page.mouse.move(width - 120, height - 40);
  await page.locator('button[type="submit"]').press("Enter");
  const notice = page.locator(".fui-ToastTitle", { hasText: "Request sent" });
  await page.locator(".fui-Toast:hover").waitFor();
  // It stays for as long as somebody points at it.
  await page.evaluate(ALL_MOVED);
  expect(await page.locator("[data-timer-status]").getAttribute("data-timer-status")).toBe("paused");
  await page.locator("[data-state] h2").first().waitFor();
  // As text: what runs in the page has another library than what runs here.
  const met = await page.evaluate<boolean>("document.elementFromPoint(innerWidth / 2, 300).closest('#root') !== null");
  expect([met, await notice.isVisible()]).toEqual([true, true]);
  // Readers of screens hear it from the one place that speaks.
  await page.locator("[data-live-region]").getByText("Request sent").waitFor({ state: "attached" });
  expect(await page.locator("[aria-live=polite], [role=status], [role=log]").count()).toBe(1);
  // Left alone, it goes.
  await page.mouse.move(10, 10);
  await notice.waitFor({ state: "detached" });
  expect(troubles).toEqual([]);
  await close();
});
