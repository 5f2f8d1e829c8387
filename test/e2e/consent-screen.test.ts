import { mkdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findBarriers, launchChromium, sidewaysScroll } from "#test/support/console-page.ts";
import {
  type AppFile,
  type ConsentApp,
  CONSENT_VALUES,
  type ConsentPage,
  registeredText,
  startConsentApp,
} from "#test/support/consent-page.ts";

// The built consent screen in a real browser, in an app that lets nothing inline pass and is of another origin than the API.

const SHOTS = process.env["BECKON_SHOTS"];

let browser: Browser;
let app: ConsentApp;
const open: ConsentPage[] = [];
beforeAll(async () => {
  [app, browser] = await Promise.all([startConsentApp(), launchChromium()]);
});
afterAll(async () => {
  for (const one of open) await one.close();
  await browser.close();
  await app.close();
});

const LINES = Array.from({ length: 2400 }, (_, index) => {
  const time = new Date(Date.UTC(2026, 10, 22, 7, 30, index)).toISOString();
  return `${time} ${index % 97 === 0 ? "ERROR call dropped: ICE connection failed" : "INFO  media stats rtt=42ms jitter=3ms"}`;
}).join("\n");

const FILES: AppFile[] = [
  {
    collector: "app",
    label: "App log",
    name: "app.log",
    text: LINES,
    modifiedAt: "2026-11-22T08:30:00Z",
    coversFrom: "2026-11-22T07:30:00Z",
    coversTo: "2026-11-22T08:10:00Z",
  },
  { collector: "app", label: "App log", name: "app.log.1", text: "before that\n", modifiedAt: "2026-11-21T20:00:00Z" },
  {
    collector: "acs-calling",
    label: "Calling log",
    name: "calling-2026-11-22.blog",
    bytes: Array.from({ length: 4000 }, (_, index) => (index * 37) % 256),
    modifiedAt: "2026-11-22T08:12:00Z",
  },
];

function addRequest({
  locale = "en",
  ...more
}: { locale?: "en" | "de" } & Parameters<ConsentApp["server"]["addRequest"]>[0] = {}) {
  const request = app.server.addRequest({
    collectors: ["app", "acs-calling"],
    consentText: registeredText(locale),
    consentValues: CONSENT_VALUES,
    ticketNumber: 4711,
    answerBy: new Date(Date.now() + 3 * 24 * 3_600_000).toISOString(),
    ...more,
  });
  return { request, requestId: request.id, baseUrl: app.server.baseUrl };
}

async function openPage(look?: Parameters<ConsentApp["open"]>[1]): Promise<ConsentPage> {
  const page = await app.open(browser, look);
  open.push(page);
  return page;
}

/** A receipt with a file in every state. */
function receiptOf(locale: "en" | "de" = "en") {
  const states = ["linked", "uploaded", "refused", "missing", "deleted"] as const;
  return {
    requestId: crypto.randomUUID(),
    ticketNumber: 4711,
    decision: "share",
    decidedAt: "2026-11-22T09:41:00Z",
    consentText: registeredText(locale),
    shown: { ...CONSENT_VALUES, files: "app.log, app.log.1", totalSize: "164 kB" },
    state: "linked",
    files: states.map((state, index) => ({
      id: String(index),
      collector: "app",
      name: ["app.log", "app.log.1", "calling-2026-11-22.blog", "media.txt", "system.txt"][index],
      sizeBytes: 164_000 + index,
      state,
      ...(state === "linked" && { deleteAfter: "2026-12-22T09:41:00Z" }),
    })),
  };
}

const SENT = [
  { collector: "app", name: "app.log", sizeBytes: 2_400_000, sentBytes: 2_400_000 },
  { collector: "app", name: "app.log.1", sizeBytes: 1_100_000, sentBytes: 400_000 },
  { collector: "acs-calling", name: "calling-2026-11-22.blog", sizeBytes: 800_000, sentBytes: 0 },
];
const SUM = { sentBytes: 2_800_000, totalBytes: 4_300_000 };
/** What can be done about it while it is sent: it stands there with the words. */
const SENDING_ACTS: Record<string, string> = {
  sending: "pause",
  "sending-offline": "retry",
  "sending-metered": "send-now",
  "sending-paused": "resume",
};
const DOWNLOADED = [{ fileId: "0", agentId: "alex@acme.example", at: "2026-11-22T10:00:00Z" }];

/** Every phase that needs no question before it. */
const PHASES: Record<string, (locale: "en" | "de") => object> = {
  loading: () => ({ kind: "loading" }),
  sending: () => ({ kind: "sending", ...SUM, files: SENT }),
  "sending-offline": () => ({ kind: "sending", ...SUM, files: SENT, waitingFor: "network" }),
  "sending-metered": () => ({ kind: "sending", ...SUM, files: SENT, waitingFor: "unmetered" }),
  "sending-paused": () => ({ kind: "sending", ...SUM, files: SENT, waitingFor: "user" }),
  shared: (locale) => ({ kind: "shared", receipt: receiptOf(locale) }),
  "taken-back": () => ({ kind: "takenBack", downloadedBefore: DOWNLOADED, files: [{ id: "0", name: "app.log" }] }),
  "taken-back-unread": () => ({ kind: "takenBack", downloadedBefore: [] }),
  declined: () => ({ kind: "declined" }),
  "declined-offline": () => ({ kind: "declined", isStored: true }),
  expired: () => ({ kind: "over", state: "expired" }),
  "answered-elsewhere": () => ({ kind: "over", state: "linked" }),
  "not-found": () => ({ kind: "over", state: "not_found" }),
  trouble: () => ({ kind: "trouble", message: "There is no connection right now.", canRetry: true }),
};

