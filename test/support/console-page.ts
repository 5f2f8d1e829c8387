import { AxeBuilder } from "@axe-core/playwright";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { findOnPath } from "#app/embedded/find-on-path.ts";

/**
 * The browser that is on this machine.
 *
 * @param options.textPx what its owner set as the size of text; browsers come with 16
 */
export async function launchChromium({ textPx }: { readonly textPx?: number } = {}): Promise<Browser> {
  const executablePath = ["chromium", "chromium-browser", "google-chrome"]
    .map((name) => findOnPath(name, process.env["PATH"]))
    .find((path) => path !== undefined);
  const args = ["--no-sandbox", ...(textPx === undefined ? [] : [`--blink-settings=defaultFontSize=${textPx}`])];
  return chromium.launch({ ...(executablePath && { executablePath }), args });
}

export interface ConsolePage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the content security policy refused, and what the page threw. Empty, if all is well. */
  readonly troubles: readonly string[];
  close(): Promise<void>;
}

interface Options {
  readonly person?: string;
  readonly path?: string;
  readonly width?: number;
  readonly height?: number;
  /** `forced`: the system's own high contrast. */
  readonly theme?: "light" | "dark" | "contrast" | "forced";
  readonly language?: "en" | "de" | "ar";
}

/** Signs a demo person in, as they would: at the development issuer, through the console's own page. */
export async function openConsole(browser: Browser, url: string, options: Options = {}): Promise<ConsolePage> {
  const { person = "alex", path = "/", width = 1440, height = 900, theme = "light", language = "en" } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    colorScheme: theme === "dark" ? "dark" : "light",
    forcedColors: theme === "forced" ? "active" : "none",
    acceptDownloads: true,
  });
  context.setDefaultTimeout(30_000);
  const troubles: string[] = [];
  await context.exposeBinding("noteTrouble", (_source, text: string) => void troubles.push(text));
  const preferences = { theme: theme === "forced" ? "system" : theme, language, singleKeys: true, notices: false };
  // As text: what runs in the page has another library than what runs here.
  await context.addInitScript({
    content: `
      document.addEventListener("securitypolicyviolation", (event) =>
        noteTrouble("policy " + event.violatedDirective + ": " + event.blockedURI + " " + event.sample));
      if (localStorage.getItem("beckon.preferences") === null)
        localStorage.setItem("beckon.preferences", ${JSON.stringify(JSON.stringify(preferences))});`,
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => void troubles.push(`threw ${error.message}`));
  await page.goto(url + path);
  await page.getByRole("link", { name: /sign in|anmelden/i }).click();
  await page.locator(`a[href*="person=${person}"]`).click();
  await page.waitForSelector("#main");
  return { page, context, troubles, close: () => context.close() };
}

/**
 * What axe finds at A and AA, as short lines. Where the system forces its colours, they are the system's, and axe reads
 * those that it replaced. Tabster's guards are never reached: it moves the focus on.
 *
 * @param options.within only this part, where the rest has been looked at already
 */
export async function findBarriers(
  page: Page,
  { areColoursForced = false, within }: { readonly areColoursForced?: boolean; readonly within?: string } = {},
): Promise<string[]> {
  const builder = new AxeBuilder({ page });
  const { violations } = await (within === undefined ? builder : builder.include(within))
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .disableRules(areColoursForced ? ["color-contrast", "link-in-text-block"] : [])
    .exclude("[data-tabster-dummy]")
    .analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${target.join(" ")} ${failureSummary?.split("\n")[1]?.trim() ?? ""}`,
    ),
  );
}

/** How far the page can be scrolled sideways, in pixels. */
export function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}

/** Goes to another screen as a press on a link does, without a load of the page, and waits until its heading is there. */
export async function goTo(page: Page, path: string): Promise<void> {
  await page.evaluate(`
    if (location.pathname !== new URL(${JSON.stringify(path)}, location.origin).pathname)
      document.querySelector("#page-title")?.setAttribute("data-old", "");
    history.pushState(null, "", ${JSON.stringify(path)});
    dispatchEvent(new PopStateEvent("popstate"));`);
  await page.waitForSelector("#page-title:not([data-old])");
}
