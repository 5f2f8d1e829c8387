import { mkdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { succeeded } from "#test/support/api-calls.ts";
import { findBarriers, goTo, launchChromium, openConsole, sidewaysScroll } from "#test/support/console-page.ts";
import { freezeLog } from "#test/support/phone.ts";
import { worldTest, type World } from "#test/support/world.ts";

const test = worldTest({ settings: { CONTROLLER_NAME: "Acme" } });
const SHOTS = process.env["BECKON_SHOTS"];

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const LOG = Array.from({ length: 900 }, (_, index) => {
  const time = new Date(Date.UTC(2026, 10, 22, 9, 0, index)).toISOString();
  const level = index % 97 === 0 ? "ERROR" : index % 31 === 0 ? "WARN" : index % 3 === 0 ? "DEBUG" : "INFO";
  return `${time} ${level.padEnd(5)} call ${index % 97 === 0 ? "dropped: ICE connection failed" : "media stats rtt=42ms jitter=3ms"}`;
}).join("\n");

interface Look {
  readonly theme: "light" | "dark" | "contrast" | "forced";
  readonly width: 1440 | 768 | 320;
  readonly language: "en" | "de" | "ar";
}

/** Both ends of what there is, as the test command has time for; `npm run screenshots` looks at them all. */
const BOTH_ENDS: readonly Look[] = [
  { theme: "contrast", width: 1440, language: "en" },
  { theme: "dark", width: 320, language: "ar" },
];

const ALL_LOOKS: readonly Look[] = [
  ...BOTH_ENDS,
  { theme: "light", width: 1440, language: "en" },
  { theme: "light", width: 768, language: "de" },
  { theme: "dark", width: 1440, language: "en" },
  { theme: "forced", width: 1440, language: "en" },
  { theme: "light", width: 320, language: "de" },
];

/** A desk at work: people, tickets, and requests in most of their states. */
async function furnish(world: World) {
  const people = [
    {
      id: "ann",
      label: "Ann Ahlberg",
      contacts: ["ann@example.com", "+46 70 123 45 67"],
      locale: "en",
      timeZone: "Europe/Stockholm",
    },
    { id: "bernd", label: "Bernd Brandt", contacts: ["bernd@example.de"], locale: "de-DE", timeZone: "Europe/Berlin" },
    { id: "chloe", label: "Chloé Cartier", contacts: ["chloe@example.fr"], locale: "fr-FR", timeZone: "Europe/Paris" },
  ];
  const key = await world.createKey();
  for (const { id, ...content } of people) {
    await succeeded(world.call("PUT", `/v1/users/${id}`, { token: key, body: content }));
  }
  const { agent } = world;
  const ann = await world.phone("ann");
  const bernd = await world.phone("bernd", { platform: "apns" });
  await bernd.register({ locale: "de-DE", model: "iPhone 17", osVersion: "iOS 26.1", appVersion: "4.2.0" });
  await ann.register({
    model: "Pixel 9",
    osVersion: "Android 16",
    appVersion: "4.2.0",
    notificationsAllowed: true,
    collectors: [
      { name: "app", label: "App log", typicalSizeBytes: 240_000 },
      { name: "acs-calling", label: "Calling log", typicalSizeBytes: 3_400_000 },
    ],
  });
  const lead = world.as("lena");
  await lead.send("PUT", "/v1/templates/dropped-call", {
    body: {
      texts: {
        en: { name: "Dropped call", reason: "To see why your call dropped this morning." },
        de: { name: "Abgebrochener Anruf", reason: "Um zu sehen, warum Ihr Anruf heute Morgen abgebrochen ist." },
      },
      collectors: ["app", "acs-calling"],
      windowHours: 24,
    },
  });
  await lead.send("PUT", "/v1/templates/no-sound", {
    body: {
      texts: { en: { name: "No sound", reason: "To see why you could not hear the other side." } },
      collectors: ["app"],
    },
  });
  const ticket = await agent.openTicket({
    userId: "ann",
    subject: "Calls drop after a minute",
    description: "Since the update on Friday, every call ends after about sixty seconds.",
    callIds: ["4f1c-call"],
  });
  const on = (ticketId: string, userId: string, reason: string) =>
    agent.requestLogs({ ticketId, userId, reason, collectors: ["app", "acs-calling"] });
  const ready = await on(ticket.id, "ann", "To see why your call dropped this morning.");
  await world.until(() => ann.pushesOf(ready.id), ["beckon.log-request"]);
  await ann.see(ready.id);
  await ann.shareAndUpload(ready.id, [
    freezeLog("app.log", LOG),
    freezeLog("calling.blog", "\u0000\u0001encrypted", "acs-calling"),
  ]);
  await world.until(() => world.stateOf(ready), "linked");
  const second = await agent.openTicket({ userId: "bernd", subject: "Kein Ton beim Gegenüber" });
  const seen = await on(second.id, "bernd", "Um zu sehen, warum Sie nichts hören.");
  await bernd.see(seen.id);
  const declined = await on(second.id, "bernd", "Bitte um Protokolle.");
  await bernd.decline(declined.id);
  const third = await agent.openTicket({
    userId: "chloe",
    subject: "Screen share is black",
    externalSystem: "zendesk",
    externalId: "88123",
  });
  const lost = await on(third.id, "chloe", "To see why your screen stayed black.");
  const cancelled = await on(third.id, "chloe", "To see why your screen stayed black.");
  await agent.cancel(cancelled.id);
  const partly = await on(ticket.id, "ann", "To hear what you heard.");
  const shared = await ann.share(partly.id, [
    freezeLog("app.log", LOG),
    freezeLog("media.log", "sound", "acs-calling"),
  ]);
  const [kept, gone] = shared.files.map(({ id }) => id);
  const link = shared.links.find(({ fileId }) => fileId === kept);
  if (link) await ann.upload(link, freezeLog("app.log", LOG).bytes);
  await ann.complete(partly.id, [kept ?? ""]);
  await ann.complete(partly.id, [gone ?? ""], "given_up");
  const uploading = await on(ticket.id, "ann", "To see why the picture froze.");
  await ann.share(uploading.id, [freezeLog("app.log", LOG)]);
  const back = await on(ticket.id, "ann", "To see why you were signed out.");
  await ann.shareAndUpload(back.id, [freezeLog("app.log", LOG)]);
  await world.until(() => world.stateOf(back), "linked");
  await ann.withdraw(back.id);
  const empty = await on(second.id, "bernd", "Um zu sehen, warum das Bild steht.");
  await bernd.share(empty.id, []);
  const expired = await on(second.id, "bernd", "Um zu sehen, warum es hallt.");
  await world.sql("update log_request set answer_by = now() - interval '1 second' where id = $1::uuid", [expired.id]);
  await world.until(() => world.stateOf(expired), "expired");
  await world.until(() => world.stateOf(partly), "linked");
  const waiting = await on(ticket.id, "ann", "To see why your call was silent.");
  await world.until(() => world.stateOf(waiting), "notified");
  const reported = await ann.reportAndUpload(
    {
      ticketId: ticket.id,
      text: "The picture froze after about a minute, and then the call ended by itself.",
      callIds: ["3f0c5d52-8a0e-4c0b-9d7e-2f7c1f1c9a11"],
      surveyId: "b7c9a1de-51c4-4e5b-a0f3-0d0e5c9f7a42",
      participantId: "8:acs:2f7c1f1c-9a11-4c0b-9d7e-3f0c5d528a0e_0000001a-aaaa-bbbb-cccc-1a2b3c4d5e6f",
      sdkVersion: "azure-communication-calling/1.36.1",
      installationId: ann.installationId,
      answers: { overallScore: 2, overallIssues: ["CallEndedUnexpectedly"], videoScore: 1, videoIssues: ["Freezes"] },
      leftOut: [{ collector: "app", name: "app.log.9", sizeBytes: 3_000_000, reason: "over_max_bytes" }],
    },
    [freezeLog("app.log", LOG), freezeLog("calling.blog", "\u0000\u0001encrypted", "acs-calling")],
  );
  await world.until(async () => (await agent.reports(ticket.id))[0]?.state, "linked");
  // Asked over two days, as a desk would.
  const asked = [waiting, expired, empty, back, uploading, partly, cancelled, lost, declined, seen, ready];
  for (const [index, { id }] of asked.entries()) {
    await world.sql(
      "update log_request set created_at = now() - $2::int * interval '37 minutes' - ($2::int / 6) * interval '1 day' where id = $1::uuid",
      [id, index],
    );
  }
  return {
    ticket,
    third,
    ready,
    seen,
    lost,
    partly,
    uploading,
    back,
    declined,
    expired,
    reported,
    files: (await agent.request(ready.id)).files,
  };
}

/** What lies above a screen, once it has been opened. */
const LAYERS: Readonly<Record<string, (page: Page, ticketId: string) => Promise<unknown>>> = {
  help: async (page) => {
    await goTo(page, "/?view=all");
    await page.keyboard.press("?");
    await page.locator("[role=dialog] kbd").first().waitFor();
  },
  "requests-ticked": async (page) => {
    await goTo(page, "/?view=all");
    await page.locator("[data-request] input").nth(1).check();
    await page.locator("[data-request] input").nth(2).check();
    await page.locator("[role=toolbar]").waitFor();
  },
  "requests-cancel": async (page) => {
    await goTo(page, "/?view=all");
    for (const index of [0, 1, 4]) await page.locator("[data-request] input").nth(index).check();
    await page.locator("[role=toolbar] button").nth(1).click();
    await page.locator("[role=alertdialog]").waitFor();
  },
  "new-unsent": async (page, ticketId) => {
    await goTo(page, `/new?ticket=${ticketId}`);
    await page.locator("[data-preview]").waitFor();
    await page.locator("button[type=submit]").click();
    await page.locator("[data-summary]").waitFor();
  },
  "template-editor": async (page) => {
    await goTo(page, "/templates");
    await page.locator("#main section button").first().click();
    await page.locator("[role=dialog]").waitFor();
  },
};

test(
  "every screen is free of barriers, in every theme, and fits 320 pixels",
  { timeout: 600_000 },
  async ({ world }) => {
    const { ticket, ready, lost, partly, uploading, back, declined, expired, reported, files } = await furnish(world);
    const log = files.find(({ name }) => name === "app.log");
    const sealed = files.find(({ name }) => name === "calling.blog");
    const screens: Record<string, string> = {
      requests: "/?view=all",
      "requests-none": "/?view=all&user=nobody",
      request: `/log-requests/${ready.id}`,
      "request-lost": `/log-requests/${lost.id}`,
      ...(SHOTS
        ? {
            "request-partly": `/log-requests/${partly.id}`,
            "request-uploading": `/log-requests/${uploading.id}`,
            "request-back": `/log-requests/${back.id}`,
            "request-declined": `/log-requests/${declined.id}`,
            "request-expired": `/log-requests/${expired.id}`,
          }
        : {}),
      new: `/new?ticket=${ticket.id}`,
      "new-german": `/new?ticket=${ticket.id}&user=bernd`,
      "new-ticket": "/new",
      ticket: `/tickets/${ticket.id}`,
      tickets: "/tickets",
      people: "/people",
      person: "/people/ann",
      templates: "/templates",
      insights: "/insights",
      audit: "/audit",
      settings: "/settings",
      log: `/log-requests/${ready.id}/files/${log?.id}#L98`,
      "log-reported": `/tickets/${ticket.id}/files/${reported.fileIds[0]}`,
      sealed: `/log-requests/${ready.id}/files/${sealed?.id}`,
      nowhere: "/settings/nowhere",
    };
    const looks = SHOTS ? ALL_LOOKS : BOTH_ENDS;
    const found: string[] = [];
    if (SHOTS) mkdirSync(SHOTS, { recursive: true });
    for (const { theme, width, language } of looks) {
      const { page, troubles, close } = await openConsole(browser, world.apiUrl, {
        person: "lena",
        theme,
        width,
        language,
      });
      const look = async (name: string) => {
        await world.until(() => page.locator(".fui-Skeleton, [data-pending]").count(), 0);
        if (SHOTS)
          await page.screenshot({
            path: `${SHOTS}/${name}-${width}-${theme}-${language}.png`,
            fullPage: width === 320,
          });
        found.push(
          ...(await findBarriers(page, { areColoursForced: theme === "forced" })).map(
            (barrier) => `${name} ${theme} ${width}: ${barrier}`,
          ),
        );
        const sideways = await sidewaysScroll(page);
        if (sideways > 0) found.push(`${name} ${width} ${language}: scrolls sideways by ${sideways}`);
      };
      for (const [name, path] of Object.entries(screens)) {
        await goTo(page, path);
        if (name.startsWith("new-german") || name === "new") await page.waitForSelector("[data-preview]");
        await look(name);
      }
      for (const [name, open] of Object.entries(SHOTS ? LAYERS : {})) {
        await open(page, ticket.id);
        await look(name);
        await page.keyboard.press("Escape");
        await page.locator("[role=dialog], [role=alertdialog]").waitFor({ state: "detached" });
      }
      found.push(...troubles.map((trouble) => `${theme} ${width}: ${trouble}`));
      await close();
    }
    expect([...new Set(found)]).toEqual([]);
  },
);
