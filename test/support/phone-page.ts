import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Locator, Page } from "playwright-core";
import type { Browser } from "playwright-core";

export type PhoneScreen = "lock" | "home" | "consent" | "receipts";
export type PhoneSwitch = "offline" | "slow" | "denied" | "killed" | "metered";

/** One of the simulated phones, as a person has it in hand. */
export interface PhonePage {
  readonly page: Page;
  /** What the content security policy refused, and what the page threw. Empty, if all is well. */
  readonly troubles: readonly string[];
  readonly status: Locator;
  notification(requestId: string): Locator;
  card(requestId: string): Locator;
  /** Waits until the phone shows this screen. */
  on(screen: PhoneScreen): Promise<void>;
  /** A control of the consent screen. */
  act(name: string): Locator;
  unlock(): Promise<void>;
  lock(): Promise<void>;
  set(name: PhoneSwitch, isOn: boolean): Promise<void>;
  /** Waits until the app is registered for push. */
  started(): Promise<void>;
}

export interface PhoneLook {
  readonly theme?: "light" | "dark" | "forced";
  readonly width?: number;
  readonly height?: number;
}

/** A browser of a person's own: what two phones store there is theirs, and both share its service worker. */
export async function openPhoneBrowser(
  browser: Browser,
  { theme = "light", width = 1440, height = 900 }: PhoneLook = {},
) {
  const context = await browser.newContext({
    viewport: { width, height },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
    colorScheme: theme === "dark" ? "dark" : "light",
    forcedColors: theme === "forced" ? "active" : "none",
    permissions: ["notifications"],
  });
  context.setDefaultTimeout(30_000);
  return context;
}

/** Opens `/phone` and takes it in hand. @param query such as `user=ann&phone=tablet` */
export async function openPhone(context: BrowserContext, url: string, query: string): Promise<PhonePage> {
  const troubles: string[] = [];
  const page = await context.newPage();
  await page.exposeFunction("noteTrouble", (text: string) => void troubles.push(text));
  await page.addInitScript({
    content: `document.addEventListener("securitypolicyviolation", (event) =>
      noteTrouble("policy " + event.violatedDirective + ": " + event.blockedURI + " " + event.sample));`,
  });
  page.on("pageerror", (error) => void troubles.push(`threw ${error.message}`));
  await page.goto(`${url}/phone?${query}`);
  const glass = page.locator(".glass");
  const status = page.locator("[data-phone-status]");
  const on = (screen: PhoneScreen) => page.locator(`[data-phone-screen="${screen}"]`).waitFor();
  return {
    page,
    troubles,
    status,
    notification: (requestId) => glass.locator(`[data-notification="${requestId}"]`),
    card: (requestId) => glass.locator(`[data-card="${requestId}"]`),
    on,
    act: (name) => glass.locator(`[data-act="${name}"]`),
    async unlock() {
      await page.locator('[data-act="unlock"]').click();
    },
    async lock() {
      await page.locator('[data-act="lock"]').click();
      await on("lock");
    },
    async set(name, isOn) {
      const folding = page.locator("details.folding");
      if (!(await folding.getAttribute("open").then((open) => open !== null))) await folding.locator("summary").click();
      await page.locator(`[data-switch="${name}"]`).setChecked(isOn);
    },
    async started() {
      await page.locator('[data-app="registered"]').waitFor();
    },
  };
}

const SHOTS = process.env["BECKON_SHOTS"];

/** A picture for people, where BECKON_SHOTS names a folder. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (SHOTS === undefined) return;
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `phone-${name}.png`) });
}
