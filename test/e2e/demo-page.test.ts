import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { findBarriers, launchChromium, sidewaysScroll } from "#test/support/console-page.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest({ settings: { BLOB_CORS_ORIGINS: "*" } });

/** A whole journey, with axe on the way, on two cores that others share. */
const TIMEOUT_MS = 120_000;

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

interface Stage {
  readonly page: Page;
  /** What a policy refused, in any of the three pages, and what they threw. */
  readonly troubles: readonly string[];
  close(): Promise<void>;
}

async function openStage(
  url: string,
  { query = "", width = 1440, height = 900, locale = "en-GB", theme = "light" as "light" | "dark" } = {},
): Promise<Stage> {
  const context = await browser.newContext({
    viewport: { width, height },
    locale,
    timezoneId: "Europe/Berlin",
    colorScheme: theme,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(30_000);
  const troubles: string[] = [];
  await context.exposeBinding("noteTrouble", (_source, text: string) => void troubles.push(text));
  await context.addInitScript({
    content: `document.addEventListener("securitypolicyviolation", (event) =>
      noteTrouble("policy " + event.violatedDirective + ": " + event.blockedURI + " " + event.sample));`,
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => void troubles.push(`threw ${error.message}`));
  await page.goto(`${url}/demo${query}`);
  return { page, troubles, close: () => context.close() };
}

/** Looked at by people: with BECKON_SHOTS, a folder. */
async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env["BECKON_SHOTS"];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `demo-${name}.png`), fullPage: true });
}

const linesOf = (page: Page, step: number) => page.locator(`[data-step="${step}"] [data-line]`).allTextContents();

test(
  "whoever has it played sees the whole journey run through both real pages, and what each part did",
  { timeout: TIMEOUT_MS },
  async ({ world }) => {
    const { page, troubles, close } = await openStage(world.apiUrl, { query: "?pace=0&user=stage-1" });
    await page.getByText("Nothing is played.").waitFor();
    await page.getByRole("button", { name: "Play it for me" }).click();
    await page.locator('[data-play="over"], [data-play="trouble"]').waitFor({ timeout: 90_000 });
    expect(await page.locator("[data-play-status]").textContent()).toContain("That was the whole journey");
    await page.locator('[data-line^="gone"]').waitFor();
    await shoot(page, "over-1440");

    expect(await linesOf(page, 1)).toEqual([
      expect.stringMatching(/^API opened ticket \d+: 20[01] after [\d.,]+ ms\.$/),
      expect.stringMatching(/^PostgreSQL committed request [0-9a-f]{4}…[0-9a-f]{6}\.$/),
      expect.stringMatching(/^API answered 202 after [\d.,]+ ms/),
    ]);
    expect(await linesOf(page, 2)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Relay and queue had it at the hub's door [\d.,]+ ms after the commit\.$/),
        expect.stringMatching(/^Worker sent it with the Notification Hubs SDK: 201 after [\d.,]+ ms\.$/),
        expect.stringMatching(/^Hub emulator delivered [\d.,]+ (bytes|kB) to Web Push\.$/),
      ]),
    );
    expect(await linesOf(page, 3)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Phone (got the payload|its service worker)/),
        expect.stringMatching(/^Phone fetched the request from the API in [\d.,]+ ms\.$/),
        expect.stringMatching(/^PostgreSQL recorded that the prompt was seen, [\d.,]+ s after the ask\.$/),
      ]),
    );
    expect(await linesOf(page, 4)).toEqual([
      expect.stringMatching(/^PostgreSQL recorded the consent to \d+ files?, .*, with text default-1 \(en\)\.$/),
      expect.stringMatching(/^API signed \d+ SAS links?, .*for one blob, for 15 minutes\.$/),
    ]);
    expect(await linesOf(page, 5)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Blob store took a file in [\d.,]+ ms\. What the link allows: create, once\.$/),
        expect.stringMatching(/^PostgreSQL recorded that .*\.log, .*, has arrived\.$/),
      ]),
    );
    expect(await linesOf(page, 6)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Worker read .*\.log back: .*, SHA-256 [0-9a-f]{8}… as agreed\. Linked\.$/),
        expect.stringMatching(/^PostgreSQL keeps them until \d+ \w+ \d{4}; then they are deleted\.$/),
      ]),
    );
    expect(await linesOf(page, 7)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Console was told over the live feed [\d.,]+ ms after the commit\.$/),
        expect.stringMatching(/^API gave .* of text to the reader in [\d.,]+ ms\.$/),
        expect.stringMatching(/^PostgreSQL put on record that Alex read .*\.log\.$/),
      ]),
    );
    expect(await linesOf(page, 8)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^PostgreSQL took all of it off the ticket\.$/),
        expect.stringMatching(/^API answers 410 to whoever asks for .* now\.$/),
      ]),
    );
    expect(troubles).toEqual([]);
    await close();
  },
);

