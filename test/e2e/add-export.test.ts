import { Buffer } from "node:buffer";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { findBarriers, launchChromium, openConsole, sidewaysScroll } from "#test/support/console-page.ts";
import { exportZip, manifestOf, zipOf } from "#test/support/export-zips.ts";
import { sendForm } from "#test/support/send-form.ts";
import { uniqueName } from "#test/support/servers.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest();

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const choose = (page: Page, name: string, buffer: Buffer) =>
  page.locator('input[type="file"]').setInputFiles({ name, mimeType: "application/zip", buffer });

test("an agent adds what the user exported, reads it, and removes it", async ({ world }) => {
  const ticket = await world.agent.openTicket({ userId: uniqueName("user") });
  const zip = await exportZip(
    { "a.log": "2026-11-22T09:00:00Z INFO ICE failed\n", "acs-calling/b.blog": "\0\u0001", "c.log": "c".repeat(9_000) },
    { maxBytes: 5_000 },
  );
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, { path: `/tickets/${ticket.id}` });

  // By keyboard: the button opens the chooser.
  const add = page.getByRole("button", { name: "Add exported logs" });
  // The page has taken the focus to its title by now, and leaves it where it goes next.
  await page.locator('[data-fact="ticket.created"]').waitFor();
  const choosing = page.waitForEvent("filechooser");
  await add.press("Enter");
  await (await choosing).setFiles({ name: "from Ada.zip", mimeType: "application/zip", buffer: zip });
  const result = page.locator('[data-basis="export"]');
  await result.getByText("2 files are on the ticket. The manifest holds").waitFor();
  expect(await result.locator("li").allInnerTexts()).toEqual(["a.log app", "b.blog acs-calling"]);
  await page.locator('[data-file="a.log"]').getByText("Exported by the user, added by an agent").waitFor();
  const listed = page.locator('[data-upload="export"]');
  await listed.getByText("from Ada.zip").waitFor();
  await listed.getByText("2 files, proven by the manifest").waitFor();
  await listed.getByText("c.log").waitFor();
  await page.locator('[data-fact="agentUpload.created"]').waitFor();
  expect(await findBarriers(page)).toEqual([]);

  await page.locator('[data-file="a.log"]').getByRole("link", { name: "a.log" }).click();
  await page.getByText("ICE failed").waitFor();
  await page.getByText("Exported by the user, added by an agent").waitFor();
  expect(await findBarriers(page, { within: "#main" })).toEqual([]);
  await page.goBack();

  await page.getByRole("button", { name: "Remove a.log" }).click();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole("dialog").or(page.getByRole("alertdialog")).getByRole("button", { name: "Remove" }).click();
  await page.locator('[data-file="a.log"][data-state="deleted"]').getByText("Removed by an agent").waitFor();
  expect(troubles).toEqual([]);
  await close();
});

test("what is unproven says so wherever it is, and what is refused says why", async ({ world }) => {
  const ticket = await world.agent.openTicket();
  const { page, troubles, close } = await openConsole(browser, world.apiUrl, { path: `/tickets/${ticket.id}` });
  await choose(
    page,
    "x.zip",
    await zipOf([
      ["manifest.json", manifestOf([{ path: "a.log" }])],
      ["a.log", "hi"],
    ]),
  );
  const result = page.locator('[data-basis="agent_upload"]');
  await result.getByText("x.zip is on the ticket as one file, unproven.").waitFor();
  await result.getByText("A file has another content than the manifest says. a.log").waitFor();
  const row = page.locator('[data-file="x.zip"]');
  await row.getByText("Unproven", { exact: true }).waitFor();
  // It is there, but not green: that is for what a user agreed to.
  expect(await row.locator("[data-tone]", { hasText: /^Ready$/ }).getAttribute("data-tone")).toBe("informative");
  expect(await findBarriers(page, { within: "#main" })).toEqual([]);
  const [file] = (await world.agent.ticket(ticket.id)).files;
  for (const [name, buffer, says] of [
    ["a.txt", Buffer.from("hello"), "This is no zip, or a part of it is missing."],
    ["b.zip", await zipOf([["../x", "hi"]]), "This zip has file names that could do harm"],
  ] as const) {
    await choose(page, name, buffer);
    await page.getByRole("alert").getByText(says).waitFor();
  }
  expect(await findBarriers(page, { within: "#main" })).toEqual([]);
  await page.goto(`${world.apiUrl}/files/${file?.id ?? ""}`);
  await page.getByText("Unproven", { exact: true }).waitFor();
  await page.getByText("SHA-256").waitFor();
  expect(await findBarriers(page, { within: "#main" })).toEqual([]);
  expect(troubles).toEqual([]);
  await close();
});

