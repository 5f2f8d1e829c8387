import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { CONSENT_TEXTS } from "#messages/consent-texts.ts";
import { findBarriers, launchChromium, sidewaysScroll } from "#test/support/console-page.ts";
import { type ConsentApp, CONSENT_VALUES, type ConsentPage, startConsentApp } from "#test/support/consent-page.ts";
import { sha256 } from "#test/unit/sdk/wire-server.ts";

// The built report and survey screens in a real browser, in an app that lets nothing inline pass and is of another origin than
// the API. `BECKON_SHOTS=folder` keeps pictures.

const SHOTS = process.env["BECKON_SHOTS"];

let browser: Browser;
let app: ConsentApp;
const open: ConsentPage[] = [];
beforeAll(async () => {
  [app, browser] = await Promise.all([startConsentApp(), launchChromium()]);
  const text = CONSENT_TEXTS.find(({ version, locale }) => version === "report-1" && locale === "en")?.text ?? "";
  Object.assign(app.server.reportTerms, {
    consentText: { version: "report-1", locale: "en", text, sha256: sha256(text) },
    consentValues: CONSENT_VALUES,
  });
});
afterEach(async () => {
  app.server.heal();
  for (const one of open.splice(0)) {
    await one.close();
    expect(one.troubles).toEqual([]);
  }
});
afterAll(async () => {
  await browser.close();
  await app.close();
});

const FILES = [
  { collector: "app", label: "App log", name: "app.log", text: "it froze\n", modifiedAt: "2026-11-22T08:30:00Z" },
  { collector: "app", label: "App log", name: "app.log.1", text: "before\n", modifiedAt: "2026-11-21T20:00:00Z" },
  {
    collector: "acs-calling",
    label: "Call log",
    name: "acs-2026-11-22T08-00-00Z.log",
    text: "ICE failed\n",
    modifiedAt: "2026-11-22T08:12:00Z",
  },
];
const CALLS = [
  { id: "call-2", label: "Robin Doe", startedAt: "2026-11-22T08:00:00Z" },
  { id: "call-1", label: "Weekly planning", startedAt: "2026-11-21T09:00:00Z" },
];

async function openPage(look: Parameters<ConsentApp["open"]>[1] = {}): Promise<ConsentPage & { userId: string }> {
  const page = await app.open(browser, { ...look, path: "reports.html" });
  open.push(page);
  return { ...page, userId: randomUUID() };
}

const options = (userId: string, more: object = {}) => ({
  baseUrl: app.server.baseUrl,
  userId,
  files: FILES,
  look: { locale: "en" },
  ...more,
});
const reportsOf = (userId: string) => [...app.server.reports.values()].filter((report) => report.userId === userId);
const act = (name: string) => `[data-act=${name}]`;
const phase = (kind: string) => `[data-phase=${kind}]`;

