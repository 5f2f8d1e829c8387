import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  createAppleInstallation,
  createAppleNotification,
  createBrowserInstallation,
  createFcmV1Installation,
  createTemplateNotification,
  createWindowsInstallation,
} from "@azure/notification-hubs";
import type { NotificationHubsClient } from "@azure/notification-hubs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import { type Emulator, startEmulator } from "#emulator/start-emulator.ts";
import { sdkClient } from "#test/contract/emulator/emulator-test.ts";

// The emulator's page in a real browser, beside a program that sends through the SDK.

const HELLO = createAppleNotification({ body: { aps: { alert: "hello" } }, headers: { "apns-priority": "10" } });
const KEY = "YmVja29uLWVtdWxhdG9yLWRldmVsb3BtZW50LWtleSE=";

let browser: Browser;
let emulator: Emulator;
let client: NotificationHubsClient;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  const executablePath = ["chromium", "chromium-browser", "google-chrome"]
    .map((name) => findOnPath(name, process.env["PATH"]))
    .find((path) => path !== undefined);
  browser = await chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox"] });
  emulator = await startEmulator();
  client = sdkClient(emulator.connectionString);
});
afterAll(async () => {
  await browser.close();
  await emulator.close();
});

beforeEach(async () => {
  emulator.reset();
  complaints.length = 0;
  page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`${emulator.url}/$emulator/`);
  return () => page.context().close();
});

/** Three devices of Ada's, one of Bob's. */
async function install(): Promise<void> {
  const templates = { greet: { body: '{"aps":{"alert":"$(message)"}}', headers: {} } };
  await client.createOrUpdateInstallation(
    createAppleInstallation({
      installationId: "ada-phone",
      userId: "ada",
      tags: ["paris", "beta"],
      pushChannel: "00fc13ad",
      templates,
    }),
  );
  await client.createOrUpdateInstallation(
    createFcmV1Installation({
      installationId: "ada-tablet",
      userId: "ada",
      tags: ["paris"],
      pushChannel: "fcm-token-1",
    }),
  );
  await client.createOrUpdateInstallation(
    createBrowserInstallation({
      installationId: "ada-laptop",
      userId: "ada",
      pushChannel: { endpoint: `${emulator.url}/$emulator/push/ada-laptop`, p256dh: "k", auth: "s" },
    }),
  );
  await client.createOrUpdateInstallation(
    createWindowsInstallation({
      installationId: "bob-pc",
      userId: "bob",
      tags: ["london"],
      pushChannel: "https://wns.example/?token=bob",
    }),
  );
}

const rows = (name: string) => page.getByRole("region", { name }).getByRole("row");
const shoots = process.env["EMULATOR_SCREENSHOTS"];

test("the page shows installations with tags, what was sent to whom and why, and what devices received", async () => {
  await install();
  await client.sendNotification(HELLO, { tagExpression: "paris && beta" });
  await client.sendNotification(HELLO, { tagExpression: "nobody" });
  await client.sendNotification(createTemplateNotification({ body: { message: "Hi" } }), {
    tagExpression: "$UserId:{ada}",
  });
  await rows("Installations").filter({ hasText: "ada-phone" }).filter({ hasText: "beta" }).waitFor();
  expect(await page.getByRole("combobox", { name: "Hub" }).inputValue()).toBe("beckon");
  await page.getByText("4 installations, 5 registrations").waitFor();
  await rows("Sends").filter({ hasText: "paris && beta" }).filter({ hasText: "Success 1" }).waitFor();
  await rows("Sends").filter({ hasText: "NoTargetFound" }).waitFor();
  const received = rows("Inboxes").filter({ hasText: "paris && beta" });
  await received.filter({ hasText: "apns-priority: 10" }).filter({ hasText: '{"aps":{"alert":"hello"}}' }).waitFor();
  await rows("Inboxes").filter({ hasText: "template greet" }).filter({ hasText: "Hi" }).waitFor();
  expect(complaints).toEqual([]);
});

test("a send on the page opens who is reached, and why the others are not", async () => {
  await install();
  await client.sendNotification(HELLO, { tagExpression: "paris && beta" });
  await page.getByRole("button", { name: "paris && beta" }).click();
  const explained = page.getByRole("region", { name: "Explain a tag expression" });
  await explained.getByText("Reaches 1").waitFor();
  await explained.getByRole("row").filter({ hasText: "ada-phone" }).filter({ hasText: "has paris, beta" }).waitFor();
  await explained.getByRole("row").filter({ hasText: "bob-pc" }).filter({ hasText: "is of kind Windows" }).waitFor();
  await page.getByRole("textbox", { name: "Tag expression" }).fill("paris &&");
  await page.getByRole("button", { name: "Explain", exact: true }).click();
  await explained.getByText("not valid at character 9").waitFor();
  // The browser itself tells of the 400.
  expect(complaints.filter((text) => !text.includes("400"))).toEqual([]);
});

