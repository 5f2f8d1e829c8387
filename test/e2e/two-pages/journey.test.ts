import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { launchChromium, type ConsolePage } from "#test/support/console-page.ts";
import { deliverPush } from "#test/support/deliver-push.ts";
import { sha256Of } from "#test/support/phone.ts";
import type { PhonePage } from "#test/support/phone-page.ts";
import {
  APP_LOG,
  CALL_LOG,
  holdUploads,
  meet,
  openPrompt,
  payloadOf,
  reads,
  says,
  send,
  sitDown,
  takeUp,
} from "#test/support/two-pages.ts";
import { worldTest, type World } from "#test/support/world.ts";

// Across both pages, from the question to the last byte and back: what one side does, the other sees.

const test = worldTest({ settings: { CONTROLLER_NAME: "Acme", BLOB_CORS_ORIGINS: "*" } });
const TIME = { timeout: 90_000 };

let browser: Browser;
let desk: ConsolePage | undefined;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());
const atDesk = async (world: World) => (desk ??= await sitDown(browser, world));

const SCREEN = `document.querySelector("beckon-consent")`;

/** The frozen bytes that the phone is asking about. */
async function frozenFile(phone: PhonePage, name: string): Promise<Buffer> {
  const encoded = await phone.page.evaluate<string>(`(async () => {
    const pieces = [];
    for await (const piece of ${SCREEN}.review.files.find(({ name }) => name === ${JSON.stringify(name)}).read()) pieces.push(piece);
    const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  })()`);
  return Buffer.from(encoded, "base64");
}

test(
  "an agent asks; the user looks, leaves a file out and shares; the agent reads and saves it, and loses it again",
  TIME,
  async ({ world }) => {
    const { page, troubles } = await atDesk(world);
    const meeting = await meet(world, browser, await atDesk(world), { hasStream: false });
    const { user, phone } = meeting;
    await page.evaluate("window.isTheSamePage = true");

    // Three actions from the open ticket.
    await page.getByRole("button", { name: "Request logs" }).click();
    await page.getByRole("combobox", { name: "Template" }).selectOption("call-drops");
    const id = await send(page);
    await says(page, "Waiting for the user");

    // The stream is cut: the service worker's push event is the only road.
    await deliverPush(phone.page, await payloadOf(world, user, id, "beckon.log-request"));
    await phone.status.getByText("a request for ticket").waitFor();
    await openPrompt(phone, id);
    await says(page, "Opened by the user");

    const file = (name: string) => phone.page.locator(`beckon-consent [data-file="${name}"]`);
    await file("acs-calling.log").locator('[data-act="look"]').click();
    const sheet = phone.page.locator('[data-sheet="look"]');
    await sheet.getByText("[ice] connection failed").waitFor();
    const frozen = await frozenFile(phone, "acs-calling.log");
    // The very bytes that would be sent, from their beginning.
    const looked = await sheet.locator("pre").first().textContent();
    expect(frozen.toString().slice(0, String(looked).length)).toBe(looked);
    await sheet.locator('[data-act="cancel"]').click();
    await file("app.log").getByRole("checkbox").uncheck();

    const uploads = await holdUploads(world, phone);
    await phone.act("share").click();
    await says(page, "Agreed: 0 of 1 file");
    expect(await phone.page.locator('[data-phase="sending"] [data-file]').count()).toBe(1);
    await phone.page.locator('[data-phase="sending"] progress').first().waitFor();
    await uploads.letGo(1);
    await says(page, "Ready");
    await reads(phone, "shared", "You shared your logs");
    const onTicket = page.locator("#main [data-file]");
    expect(await onTicket.count()).toBe(1);
    expect(await onTicket.getAttribute("data-file")).toBe("acs-calling.log");

    await page.getByRole("button", { name: "Open acs-calling.log" }).click();
    await page.getByText("[ice] connection failed").first().waitFor();
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toBe("acs-calling.log");
    expect(sha256Of(await readFile(await saved.path()))).toBe(sha256Of(frozen));
    await page.goBack();
    await says(page, "Ready");

    await phone.page.locator('[data-act="take-back"]:not([data-file-id])').click();
    await phone.act("confirm").click();
    await reads(phone, "takenBack", "Taken back and deleted");
    await reads(phone, "takenBack", "acs-calling.log, by alex");
    await says(page, "Taken back by the user");
    await onTicket.and(page.locator('[data-state="deleted"]')).getByText("Taken back by the user").waitFor();
    expect(await page.getByRole("button", { name: /^(Open|Download) / }).count()).toBe(0);
    // The link that the agent had leads nowhere now.
    await world.until(async () => (await fetch(saved.url())).status, 404);
    expect(await world.blobs({ id })).toEqual({ ingest: [], evidence: [] });

    expect(await page.evaluate("window.isTheSamePage")).toBe(true);
    expect([...troubles, ...meeting.troubles()]).toEqual([]);
  },
);

