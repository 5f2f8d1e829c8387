import { randomUUID } from "node:crypto";
import {
  type Beckon,
  type BeckonOptions,
  createBeckon,
  freezeBytes,
  memoryStorage,
  type SdkClock,
} from "#sdk/create-beckon.ts";
import type { Collector } from "#sdk/frozen-file.ts";
import { startWireServer, type WireServer } from "./wire-server.ts";

/** A clock that is never waited for: sleeping moves it on. */
export function quickClock(): SdkClock & { slept: number[] } {
  const slept: number[] = [];
  let ahead = 0;
  return {
    slept,
    now: () => Date.now() + ahead,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      slept.push(ms);
      ahead += ms;
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    },
  };
}

export const LOGS = { "app.log": "what happened last\n", "app.log.1": "what happened before\n" };

/** Holds `LOGS` in memory and says which of its files were let go. */
export function memoryCollector(released: string[] = []): Collector {
  return {
    name: "app",
    label: "App log",
    collect: async () =>
      Object.entries(LOGS).map(([name, text], index) => ({
        ...freezeBytes(name, text, { modifiedAt: new Date(Date.UTC(2026, 10, 22 - index)) }),
        release: async () => void released.push(name),
      })),
  };
}

export interface Phone {
  readonly beckon: Beckon;
  readonly clock: ReturnType<typeof quickClock>;
  /** What the person saw, in order: `ask ID` and `closed ID STATE`. */
  readonly shown: string[];
  readonly errors: unknown[];
  readonly released: string[];
}

/** A server, and phones of Ada's (or whoever `userId` is) against it. */
export async function startJourney(): Promise<{
  server: WireServer;
  phone: (more?: Partial<BeckonOptions> & { userId?: string }) => Phone;
  end: () => Promise<void>;
}> {
  const server = await startWireServer();
  const phones: Beckon[] = [];
  return {
    server,
    phone({ userId = "ada", ...more } = {}) {
      const [shown, errors, released]: [string[], unknown[], string[]] = [[], [], []];
      const clock = quickClock();
      const beckon = createBeckon({
        baseUrl: `${server.baseUrl}/`,
        getToken: () => userId,
        installationId: randomUUID(),
        collectors: [memoryCollector(released)],
        storage: memoryStorage(),
        locale: "en",
        clock,
        onPrompt: ({ id }) => shown.push(`ask ${id}`),
        onPromptClosed: ({ requestId, state }) => shown.push(`closed ${requestId} ${state}`),
        onError: (error) => errors.push(error),
        ...more,
      });
      phones.push(beckon);
      return { beckon, clock, shown, errors, released };
    },
    async end() {
      for (const beckon of phones) beckon.stop();
      await server.close();
    },
  };
}
