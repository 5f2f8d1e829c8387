import { NotificationHubsClient } from "@azure/notification-hubs";
import { test as base } from "vitest";
import { startEmulator } from "#emulator/start-emulator.ts";
import type { Emulator, EmulatorOptions } from "#emulator/start-emulator.ts";
import { rawHub } from "./raw-hub.ts";
import type { RawHub } from "./raw-hub.ts";

/** What every test of the emulator starts from: an emulator of its own, the unmodified SDK, and raw HTTP. */
interface EmulatorWorld {
  emulatorOptions: EmulatorOptions;
  emulator: Emulator;
  client: NotificationHubsClient;
  raw: RawHub;
}

/** The hub that tests use. */
export const HUB = "beckon";

/** The SDK over plain http, which it wants to be told twice (the client option of that name is ignored). */
export function sdkClient(connectionString: string, hub = HUB, maxRetries = 0): NotificationHubsClient {
  return new NotificationHubsClient(connectionString, hub, {
    retryOptions: { maxRetries, retryDelayInMs: 1, maxRetryDelayInMs: 1 },
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

export const test = base.extend<EmulatorWorld>({
  emulatorOptions: {},
  emulator: async ({ emulatorOptions }, use) => {
    const emulator = await startEmulator(emulatorOptions);
    await use(emulator);
    await emulator.close();
  },
  client: async ({ emulator }, use) => use(sdkClient(emulator.connectionString)),
  raw: async ({ emulator }, use) => use(rawHub(emulator)),
});
