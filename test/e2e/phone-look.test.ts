import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished } from "vitest";
import { findBarriers, launchChromium, sidewaysScroll } from "#test/support/console-page.ts";
import { openPhone, openPhoneBrowser, takePicture } from "#test/support/phone-page.ts";
import { uniqueName } from "#test/support/servers.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest({ settings: { CONTROLLER_NAME: "Acme", BLOB_CORS_ORIGINS: "*" } });
const SHOTS = process.env["BECKON_SHOTS"];

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

interface Look {
  readonly theme: "light" | "dark" | "forced";
  readonly width: number;
  readonly height: number;
  readonly language: "en" | "de" | "ar";
}

/** Both ends of what there is, as the test command has time for; with BECKON_SHOTS all of them. */
const BOTH_ENDS: readonly Look[] = [
  { theme: "light", width: 1440, height: 900, language: "en" },
  { theme: "dark", width: 320, height: 640, language: "ar" },
];
const ALL_LOOKS: readonly Look[] = [
  ...BOTH_ENDS,
  { theme: "dark", width: 1440, height: 900, language: "en" },
  { theme: "dark", width: 360, height: 740, language: "de" },
  { theme: "forced", width: 320, height: 640, language: "ar" },
  { theme: "light", width: 768, height: 1024, language: "de" },
  { theme: "light", width: 360, height: 740, language: "en" },
  { theme: "light", width: 320, height: 640, language: "de" },
  { theme: "light", width: 360, height: 740, language: "ar" },
  { theme: "forced", width: 1440, height: 900, language: "en" },
];

test.for(SHOTS === undefined ? BOTH_ENDS : ALL_LOOKS)(
  "everybody can read and use each screen of the phone: $theme, $width pixels, $language",
  { timeout: 240_000 },
  async (look, { world }) => {
    const { theme, width, language } = look;
    const user = uniqueName("Ann");
    const context = await openPhoneBrowser(browser, look);
    onTestFinished(() => context.close());
    const phone = await openPhone(context, world.apiUrl, `user=${user}&lang=${language}`);
    const { page, act } = phone;
    await phone.started();
    const barriers: string[] = [];
    const check = async (name: string) => {
      await takePicture(page, `${name}-${theme}-${width}-${language}`);
      const found = await findBarriers(page, { areColoursForced: theme === "forced" });
      barriers.push(...found.map((barrier) => `${name}: ${barrier}`));
      if ((await sidewaysScroll(page)) > 0) barriers.push(`${name}: scrolls sideways`);
    };

    await check("lock-quiet");
    const ask = () => world.agent.requestLogs({ userId: user, collectors: ["app", "acs-calling", "system"] });
    const request = await ask();
    await phone.notification(request.id).waitFor();
    await check("lock");
    await phone.unlock();
    await phone.card(request.id).waitFor();
    await check("home");
    await phone.card(request.id).click();
    await act("share").waitFor();
    await check("consent");
    await phone.set("metered", true);
    await check("switches");
    await act("share").click();
    await act("send-now").waitFor();
    await check("waiting");
    await phone.lock();
    await act("reload-app").first().waitFor({ state: "attached" });
    await phone.unlock();
    await phone.set("metered", false);
    await world.until(() => world.stateOf(request), "linked");
    await act("close").click();
    await phone.on("home");
    await act("receipts").click();
    await page.locator(`[data-receipt="${request.id}"][data-state="linked"]`).waitFor();
    await check("receipts");
    await page.locator(`[data-receipt="${request.id}"]`).click();
    await act("take-back").first().waitFor();
    await check("receipt");
    const second = await ask();
    await phone.set("killed", true);
    await phone.notification(second.id).waitFor();
    await world.agent.cancel(second.id);
    await page.locator(`[data-notification-over="${second.id}"]`).waitFor();
    await check("lock-over");
    await phone.unlock();
    await act("reload-app").waitFor();
    await check("launcher");
    expect(barriers).toEqual([]);
    expect(phone.troubles).toEqual([]);
  },
);
