import { createAppleNotification, NotificationHubsClient } from "@azure/notification-hubs";
import { peakMemoryBytes } from "./support/process-usage.ts";
import { startChild } from "./support/start-child.ts";
import { median, quantile } from "./support/statistics.ts";

const HUB = "bench";
const INSTALLATIONS = 100_000;
const SENDS_OF_EACH_KIND = 500;
const SUSTAINED_SECONDS = 30;
const SAMPLES = 6;
const CLIENTS = 16;
const PUSH = createAppleNotification({ body: { aps: { alert: "hello" } }, headers: { "apns-priority": "10" } });

/**
 * `beckon emulator` as a process of its own with 100,000 installations: its memory, how long it works on a send (its own log says
 * so: without the client, the SDK and the way between), and how many sends a second this process gets through with the real SDK.
 */
export async function benchEmulator(log: (line: string) => void): Promise<void> {
  const main = new URL("../src/app/main.ts", import.meta.url).pathname;
  const emulator = await startChild([main, "emulator", "--hub", HUB], {});
  const memory = (): string => `${Math.round(peakMemoryBytes(emulator.pid) / 2 ** 20)} MB at most`;
  try {
    const connectionString = emulator.firstLine;
    const control = `${/Endpoint=(\S+?\/);/.exec(connectionString)?.[1] ?? ""}$emulator`;
    const from = performance.now();
    await fill(control);
    const seconds = (performance.now() - from) / 1_000;
    log(`${INSTALLATIONS} installations seeded over HTTP in ${seconds.toFixed(1)} s; resident memory ${memory()}`);
    const client = sdkClient(connectionString);
    for (const expression of ["$UserId:{user-77}", "team-7 && city-77", "(team-7 || team-8) && city-77 && !colour-1"])
      log(await measureSends(client, control, expression));
    log(`resident memory ${memory()}`);
    for (let i = 1; i <= SAMPLES; i++) {
      const rate = await sendsPerSecond(client, SUSTAINED_SECONDS / SAMPLES);
      const until = (SUSTAINED_SECONDS / SAMPLES) * i;
      log(`${until} s: ${Math.round(rate)} sends a second, client and emulator together; resident memory ${memory()}`);
    }
  } finally {
    await emulator.stop();
  }
}

/** Every 10th installation has a template; tags of four kinds, so that expressions meet small and large sets. */
async function fill(control: string): Promise<void> {
  const chunk = 1_000;
  for (let start = 0; start < INSTALLATIONS; start += chunk) {
    const installations = Array.from({ length: chunk }, (_, offset) => {
      const i = start + offset;
      return {
        installationId: `beckon-${i.toString(16).padStart(32, "0")}`,
        userId: `user-${i}`,
        platform: "apns",
        pushChannel: i.toString(16).padStart(64, "0"),
        tags: [`team-${i % 10}`, `city-${i % 1_000}`, `colour-${i % 3}`, `app-${i % 50}`],
        ...(i % 10 === 0 && { templates: { greet: { body: '{"aps":{"alert":"$(message)"}}', headers: {} } } }),
      };
    });
    const body = JSON.stringify({ hubs: [{ name: HUB, installations }] });
    const answer = await fetch(`${control}/seed`, { method: "POST", body });
    if (!answer.ok) throw new Error(`The seed was answered with ${answer.status}: ${await answer.text()}`);
  }
}

async function measureSends(client: NotificationHubsClient, control: string, expression: string): Promise<string> {
  let reached = 0;
  for (let i = 0; i < SENDS_OF_EACH_KIND; i++) {
    const { notificationId = "" } = await client.sendNotification(PUSH, { tagExpression: expression });
    if (i > 0) continue;
    const details = await client.getNotificationOutcomeDetails(notificationId);
    reached = details.apnsOutcomeCounts?.[0]?.count ?? 0;
  }
  const { requests } = (await (await fetch(`${control}/requests`)).json()) as { requests: { durationMs: number }[] };
  const took = requests.slice(-SENDS_OF_EACH_KIND).map(({ durationMs }) => durationMs);
  return `send to "${expression}" (${reached} devices): median ${median(took)} ms, 99th percentile ${quantile(took, 0.99)} ms in process`;
}

async function sendsPerSecond(client: NotificationHubsClient, seconds: number): Promise<number> {
  const endsAt = performance.now() + seconds * 1_000;
  let sent = 0;
  const send = async (): Promise<void> => {
    while (performance.now() < endsAt)
      await client.sendNotification(PUSH, { tagExpression: `$UserId:{user-${sent++ % 1_000}}` });
  };
  await Promise.all(Array.from({ length: CLIENTS }, send));
  return sent / seconds;
}

function sdkClient(connectionString: string): NotificationHubsClient {
  return new NotificationHubsClient(connectionString, HUB, {
    additionalPolicies: [
      {
        position: "perCall",
        policy: {
          name: "allowLoopbackHttp",
          sendRequest(request, next) {
            request.allowInsecureConnection = true;
            return next(request);
          },
        },
      },
    ],
  });
}