test(
  "whoever presses something themself has the stage, and has it played on when they want",
  { timeout: TIMEOUT_MS },
  async ({ world }) => {
    const { page, troubles, close } = await openStage(world.apiUrl, { query: "?pace=slow&play&user=stage-2" });
    const status = page.locator("[data-play-status]");
    await status.getByText("Alex, an agent, signs in.").waitFor();
    await page
      .frameLocator('[data-frame="phone"]')
      .locator("[data-phone-screen]")
      .click({ position: { x: 5, y: 5 } });
    await status.getByText("You pressed something yourself").waitFor();
    expect(await page.locator(".pointer").isHidden()).toBe(true);
    await page.getByLabel("Pace").selectOption({ label: "At once" });
    await page.getByRole("button", { name: "Continue" }).click();
    await status.getByText("That was the whole journey").waitFor({ timeout: 90_000 });

    // Again from the beginning, with a ticket of its own.
    await page.getByRole("button", { name: "Play it again" }).click();
    await page.locator('[data-play="playing"]').waitFor();
    await status.getByText("That was the whole journey").waitFor({ timeout: 90_000 });
    expect(await linesOf(page, 1)).toContainEqual(expect.stringMatching(/^API opened ticket /));
    expect(troubles).toEqual([]);
    await close();
  },
);

test("a request that was played by nobody has its lines as well", { timeout: TIMEOUT_MS }, async ({ world }) => {
  const { page, troubles, close } = await openStage(world.apiUrl, { query: "?user=stage-3" });
  const phone = page.frameLocator('[data-frame="phone"]');
  await phone.locator('[data-phone-screen="lock"]').waitFor();
  await page.getByText("The lines begin once somebody is signed in on the console.").waitFor();
  const console = page.frameLocator('[data-frame="console"]');
  await console.getByRole("link", { name: "Sign in" }).click();
  await console.locator('a[href*="person=lena"]').click();
  await console.locator("#main").waitFor();
  await page.getByText("Each line is measured or read").waitFor();
  await world.until(async () => (await world.agent.installations("stage-3")).map(({ hubSync }) => hubSync), ["synced"]);
  const { id } = await world.agent.requestLogs({ userId: "stage-3" });
  await phone.locator(`[data-notification="${id}"]`).click();
  await phone.locator("beckon-consent [data-act=decline]").click();
  await page.getByText("recorded the no. Nothing was sent.").waitFor();
  expect(await linesOf(page, 2)).toContainEqual(expect.stringMatching(/^Hub emulator delivered/));
  expect(await page.locator('[data-step="5"]').getAttribute("data-is")).toBe("waiting");
  expect(troubles).toEqual([]);
  await close();
});

test.for([
  { name: "1440", width: 1440, height: 900 },
  { name: "1440-dark-de", width: 1440, height: 900, theme: "dark", locale: "de-DE" },
  { name: "768", width: 768, height: 1024 },
  { name: "320-de", width: 320, height: 700, locale: "de-DE" },
  { name: "768-ar", width: 768, height: 1024, query: "?lang=ar" },
] as const)("nobody is kept out of the demo: $name", { timeout: TIMEOUT_MS }, async ({ name, ...look }, { world }) => {
  const { page, troubles, close } = await openStage(world.apiUrl, look);
  const phone = page.frameLocator('[data-frame="phone"]');
  await phone.locator('[data-phone-screen="lock"]').waitFor({ state: "attached" });
  await page.frameLocator('[data-frame="console"]').locator('a[href^="/auth/sign-in"]').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  expect(await sidewaysScroll(page)).toBe(0);
  await shoot(page, name);
  if (look.width < 900) {
    expect(await phone.locator("[data-phone-screen]").isVisible()).toBe(false);
    await page.locator('[data-tab="phone"]').click();
    await phone.locator("[data-phone-screen]").waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await shoot(page, `${name}-phone`);
  }
  expect(troubles).toEqual([]);
  await close();
});