test(
  "a phone that is loaded anew in the middle of an upload goes on, and the agent sees the count go on",
  TIME,
  async ({ world }) => {
    const { page, troubles } = await atDesk(world);
    const meeting = await meet(world, browser, await atDesk(world));
    const { phone } = meeting;
    const id = await meeting.ask([APP_LOG, CALL_LOG]);
    await openPrompt(phone, id);
    const uploads = await holdUploads(world, phone);
    await phone.act("share").click();
    await says(page, "Agreed: 0 of 2 files");
    await uploads.letGo(1);
    await says(page, "Agreed: 1 of 2 files");
    await world.until(() => uploads.paths.length, 2);
    await phone.page.reload();
    await phone.page.locator('[data-phase="sending"]').waitFor();
    // The second file once more, and the first never again.
    await world.until(() => uploads.paths.length, 3);
    await says(page, "Agreed: 1 of 2 files");
    await uploads.letGo(3);
    await says(page, "Ready");
    await reads(phone, "shared", "On your ticket");
    expect(uploads.paths[2]).toBe(uploads.paths[1]);
    expect(await page.locator('#main [data-file][data-state="linked"]').count()).toBe(2);
    expect([...troubles, ...meeting.troubles()]).toEqual([]);
  },
);

test(
  "of a user's two phones one shares, the other says so, and takes it back before the agent's eyes",
  TIME,
  async ({ world }) => {
    const { page, troubles } = await atDesk(world);
    const meeting = await meet(world, browser, await atDesk(world));
    const { phone } = meeting;
    const tablet = await meeting.open("tablet");
    await page.getByRole("button", { name: "Request logs" }).click();
    for (const name of ["All 2 devices", /^Pixel/, /^Tablet/]) await page.getByRole("radio", { name }).waitFor();
    const id = await meeting.ask();
    await takeUp(phone);
    await openPrompt(phone, id);
    await takeUp(tablet);
    await openPrompt(tablet, id);
    await tablet.act("share").click();
    await says(page, "Ready");
    await reads(tablet, "shared", "You shared your logs");
    await reads(phone, "shared", "You answered this on another device.");
    await takeUp(phone);
    await phone.page.locator('[data-act="take-back"]:not([data-file-id])').click();
    await phone.act("confirm").click();
    await reads(phone, "takenBack", "Nobody had downloaded them before.");
    await says(page, "Taken back by the user");
    await world.until(() => world.blobs({ id }), { ingest: [], evidence: [] });
    expect([...troubles, ...meeting.troubles()]).toEqual([]);
  },
);

/** Every word of the screen but those that only the device knows, and until when it may be sent: that moves with the clock. */
const words = (root: string) => `(() => {
  const walker = document.createTreeWalker(${root}.shadowRoot.querySelector(".page"), NodeFilter.SHOW_TEXT);
  const words = [];
  while (walker.nextNode())
    if (!walker.currentNode.parentElement.closest(".files, .totalSize, .how, .uploadBy")) words.push(walker.currentNode.data);
  return words.filter((text) => text.trim() !== "");
})()`;

const dayFromToday = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test(
  "an agent who works in English sees the German question, word for word as the user then reads it",
  TIME,
  async ({ world }) => {
    const { page, troubles } = await atDesk(world);
    const meeting = await meet(world, browser, await atDesk(world), { query: "&lang=de" });
    const { phone } = meeting;
    await page.getByRole("button", { name: "Request logs" }).click();
    await page.getByText("This user reads German.").waitFor();
    await page.getByRole("combobox", { name: "Template" }).selectOption("call-drops");
    await page.getByRole("combobox", { name: "Time window" }).selectOption("own");
    await page.getByLabel("From").fill(`${dayFromToday(-2)}T08:10`);
    await page.getByLabel("To", { exact: true }).fill(`${dayFromToday(2)}T17:30`);
    const preview = page.locator("[data-preview] beckon-consent");
    // In the zone of the phone, which is in Berlin.
    await preview
      .locator(".window")
      .getByText(/, 08:10\s–\s.*, 17:30$/)
      .waitFor();
    const previewed = await page.evaluate<string[]>(words(`document.querySelector("[data-preview] beckon-consent")`));
    const id = await send(page);
    await phone.notification(id).getByText("Der Support bittet").waitFor();
    await openPrompt(phone, id);
    expect(await phone.page.evaluate(words(SCREEN))).toEqual(previewed);
    expect(previewed.join("")).toMatch(/^Acme bittet Sie um Protokolle dieser App.*Anrufe von selbst enden.*Teilen/s);
    await phone.act("decline").click();
    await says(page, "Not shared");
    expect([...troubles, ...meeting.troubles()]).toEqual([]);
  },
);
