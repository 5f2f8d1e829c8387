import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { DevUrls } from "#app/dev/dev-urls.ts";
import { launchChromium } from "#test/support/console-page.ts";
import { fillDesk } from "./busy-desk.ts";
import { recordPage } from "./record-page.ts";

/** Beyond what the slowest play on a busy machine took. */
const PLAY_TIMEOUT_MS = 300_000;
const STAGE = { width: 1440, height: 1000 };
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 780 };

/**
 * Takes the README's pictures of the running product: `beckon dev` on data of its own, its journey recorded while it is
 * played, then the screens that it left.
 *
 * @param folder where they go, each under a name that stays
 * @throws Error when the journey did not come to its end
 */
export async function takeReadmePictures(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const data = await mkdtemp(join(tmpdir(), "beckon-pictures-"));
  const dev = spawn(process.execPath, ["src/app/main.ts", "dev", "--json", "--data", data], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(dev, "close");
  const browser = await launchChromium();
  try {
    const [line] = (await Promise.race([
      once(dev.stdout, "data"),
      ended.then(() => Promise.reject(new Error("beckon dev ended before it was ready."))),
    ])) as [Buffer];
    const urls = JSON.parse(line.toString()) as DevUrls;
    await recordJourney(browser, urls, folder);
    await fillDesk(urls);
    await shootConsole(browser, urls, folder);
    await shootPhone(browser, urls, folder);
  } finally {
    await browser.close();
    dev.kill("SIGTERM");
    await ended;
    await rm(data, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The whole of `/demo` while it plays. */
async function recordJourney(browser: Browser, { demo }: DevUrls, folder: string): Promise<void> {
  const page = await openPage(browser, STAGE);
  await page.goto(`${demo}?pace=fast&user=ann`);
  const play = page.getByRole("button", { name: "Play it for me" });
  await play.waitFor();
  const recording = await recordPage(page, async () => {
    await play.click();
    const over = page.locator('[data-play="over"], [data-play="trouble"]');
    await over.waitFor({ timeout: PLAY_TIMEOUT_MS });
    if ((await over.getAttribute("data-play")) !== "over")
      throw new Error(`The journey got no further: ${await page.locator("[data-play-status]").textContent()}`);
  });
  await writeFile(join(folder, "journey.webp"), recording);
  await page.context().close();
}

async function shootConsole(browser: Browser, urls: DevUrls, folder: string): Promise<void> {
  const page = await openPage(browser, DESK);
  await page.goto(urls.console);
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.locator('a[href*="person=alex"]').click();
  await page.locator("[data-request]").first().waitFor();
  await page.goto(`${urls.console}?view=all`);
  await page.locator("[data-request]").first().waitFor();
  await shoot(page, folder, "requests");

  await page.goto(`${urls.console}new?externalId=4711&user=ann`);
  await page
    .getByRole("textbox", { name: "Reason" })
    .fill("You told us that the picture froze. The logs of that time show us why.");
  await tickEach(page);
  await page.locator("[data-preview]").getByText("picture froze").waitFor();
  await shoot(page, folder, "new-request");

  await page.goto(`${urls.console}?view=all`);
  await page.locator("[data-request]").filter({ hasText: "Jonas" }).first().click();
  await page.locator("[data-file]").first().waitFor();
  await shoot(page, folder, "request");
  await page.context().close();
}

/** A request of its own, up to the question, in the user's hand. */
async function shootPhone(browser: Browser, urls: DevUrls, folder: string): Promise<void> {
  const phone = await openPage(browser, PHONE);
  await phone.goto(`${urls.phone}?user=jonas&lang=en`);
  await phone.locator('[data-app="registered"]').waitFor();

  const page = await openPage(browser, DESK);
  await page.goto(`${urls.console}new?externalId=4712&user=jonas`);
  await page.getByRole("link", { name: "Sign in" }).click();
  await page.locator('a[href*="person=alex"]').click();
  await page.getByRole("textbox", { name: "Reason" }).fill("To hear what happened when you joined the call.");
  await tickEach(page);
  await page.getByRole("button", { name: "Send request" }).click();

  const notice = phone.locator("[data-notification]").first();
  await notice.waitFor();
  await shoot(phone, folder, "phone-lock");
  await notice.click();
  await phone.locator('[data-act="share"]').waitFor();
  await shoot(phone, folder, "phone-consent");
  await phone.context().close();
  await page.context().close();
}

/** What the person's app can give: three kinds of logs. */
async function tickEach(page: Page): Promise<void> {
  const boxes = page.locator("main").getByRole("checkbox");
  await boxes.nth(2).waitFor();
  for (const box of await boxes.all()) await box.check();
}

async function openPage(browser: Browser, viewport: { width: number; height: number }): Promise<Page> {
  const context = await browser.newContext({ viewport, locale: "en-GB", timezoneId: "Europe/London" });
  context.setDefaultTimeout(60_000);
  return context.newPage();
}

/** From the top of the page, and not in the middle of a fade. */
async function shoot(page: Page, folder: string, name: string): Promise<void> {
  // As text: what runs in the page has another library than what runs here.
  await page.evaluate(`(async () => {
    scrollTo(0, 0);
    const ending = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime < Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  })()`);
  const cdp = await page.context().newCDPSession(page);
  const { data } = await cdp.send("Page.captureScreenshot", { format: "webp", quality: 85 });
  await writeFile(join(folder, `${name}.webp`), Buffer.from(data, "base64"));
}
