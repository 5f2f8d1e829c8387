import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { findBarriers, launchChromium, openConsole } from "#test/support/console-page.ts";
import { freezeLog } from "#test/support/phone.ts";
import { unzip } from "#test/support/unzip.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest();

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

test.for(["alex", "otto"])("%s takes everything on a ticket along as one zip", async (person, { world }) => {
  const { phone, request } = await world.asked();
  await phone.shareAndUpload(request.id, [freezeLog("app.log", "ICE failed\n")]);
  await world.until(() => world.stateOf(request), "linked");
  const ticket = await world.agent.ticket(request.ticketId);
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, { person, path: `/tickets/${ticket.id}` });
  const saving = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download pack" }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe(`beckon-ticket-${ticket.number}.zip`);
  const entries = await unzip(await readFile(await saved.path()));
  expect(entries.get(`request-${request.id}/app/app.log`)?.toString()).toBe("ICE failed\n");
  await page.locator('[data-fact="pack.created"]').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  expect(troubles).toEqual([]);
  await close();
});