test("a user writes, picks the call, looks into a file, leaves one out, sends, and takes it back", async () => {
  const { page, app: call, userId } = await openPage();
  await call("openReport", options(userId, { calls: CALLS, callId: "call-2" }));
  await page.locator(act("send")).click({ force: true });
  expect(await call("focused")).toContain("textarea");
  await page.getByLabel("What happened?").fill("The picture froze\nand then it ended");
  await page.getByRole("radio", { name: /Weekly planning/ }).check();
  await page.locator("[data-file='app.log'] [data-act=look]").click();
  await page.locator("pre").filter({ hasText: "it froze" }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator("[data-file='app.log.1'] input").uncheck();
  expect(await page.locator(".agreement").textContent()).not.toContain("app.log.1");
  await page.locator(act("send")).click();
  await page.locator(phase("sent")).waitFor();
  const [report] = reportsOf(userId);
  expect(report?.told).toMatchObject({ text: "The picture froze\nand then it ended", callIds: ["call-1"] });
  expect(report?.files.map(({ name, state }) => [name, state])).toEqual([
    ["app.log", "uploaded"],
    ["acs-2026-11-22T08-00-00Z.log", "uploaded"],
  ]);
  expect(await page.locator("q").textContent()).toBe("The picture froze\nand then it ended");
  expect(await call("draft")).toBeUndefined();
  await page.locator(act("take-back")).last().click();
  await page.locator(act("confirm")).click();
  await page.locator(phase("takenBack")).waitFor();
  expect(report?.state).toBe("withdrawn");
  await page.locator(act("close")).click();
  expect(await call("events")).toEqual([{ name: "done" }]);
});

test("what is typed survives a page that is left; offline the report waits, and goes when the connection is back", async () => {
  const { page, app: call, userId } = await openPage();
  const lasting = options(userId, { isLasting: true });
  await call("openReport", lasting);
  await page.getByLabel("What happened?").fill("<b>It</b> froze");
  await expect.poll(() => call("draft")).toBe("<b>It</b> froze");
  await page.reload();
  await page.waitForFunction("globalThis.app !== undefined");
  await call("openReport", lasting);
  await expect.poll(() => page.getByLabel("What happened?").inputValue()).toBe("<b>It</b> froze");
  // A browser tries again by itself as well.
  app.server.failNext("POST /v1/reports", "reset", 50);
  await page.locator(act("send")).click();
  await page.getByRole("heading", { name: "Waiting for a connection" }).waitFor({ timeout: 20_000 });
  expect(reportsOf(userId)).toEqual([]);
  app.server.heal();
  await page.evaluate("dispatchEvent(new Event('online'))");
  await page.locator(phase("sent")).waitFor();
  expect(reportsOf(userId)).toHaveLength(1);
  expect(await page.locator("beckon-report q b").count()).toBe(0);
});

test("without the text about files the words can still be sent", async () => {
  const { page, app: call, userId } = await openPage();
  app.server.failNext("GET /v1/me/report-terms", "reset", 50);
  await call("openReport", options(userId));
  await page.locator("[data-offline]").waitFor({ timeout: 20_000 });
  await page.getByLabel("What happened?").fill("words alone");
  await page.locator(act("send")).click();
  await page.locator(phase("sent")).waitFor();
  expect(reportsOf(userId)[0]?.told.files ?? []).toEqual([]);
});

test("Wi-Fi only: the words arrive, the files wait, and can be sent anyway", async () => {
  const { page, app: call, userId } = await openPage();
  await call("setMetered", true);
  await call("openReport", options(userId));
  await page.getByLabel("What happened?").fill("slow");
  await page.locator(act("send")).click();
  await page.getByRole("heading", { name: "Waiting for Wi-Fi" }).waitFor();
  await expect.poll(() => reportsOf(userId)[0]?.state).toBe("open");
  await page.locator(act("send-now")).click();
  await page.locator(phase("sent")).waitFor();
  expect(reportsOf(userId)[0]?.state).toBe("uploaded");
});

test("a report is paused in the middle of a file, and goes on when the user says so", async () => {
  const { page, app: call, userId } = await openPage();
  await call("openReport", options(userId));
  await page.getByLabel("What happened?").fill("slow");
  const begun = Promise.withResolvers<{ broken: Promise<unknown> }>();
  app.server.onNextPut(async (gone) => {
    begun.resolve({ broken: gone });
    await gone;
  });
  await page.locator(act("send")).click();
  const { broken } = await begun.promise;
  await page.locator(act("pause")).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Sending is paused" }).waitFor();
  await broken;
  expect(reportsOf(userId)[0]?.state).toBe("open");
  expect(await call("focused")).toContain("Go on sending");
  await page.keyboard.press("Enter");
  await page.locator(phase("sent")).waitFor();
  expect(reportsOf(userId)[0]?.state).toBe("uploaded");
});

test("a report that the server refuses gives the words back, to be sent otherwise", async () => {
  const { page, app: call, userId } = await openPage();
  await call("openReport", options(userId));
  await page.getByLabel("What happened?").fill("too much");
  app.server.failNext("POST /v1/reports", { status: 413, code: "report_too_large" });
  await page.locator(act("send")).click();
  await page.getByText("Leave some out").waitFor();
  await page.locator(act("retry")).click();
  await expect.poll(() => page.getByLabel("What happened?").inputValue()).toBe("too much");
  await page.locator(act("send")).click();
  await page.locator(phase("sent")).waitFor();
});

test("a good rating is a rating; with the box ticked, ticket and files are made whatever the score", async () => {
  const { page, app: call, userId } = await openPage();
  await call("openSurvey", options(userId, { callId: "call-9" }));
  await page.locator("[data-star='5']").first().click();
  expect(await page.locator("[data-proposal]").isVisible()).toBe(false);
  await page.locator(act("send")).click();
  await page.locator(phase("thanks")).waitFor();
  expect(await call("events")).toEqual([{ name: "rated", rating: { overallRating: { score: 5 } } }]);
  expect(reportsOf(userId)).toEqual([]);

  const terms = Promise.withResolvers<void>();
  app.server.failNext("GET /v1/me/report-terms", terms.promise);
  await call("openSurvey", options(userId, { callId: "call-9" }));
  await page.locator("[data-star='5']").first().click();
  await page.getByRole("checkbox", { name: "Report an issue" }).check();
  await page.locator("[data-looking]").waitFor();
  expect(await page.locator(act("send")).getAttribute("aria-disabled")).toBe("true");
  // Who types when the files come is not interrupted.
  await page.getByLabel("More information").focus();
  await page.keyboard.type("all the ");
  terms.resolve();
  await page.locator("[data-file='app.log']").waitFor();
  await page.keyboard.type("same");
  await page.getByRole("button", { name: "Send rating and report" }).click();
  await page.locator(phase("sent")).waitFor();
  const [report] = reportsOf(userId);
  expect(report?.told).toMatchObject({
    text: "all the same",
    callIds: ["call-9"],
    surveyId: "survey-1",
    participantId: "8:acs:p",
    answers: { overallScore: 5 },
  });
  expect(report?.files).toHaveLength(3);
});

test("a low score and a tag propose a report at once, by keyboard too", async () => {
  const { page, app: call, userId } = await openPage();
  await call("openSurvey", options(userId, { callId: "call-9" }));
  await page.locator("[data-stars=overall] input").first().focus();
  await page.keyboard.press("Space");
  await page.locator("[data-proposal]").waitFor();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.locator("[data-proposal]").waitFor({ state: "hidden" });
  await page.locator("[data-part=video] [data-star='4']").click();
  await page.getByRole("checkbox", { name: "The picture froze" }).check();
  await page.locator("[data-proposal]").waitFor();
  await page.locator(act("also-report")).check();
  await page.locator("[data-file='app.log']").waitFor();
  await page.locator(act("send")).click();
  await page.locator(phase("sent")).waitFor();
  expect(await call("events")).toEqual([
    { name: "rated", rating: { overallRating: { score: 3 }, videoRating: { score: 4, issues: ["Freezes"] } } },
  ]);
  expect(reportsOf(userId)[0]?.told.answers).toEqual({ overallScore: 3, videoScore: 4, videoIssues: ["Freezes"] });
});

test("a rating that is lost takes no report with it", async () => {
  const { page, app: call, userId } = await openPage();
  await call("openSurvey", options(userId, { callId: "call-9", fails: true }));
  await page.locator("[data-star='1']").first().click();
  await page.locator(act("also-report")).check();
  await page.locator("[data-file='app.log']").waitFor();
  await page.locator(act("send")).click();
  await page.locator("[data-rating-lost]").waitFor();
  expect(reportsOf(userId)[0]?.told).toMatchObject({ callIds: ["call-9"], answers: { overallScore: 1 } });
});

const LOOKS = [
  { name: "light", width: 360, height: 740, theme: "light", locale: "en" },
  { name: "dark", width: 320, height: 640, theme: "dark", locale: "de" },
  { name: "forced", width: 768, height: 1024, theme: "forced", locale: "en" },
  { name: "arabic", width: 320, height: 640, theme: "light", locale: "ar" },
] as const;

/** What it waits for, and what the user can do then. With BECKON_SHOTS all of it: the words alone are others. */
const SENDING: readonly (readonly [string | undefined, string])[] = [
  [undefined, "pause"],
  ["user", "resume"],
  ...(SHOTS === undefined
    ? []
    : ([
        ["network", "retry"],
        ["unmetered", "send-now"],
      ] as const)),
];

test.for(LOOKS)(
  "both screens are free of barriers and fit: $name, $width pixels, $locale",
  { timeout: 180_000 },
  async ({ name, locale, ...look }) => {
    const { page, app: call, userId } = await openPage(look);
    const found: string[] = [];
    const see = async (what: string): Promise<void> => {
      const barriers = await findBarriers(page, { areColoursForced: look.theme === "forced" });
      found.push(...barriers.map((barrier) => `${what}: ${barrier}`));
      const sideways = await sidewaysScroll(page);
      if (sideways > 0) found.push(`${what}: scrolls sideways by ${sideways}`);
      if (!SHOTS) return;
      mkdirSync(SHOTS, { recursive: true });
      await page.screenshot({ path: `${SHOTS}/report-${name}-${look.width}-${what}.png`, fullPage: true });
    };
    const given = options(userId, { look: { locale } });
    await call("openReport", { ...given, calls: CALLS, callId: "call-2" });
    await page.locator("textarea").waitFor();
    await see("writing-empty");
    await page.locator("textarea").fill("It froze, and then the call ended.");
    await see("writing");
    await page.locator(act("send")).click();
    await page.locator(phase("sent")).waitFor();
    // The bar stays in sight; what it covers is scrolled out from under it.
    await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)");
    await see("sent");
    for (const [waitingFor, can] of SENDING) {
      const files = [
        { collector: "app", name: "app.log", sizeBytes: 2_400_000, sentBytes: 2_400_000 },
        { collector: "acs-calling", name: "acs-2026-11-22T08-00-00Z.log", sizeBytes: 800_000, sentBytes: 200_000 },
      ];
      await call("set", { kind: "sending", files, sentBytes: 2_600_000, totalBytes: 3_200_000, waitingFor });
      await page.locator(act(can)).waitFor();
      await see(`sending-${can}`);
    }
    await call("set", { kind: "forgotten" });
    await page.locator(phase("forgotten")).waitFor();
    await see("forgotten");
    await call("set", { kind: "writing", review: undefined });
    await page.locator("[data-offline]").waitFor();
    await see("writing-offline");

    await call("openSurvey", { ...given, callId: "call-9" });
    await page.locator("[data-stars=overall]").waitFor();
    await see("survey-empty");
    await page.locator("[data-star='2']").first().click();
    await page.locator("[data-tag=HadToRejoin] input").check();
    await page.locator("[data-part=audio] [data-star='3']").click();
    await see("survey-low");
    await page.locator(act("also-report")).check();
    await page.locator("[data-file='app.log']").waitFor();
    await see("survey-report");
    await call("set", { kind: "thanks" });
    await page.locator(phase("thanks")).waitFor();
    await see("thanks");
    expect(found).toEqual([]);
  },
);