/** They look like another phase, with other words: seen once, and in every look where pictures are taken. */
const ALIKE = [
  "sending-offline",
  "sending-paused",
  "taken-back-unread",
  "declined-offline",
  "answered-elsewhere",
  "not-found",
];

/** Both ends of what there is, as the test command has time for; `npm run screenshots` looks at them all. */
const BOTH_ENDS = [
  { name: "light", width: 360, height: 740, theme: "light", locale: "en" },
  { name: "arabic", width: 320, height: 640, theme: "dark", locale: "ar" },
] as const;
const ALL_LOOKS = [
  ...BOTH_ENDS,
  { name: "dark", width: 320, height: 640, theme: "dark", locale: "de" },
  { name: "forced", width: 768, height: 1024, theme: "forced", locale: "en" },
] as const;

test.for(SHOTS === undefined ? BOTH_ENDS : ALL_LOOKS)(
  "every phase is free of barriers and fits: $name, $width pixels, $locale",
  { timeout: 240_000 },
  async ({ name, locale, ...look }) => {
    const { page, troubles, app: call } = await openPage(look);
    const textLocale = locale === "de" ? "de" : "en";
    const looks = { locale, timeZone: "Europe/Berlin" };
    const found: string[] = [];

    const see = async (what: string): Promise<void> => {
      const barriers = await findBarriers(page, { areColoursForced: look.theme === "forced" });
      found.push(...barriers.map((barrier) => `${what}: ${barrier}`));
      const sideways = await sidewaysScroll(page);
      if (sideways > 0) found.push(`${what}: scrolls sideways by ${sideways}`);
      if (!SHOTS) return;
      mkdirSync(SHOTS, { recursive: true });
      await page.screenshot({ path: `${SHOTS}/consent-${name}-${look.width}-${what}.png` });
    };

    const { requestId, baseUrl } = addRequest({
      locale: textLocale,
      maxFiles: 3,
      collectors: ["app", "acs-calling", "system"],
    });
    const tooMuch = {
      collector: "app",
      label: "App log",
      name: "app.log.2",
      sizeBytes: 90_000,
      modifiedAt: "2026-11-20T08:00:00Z",
    };
    await call("ask", { requestId, baseUrl, locale: textLocale, files: [...FILES, tooMuch], look: looks });
    await page.locator("[data-act=share]").waitFor();
    await see("asking");
    await page.locator("[data-act=wifi]").scrollIntoViewIfNeeded();
    await see("asking-files");
    if (SHOTS)
      await page.screenshot({ path: `${SHOTS}/consent-${name}-${look.width}-asking-whole.png`, fullPage: true });
    for (const box of await page.locator("[data-file] input").all()) await box.uncheck();
    await see("asking-none");
    await page.locator("[data-act=look]").first().click();
    await page.locator("pre").waitFor();
    await see("look");
    await page.keyboard.press("Escape");
    await page.locator("[data-act=look]").last().click();
    await page.locator("pre").filter({ hasText: "0010" }).waitFor();
    await see("look-binary");
    await page.keyboard.press("Escape");
    await page.locator("[data-act=later]").click();
    await page.locator("[data-later]").first().waitFor();
    await see("later-choice");
    await page.keyboard.press("Escape");

    const nothing = addRequest({ locale: textLocale });
    await call("ask", { ...nothing, request: undefined, locale: textLocale, files: [], look: looks });
    await page.locator("[data-act=share]").waitFor();
    await see("asking-nothing");

    for (const [what, phase] of Object.entries(PHASES)) {
      if (!SHOTS && name !== "light" && ALIKE.includes(what)) continue;
      await call("set", { phase: phase(textLocale) });
      await page.locator(`[data-phase="${(phase(textLocale) as { kind: string }).kind}"]`).waitFor();
      if (what in SENDING_ACTS) await page.locator(`[data-act=${SENDING_ACTS[what]}]`).waitFor();
      await see(what);
    }
    const shared = PHASES["shared"]?.(textLocale);
    await call("set", { phase: shared });
    await page.locator("[data-act=take-back]").last().click();
    await page.locator("dialog [data-act=confirm]").waitFor();
    await see("take-back-confirm");
    // A file that is checked meanwhile changes the receipt, and interrupts nobody.
    const { receipt } = shared as { receipt: { files: object[] } };
    const files = receipt.files.map((file) => ({ ...file, state: "refused" }));
    await call("set", { phase: { kind: "shared", receipt: { ...receipt, files } } });
    await page.locator('[data-file="app.log"][data-state="refused"]').waitFor();
    expect(await page.locator("dialog[open] [data-act=confirm]").count()).toBe(1);
    await page.keyboard.press("Escape");
    await page.locator("h2:focus").waitFor();
    await call("set", { phase: shared });
    await page.locator('[data-file="app.log"]:not([data-state="refused"])').waitFor();
    await page.locator("summary").click();
    await see("shared-text");
    const review = {
      request: { id: requestId, answerBy: "2026-11-25T09:00:00Z", consentText: registeredText(textLocale) },
      values: { ...CONSENT_VALUES, files: "[files on the device]", totalSize: "[their size]" },
    };
    await call("preview", review, looks);
    await page.locator("[data-preview-files]").waitFor();
    await see("preview");

    expect(found).toEqual([]);
    expect(troubles).toEqual([]);
  },
);
