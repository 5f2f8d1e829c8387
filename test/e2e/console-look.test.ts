import { mkdirSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { succeeded } from "#test/support/api-calls.ts";
import { findBarriers, launchChromium, openConsole, sidewaysScroll } from "#test/support/console-page.ts";
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

async function createKey(world: World): Promise<string> {
  const key = `bk_${"k".repeat(40)}`;
  await world.sql(
    "insert into api_key (id, name, secret_hash, created_at) values ($1, 'back end', encode(sha256($2::text::bytea), 'hex'), now())",
    [crypto.randomUUID(), key],
  );
  return key;
}

interface Look {
  readonly theme: "light" | "dark" | "contrast" | "forced";
  readonly width: 1440 | 768 | 320;
  readonly language: "en" | "de" | "ar";
}

/** Every theme, width and language once, as the test command has time for; `npm run screenshots` looks at them all. */
const EACH_ONCE: readonly Look[] = [
  { theme: "contrast", width: 1440, language: "en" },
  { theme: "light", width: 768, language: "de" },
  { theme: "dark", width: 320, language: "ar" },
];

const ALL_LOOKS: readonly Look[] = [
  ...EACH_ONCE,
  { theme: "light", width: 1440, language: "en" },
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
  const key = await createKey(world);
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
  return { ticket, third, ready, seen, lost, files: (await agent.request(ready.id)).files };
}

test(
  "every screen is free of barriers, in every theme, and fits 320 pixels",
  { timeout: 600_000 },
  async ({ world }) => {
    const { ticket, ready, lost, files } = await furnish(world);
    const log = files.find(({ name }) => name === "app.log");
    const sealed = files.find(({ name }) => name === "calling.blog");
    const screens: Record<string, string> = {
      requests: "/?view=all",
      "requests-none": "/?view=all&user=nobody",
      request: `/log-requests/${ready.id}`,
      "request-lost": `/log-requests/${lost.id}`,
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
      sealed: `/log-requests/${ready.id}/files/${sealed?.id}`,
      nowhere: "/settings/nowhere",
    };
    const looks = SHOTS ? ALL_LOOKS : EACH_ONCE;
    const found: string[] = [];
    if (SHOTS) mkdirSync(SHOTS, { recursive: true });
    for (const { theme, width, language } of looks) {
      const { page, troubles, close } = await openConsole(browser, world.apiUrl, {
        person: "lena",
        theme,
        width,
        language,
      });
      for (const [name, path] of Object.entries(screens)) {
        await page.goto(world.apiUrl + path);
        await page.waitForSelector("h1");
        await page.waitForLoadState("load");
        await world.until(() => page.locator(".fui-Skeleton, [data-pending]").count(), 0);
        if (name.startsWith("new-german") || name === "new") await page.waitForSelector("[data-preview]");
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
      }
      found.push(...troubles.map((trouble) => `${theme} ${width}: ${trouble}`));
      await close();
    }
    expect([...new Set(found)]).toEqual([]);
  },
);
