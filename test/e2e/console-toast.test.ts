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

test("a notice that something was done covers no more than its corner", async ({ world }) => {
  const ticket = await world.agent.openTicket({ userId: "toast-user" });
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, { path: `/new?ticket=${ticket.id}` });
  await page.locator('[data-field="reason"]').fill("To see why your calls drop.");
  // The one kind of log that there is is ticked as soon as it is known to be the only one.
  await page.locator("input[type=checkbox]:checked").waitFor();
  await page.locator('button[type="submit"]').click();
  const notice = page.locator(".fui-ToastTitle", { hasText: "Request sent" });
  // It stays for as long as somebody points at it.
  await notice.hover();
  await page.locator("[data-state] h2").first().waitFor();
  // As text: what runs in the page has another library than what runs here.
  const met = await page.evaluate<boolean>("document.elementFromPoint(innerWidth / 2, 300).closest('#root') !== null");
  expect([met, await notice.isVisible()]).toEqual([true, true]);
  // Readers of screens hear it from the one place that speaks.
  await page.locator("[data-live-region]").getByText("Request sent").waitFor({ state: "attached" });
  expect(await page.locator("[aria-live=polite], [role=status], [role=log]").count()).toBe(1);
  expect(troubles).toEqual([]);
  await close();
});
