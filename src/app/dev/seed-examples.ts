import { randomUUID } from "node:crypto";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { introduceUsers } from "#app/demo/back-end.ts";
import {
  type DemoInstallation,
  type DemoRequest,
  type DemoTicket,
  type Entry,
  openDemoAgent,
} from "#app/demo/demo-agent.ts";
import type { DemoServers } from "#app/demo/start-servers.ts";
import { createTokenSource } from "#app/demo/token-source.ts";
import { startPhone } from "#phone/start-phone.ts";
import { freezeBytes } from "#sdk/create-beckon.ts";
import { nodeFolderStorage } from "#sdk/node-support.ts";

const PEOPLE = {
  ann: { label: "Ann Example", contacts: ["ann@example.com"], locale: "en", timeZone: "Europe/London" },
  jonas: { label: "Jonas Beispiel", contacts: ["jonas@example.com"], locale: "de", timeZone: "Europe/Berlin" },
} as const;

const TICKETS = [
  {
    externalId: "4711",
    userId: "ann",
    subject: "The picture froze during a call",
    callIds: ["3f0c5d52-8a0e-4c0b-9d7e-2f7c1f1c9a11"],
  },
  {
    externalId: "4712",
    userId: "jonas",
    subject: "No sound after joining a call",
    callIds: ["b7c9a1de-51c4-4e5b-a0f3-0d0e5c9f7a42"],
  },
] as const;

/** How long a step of the examples may take; seconds are usual on a busy machine. */
const STEP_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

/**
 * Fills a new data folder with something to look at: two people, three installations, two tickets of a help desk, and a
 * request that Jonas has answered, with checked files. All of it through the public API and the client SDK. Does nothing
 * where that was done.
 */
export async function seedExamples({
  servers: { apiUrl, emulatorUrl, envFile },
  dataFolder,
}: {
  servers: DemoServers;
  dataFolder: string;
}): Promise<void> {
  const done = join(dataFolder, "seeded");
  if (existsSync(done)) return;
  await introduceUsers(PEOPLE, { apiUrl, envFile, keyFile: join(dataFolder, "api-key") });
  const stopping = new AbortController();
  try {
    const agent = await openDemoAgent({
      apiUrl,
      getToken: createTokenSource({ apiUrl, username: "alex", audience: "beckon-agents" }),
      signal: stopping.signal,
      onEntry: () => {},
    });
    const tickets: DemoTicket[] = [];
    for (const { externalId, ...ticket } of TICKETS) {
      tickets.push(await agent.call<DemoTicket>("PUT", `/v1/tickets/by-external/helpdesk/${externalId}`, ticket));
    }
    const jonasTicket = tickets.find(({ userId }) => userId === "jonas");
    await Promise.all([
      registerInstallation(apiUrl, "ann", { platform: "fcmv1", model: "Galaxy Tab S11", osVersion: "Android 16" }),
      registerInstallation(apiUrl, "jonas", { platform: "wns", model: "Surface Laptop 7", osVersion: "Windows 11" }),
    ]);

    const answered = Promise.withResolvers<void>();
    const installationId = randomUUID();
    const storage = join(dataFolder, "example-phone");
    const phone = await startPhone({
      baseUrl: apiUrl,
      inboxUrl: `${emulatorUrl}/$emulator/inbox`,
      installationId,
      pushToken: `fcm-${randomUUID()}`,
      getToken: createTokenSource({ apiUrl, username: "jonas", audience: "beckon-devices" }),
      collectors: [
        { name: "app", label: "Logs of the app", collect: () => Promise.resolve([freezeBytes("app.log", appLog())]) },
        {
          name: "system",
          label: "About this phone",
          collect: () => Promise.resolve([freezeBytes("device.txt", device())]),
        },
      ],
      storage: nodeFolderStorage(storage),
      locale: "de",
      model: "Pixel 10",
      appVersion: "4.2.0",
      ask: () => Promise.resolve({ kind: "share" }),
      onEvent: (event) => {
        if (event.kind === "answered") answered.resolve();
        if (event.kind === "trouble") answered.reject(event.error);
      },
    });
    try {
      const isSynced = async () => {
        const found = await agent.list<DemoInstallation>("/v1/users/jonas/installations");
        return found.find(({ id }) => id === installationId)?.hubSync === "synced";
      };
      // So that its story is told in order: asked, pushed, answered.
      const giveUpAt = performance.now() + STEP_TIMEOUT_MS;
      while (!(await isSynced()) && performance.now() < giveUpAt) await sleep(POLL_MS);
      const request = await agent.call<DemoRequest>("POST", `/v1/tickets/${jonasTicket?.id}/log-requests`, {
        userId: "jonas",
        reason: "Um zu sehen, warum Sie nichts hören, brauchen wir, was die App während des Anrufs aufgeschrieben hat.",
        collectors: ["app", "system"],
        window: { from: new Date(Date.now() - 3_600_000).toISOString(), to: new Date().toISOString() },
      });
      await answered.promise;
      const isEnd = ({ type, requestId }: Entry) =>
        requestId === request.id && (type === "request.linked" || type === "request.rejected");
      await agent.until(isEnd, "The check of the example's files", STEP_TIMEOUT_MS);
    } finally {
      phone.stop();
      rmSync(storage, { recursive: true, force: true });
    }
  } finally {
    stopping.abort();
  }
  writeFileSync(done, `${new Date().toISOString()}\n`);
}

/** An app install without a running app: the emulator keeps what is pushed to it. */
async function registerInstallation(
  apiUrl: string,
  userId: keyof typeof PEOPLE,
  about: { platform: "fcmv1" | "wns"; model: string; osVersion: string },
): Promise<void> {
  const id = randomUUID();
  const token = await createTokenSource({ apiUrl, username: userId, audience: "beckon-devices" })();
  const pushChannel = about.platform === "wns" ? `https://db5.notify.windows.com/?token=${id}` : `fcm-${id}`;
  const { locale, timeZone } = PEOPLE[userId];
  const answer = await fetch(`${apiUrl}/v1/installations/${id}`, {
    method: "PUT",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({
      ...about,
      pushChannel,
      locale,
      timeZone,
      appVersion: "4.1.3",
      notificationsAllowed: true,
      collectors: [
        { name: "app", label: "Logs of the app" },
        { name: "system", label: "About this device" },
      ],
    }),
  });
  if (!answer.ok) throw new Error(`PUT /v1/installations was answered ${answer.status}: ${await answer.text()}`);
}

const LINES = 400;

/** An hour of the pretended app, with the trouble of the ticket in it. */
function appLog(): string {
  const from = Date.now() - 3_600_000;
  return Array.from({ length: LINES }, (_, n) => {
    const at = new Date(from + (n * 3_600_000) / LINES).toISOString();
    if (n % 97 === 60) return `${at} ERROR audio     renderer=default message="device is in use by another app"\n`;
    if (n % 41 === 7) return `${at} WARN  network   rttMs=${180 + n} lost=${n % 9} state=reconnecting\n`;
    return `${at} INFO  call-ui   frame=${n * 30} screen=call state=connected\n`;
  }).join("");
}

function device(): string {
  return `model     Pixel 10\nsystem    Android 16\napp       4.2.0\ntime      ${new Date().toISOString()}\n`;
}