test("a zip can be dropped; while it is sent it says how far it is, and can be stopped", async ({ world }) => {
  const ticket = await world.agent.openTicket();
  const { page, context, close } = await openConsole(browser, world.apiUrl, { path: `/tickets/${ticket.id}` });
  const zip = await exportZip({ "dropped.log": "hi" });
  const drop = async () => {
    const transfer = await page.evaluateHandle(`
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(${JSON.stringify(zip.toString("base64"))}), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], "dropped.zip", { type: "application/zip" }));
      transfer`);
    const zone = page.getByText("Drop it here: its files are checked");
    await zone.dispatchEvent("dragover", { dataTransfer: transfer });
    await zone.dispatchEvent("drop", { dataTransfer: transfer });
  };
  let letGo: (() => void) | undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  await context.route("**/v1/tickets/*/files?*", async (route) => {
    await held;
    await route.continue().catch(() => undefined);
  });
  await drop();
  await page
    .getByText(/dropped.zip/)
    .first()
    .waitFor();
  await page.locator("[data-export]").getByRole("progressbar").waitFor();
  expect(await findBarriers(page, { within: "#main" })).toEqual([]);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.locator('[data-export="idle"]').waitFor();
  await drop();
  await page.locator("[data-export]").getByRole("progressbar").waitFor();
  letGo?.();
  await page.locator('[data-basis="export"]').waitFor();
  expect((await world.agent.ticket(ticket.id)).files).toHaveLength(1);
  await page.locator('[data-file="dropped.log"]').waitFor();
  await close();
});

test("an auditor sees what was added, and has nowhere to drop more", async ({ world }) => {
  const ticket = await world.agent.openTicket();
  const path = `/tickets/${ticket.id}`;
  const token = await world.tokenOf("beckon-agents", "alex");
  const call = { token, contentType: "application/zip", path: `/v1${path}/files?fileName=from-ada.zip` };
  await sendForm(world.apiUrl, [await zipOf([["a.log", "hi"]])], call);
  const { page, close } = await openConsole(browser, world.apiUrl, { person: "otto", path });
  await page.locator('[data-upload="agent_upload"]').getByText("It has no manifest").waitFor();
  await page.locator('[data-file="from-ada.zip"]').waitFor();
  expect(await page.getByRole("button", { name: /^Remove/ }).count()).toBe(0);
  expect(await page.getByRole("button", { name: "Add exported logs" }).count()).toBe(0);
  await close();
});

test("it fits a narrow window, in Arabic and in the dark", async ({ world }) => {
  const ticket = await world.agent.openTicket();
  const look = { width: 320, height: 800, theme: "dark", language: "ar" } as const;
  const { page, close } = await openConsole(browser, world.apiUrl, { path: `/tickets/${ticket.id}`, ...look });
  await choose(page, `${"long".repeat(30)}.zip`, await zipOf([["a.log", "hi"]]));
  await page.locator('[data-basis="agent_upload"]').waitFor();
  expect(await sidewaysScroll(page)).toBe(0);
  expect(await findBarriers(page, { within: "#main" })).toEqual([]);
  await close();
});
