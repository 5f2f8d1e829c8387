import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createAppleNotification, NotificationHubsClient } from "@azure/notification-hubs";
import { startEmulator } from "#emulator/start-emulator.ts";
import type { Emulator } from "#emulator/start-emulator.ts";

/**
 * `node bench/emulator.ts [installations] [seconds]`: what a hub of many installations costs in memory, how long the emulator
 * works on a send, and how many sends a second one client process with the real SDK gets through beside it.
 */
const CLIENT = "client";
const HUB = "bench";
const PUSH = createAppleNotification({ body: { aps: { alert: "hello" } }, headers: { "apns-priority": "10" } });
const [mode = "100000", argument = "10", durationText = "0"] = process.argv.slice(2);

if (mode === CLIENT) await sustain(argument, Number(durationText));
else await bench(Number(mode), Number(argument));

async function bench(installations: number, seconds: number): Promise<void> {
  await using emulator = await startEmulator({ hubs: [HUB] });
  const startedAt = performance.now();
  fill(emulator, installations);
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  console.log(
    `${installations} installations seeded in ${Math.round(performance.now() - startedAt)} ms; memory ${megabytes(rss)} MB resident, ${megabytes(heapUsed)} MB of heap`,
  );
  const client = sdkClient(emulator.connectionString);
  for (const expression of ["$UserId:{user-77}", "team-7 && city-77", "(team-7 || team-8) && city-77 && !colour-1"]) {
    const milliseconds: number[] = [];
    let reached = 0;
    for (let i = 0; i < 500; i++) {
      await client.sendNotification(PUSH, { tagExpression: expression });
      milliseconds.push(emulator.requests().at(-1)?.durationMs ?? Number.NaN);
    }
    reached = emulator.inbox({ notificationId: emulator.inbox().at(-1)?.notificationId ?? "" }).length;
    milliseconds.sort((a, b) => a - b);
    console.log(
      `send to "${expression}" (${reached} devices): median ${milliseconds[250]} ms, 99th percentile ${milliseconds[495]} ms in process`,
    );
  }
  const child = fork(fileURLToPath(import.meta.url), [CLIENT, emulator.connectionString, String(seconds)]);
  await once(child, "exit");
  console.log(`memory after it: ${megabytes(process.memoryUsage().rss)} MB resident`);
}

/** Every 10th installation has a template; tags of four kinds, so that expressions meet small and large sets. */
function fill(emulator: Emulator, count: number): void {
  const chunk = 1_000;
  for (let start = 0; start < count; start += chunk) {
    const installations = Array.from({ length: Math.min(chunk, count - start) }, (_, offset) => {
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
    emulator.seed({ hubs: [{ name: HUB, installations }] });
  }
}

async function sustain(connectionString: string, seconds: number): Promise<void> {
  const client = sdkClient(connectionString);
  const endsAt = performance.now() + seconds * 1_000;
  let sent = 0;
  const send = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      await client.sendNotification(PUSH, { tagExpression: `$UserId:{user-${sent % 1_000}}` });
      sent++;
    }
  };
  await Promise.all(Array.from({ length: 16 }, send));
  console.log(
    `${Math.round(sent / seconds)} sends a second for ${seconds} s, one client process with the SDK beside the emulator`,
  );
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

function megabytes(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}
