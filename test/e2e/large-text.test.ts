import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { launchChromium, openConsole } from "#test/support/console-page.ts";
import { freezeLog } from "#test/support/phone.ts";
import { worldTest, type World } from "#test/support/world.ts";

// Text at 200 %, by the reader's own setting of the browser and not by its zoom (WCAG 1.4.4).

const test = worldTest();
const USUAL_PX = 16;
const SHOTS = process.env["BECKON_SHOTS"];

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium({ textPx: 2 * USUAL_PX });
});
afterAll(() => browser.close());

/** As text: what runs in the page has another library than what runs here. */
const CUT_OFF = `(() => {
  const found = [];
  const name = (at) => at.tagName.toLowerCase() + "." + [...at.classList].filter((one) => one.startsWith("fui")).join(".") + " " + at.textContent.trim().slice(0, 40);
  for (const at of document.querySelectorAll("body *")) {
    const { overflowX, overflowY, textOverflow, clipPath } = getComputedStyle(at);
    if (!at.checkVisibility() || clipPath !== "none" || at.closest(".heard-only, [aria-hidden=true], svg, canvas")) continue;
    const hidesAcross = at.scrollWidth > at.clientWidth + 1 && ["hidden", "clip"].includes(overflowX);
    const hidesDown = at.scrollHeight > at.clientHeight + 1 && ["hidden", "clip"].includes(overflowY);
    const hasText = [...at.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
    if (hidesAcross && at.textContent.trim() !== "" && textOverflow !== "ellipsis") found.push("cut across: " + name(at));
    if (hidesDown && at.clientHeight > 1) found.push("cut below: " + name(at) + " " + at.scrollHeight + ">" + at.clientHeight);
    // Text that leaves its own box runs into what stands beneath.
    if (hasText && overflowY === "visible" && at.clientHeight > 0 && at.scrollHeight > at.clientHeight * 1.25 + 2)
      found.push("leaves its box: " + name(at) + " " + at.scrollHeight + ">" + at.clientHeight);
  }
  for (const at of document.querySelectorAll("input:not([type=checkbox], [type=radio], [type=file]), select, textarea")) {
    const [inner, outer] = [at, at.parentElement].map((one) => one.getBoundingClientRect());
    if (at.checkVisibility() && (inner.right > outer.right + 2 || inner.bottom > outer.bottom + 2)) found.push("leaves its frame: " + name(at.parentElement));
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page scrolls sideways by " + (document.documentElement.scrollWidth - innerWidth));
  return found;
})()`;

const sizeOf = (page: Page, selector: string) =>
  page.evaluate<number>(
    `Number.parseFloat(getComputedStyle(document.querySelector(${JSON.stringify(selector)})).fontSize)`,
  );

async function furnish(world: World) {
  const phone = await world.phone("large-text-user");
  const ticket = await world.agent.openTicket({ userId: phone.userId, subject: "Calls drop" });
  const request = await world.agent.requestLogs({ userId: phone.userId, ticketId: ticket.id });
  await phone.shareAndUpload(request.id, [freezeLog("app.log", "2026-11-22T09:00:00Z INFO one\nand two\nand three")]);
  await world.until(() => world.stateOf(request), "linked");
  const [file] = (await world.agent.request(request.id)).files;
  return [
    ["requests", "/?view=all"],
    ["request", `/log-requests/${request.id}`],
    ["ticket", `/tickets/${ticket.id}`],
    ["new", `/new?ticket=${ticket.id}`],
    ["log", `/log-requests/${request.id}/files/${file?.id ?? ""}`],
    ["tickets", "/tickets"],
    ["people", "/people"],
    ["person", `/people/${phone.userId}`],
    ["templates", "/templates"],
    ["insights", "/insights"],
    ["audit", "/audit"],
    ["settings", "/settings"],
  ] as const;
}

test(
  "who needs text of twice the size gets it on every screen, and loses nothing of it",
  { timeout: 240_000 },
  async ({ world }) => {
    const screens = await furnish(world);
    const { page, troubles, close } = await openConsole(browser, world.apiUrl, {
      person: "lena",
      width: 1280,
      height: 900,
    });
    const found: string[] = [];
    for (const [name, path] of screens) {
      await page.goto(world.apiUrl + path);
      await page.locator("#main h1").waitFor();
      await world.until(() => page.locator(".fui-Skeleton, [data-pending]").count(), 0);
      if (SHOTS) await page.screenshot({ path: `${SHOTS}/large-${name}.png`, fullPage: true });
      // Fluent's headings have 20 or 24 pixels at the usual size.
      expect(await sizeOf(page, "#main h1"), name).toBeGreaterThanOrEqual(40);
      found.push(...(await page.evaluate<string[]>(CUT_OFF)).map((what) => `${name}: ${what}`));
    }
    expect(troubles).toEqual([]);
    await close();
    expect(found).toEqual([]);
  },
);