test("faults and documented limits are switches", async () => {
  await page.getByRole("checkbox", { name: /503/ }).check();
  await expect.poll(() => emulator.faults()).toMatchObject([{ status: 503, times: "always" }]);
  await expect(client.sendNotification(HELLO, { deviceHandle: "00aa" })).rejects.toMatchObject({ statusCode: 503 });
  await rows("Requests").filter({ hasText: "503" }).waitFor();
  await page.getByRole("checkbox", { name: /503/ }).uncheck();
  await expect.poll(() => emulator.faults()).toEqual([]);
  await page.getByRole("checkbox", { name: /10 test sends a minute/ }).check();
  await expect
    .poll(async () => (await fetch(`${emulator.url}/$emulator/strict`)).json())
    .toMatchObject({ testSendsPerMinute: true });
  await page.getByRole("checkbox", { name: /10 test sends a minute/ }).uncheck();
  await expect
    .poll(async () => (await fetch(`${emulator.url}/$emulator/strict`)).json())
    .toMatchObject({ testSendsPerMinute: false });
});

test("the live log has warnings about the SDK's traps, and neither key nor signature", async () => {
  await client.sendBroadcastNotification(HELLO, { enableTestSend: true });
  await rows("Requests").filter({ hasText: 'The SDK sent the tag "undefined"' }).waitFor();
  await client.getInstallation("none").catch(() => {});
  await rows("Requests").filter({ hasText: "Installation not found" }).filter({ hasText: "404" }).waitFor();
  const text = await page.content();
  expect(text).not.toContain(KEY);
  expect(text).not.toMatch(/sig=|SharedAccessSignature /);
});

test("a device can be taken away and brought back, with what waited for it", async () => {
  await install();
  const phone = rows("Installations").filter({ hasText: "ada-phone" });
  await phone.getByRole("button", { name: /Take .*away/ }).click();
  await phone.getByRole("button", { name: /Bring .*back/ }).waitFor();
  await client.sendNotification(HELLO, { tagExpression: "paris" });
  await phone.getByRole("button", { name: /1 wait/ }).click();
  await rows("Inboxes").filter({ hasText: "hello" }).waitFor();
  expect(emulator.inbox()).toMatchObject([{ installationId: "ada-phone" }]);
});

test("no text of a client becomes part of the page", async () => {
  const evil = '<img src=x onerror="document.title=1">';
  await client.sendNotification(createAppleNotification({ body: { aps: { alert: evil } } }), { deviceHandle: "00aa" });
  await rows("Inboxes").filter({ hasText: "<img src=x" }).waitFor();
  expect(await page.locator("table img").count()).toBe(0);
  expect(complaints).toEqual([]);
});

test.for([
  [1280, "light"],
  [400, "light"],
  [1280, "dark"],
] as const)("the page fits %i pixels, %s", async ([width, colorScheme]) => {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: 900 });
  await install();
  emulator.failNext({ handle: "00fc13ad", outcome: "ExpiredChannel" });
  await client.sendNotification(HELLO, { tagExpression: "paris && beta" });
  await client.sendNotification(HELLO, { tagExpression: "$InstallationId:{ada-phone} || !london" });
  await client.sendNotification(createTemplateNotification({ body: { message: "Hi" } }), {
    tagExpression: "$UserId:{ada}",
  });
  await client.sendNotification(HELLO, { deviceHandle: "00fc13ad" });
  await client.sendBroadcastNotification(HELLO, { enableTestSend: true });
  await page.getByRole("checkbox", { name: /Slow/ }).check();
  await page.getByRole("textbox", { name: "Tag expression" }).fill("paris && !beta || $UserId:{bob}");
  await page.getByRole("button", { name: "Explain", exact: true }).click();
  await page.getByText("Read as").waitFor();
  await rows("Requests").filter({ hasText: "undefined" }).first().waitFor();
  if (shoots !== undefined) {
    await mkdir(shoots, { recursive: true });
    await page.screenshot({ path: join(shoots, `${width}-${colorScheme}.png`), fullPage: true });
  }
  const size = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = (
      globalThis as unknown as { document: { documentElement: { scrollWidth: number; clientWidth: number } } }
    ).document.documentElement;
    return { scrollWidth, clientWidth };
  });
  expect(size.scrollWidth).toBeLessThanOrEqual(size.clientWidth);
});
