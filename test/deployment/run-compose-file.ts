import { setTimeout as delay } from "node:timers/promises";
import type { ProcessEnd, RunningProcess } from "#test/support/run-process.ts";
import type { ComposeFile } from "./read-compose-file.ts";

/** How Compose's engine would run one service. */
export interface ServiceRunner {
  /** A service that runs already, and is healthy. */
  readonly given: string;
  /** Starts the service's command. */
  readonly start: (name: string) => RunningProcess | Promise<RunningProcess>;
  /** Runs the service's healthcheck once. */
  readonly isHealthy: (name: string) => Promise<boolean>;
}

/** How often a healthcheck is run, in place of the file's interval: faster, and it must succeed in the same time. */
const LOOK_EVERY_MS = 100;

/**
 * `docker compose up`, and `down`, without an engine: every service is started as soon as the conditions of what it depends on
 * are met, and stopped before what it depends on. Nothing is restarted: a first start has to do.
 */
export function runComposeFile(file: ComposeFile, { given, start, isHealthy }: ServiceRunner) {
  const names = Object.keys(file).filter((name) => name !== given);
  const running = new Map<string, RunningProcess>();
  const starting = new Map<string, Promise<RunningProcess>>();
  const healthy = new Map<string, Promise<void>>();
  /** In which they came up, and what each waited for. */
  const order: string[] = [];

  const serviceOf = (name: string) => {
    const service = file[name];
    if (service === undefined) throw new Error(`The compose file has no service ${name}`);
    return service;
  };

  const up = (name: string): Promise<RunningProcess> => remember(starting, name, startWhenDue);

  async function startWhenDue(name: string): Promise<RunningProcess> {
    await Promise.all(
      Object.entries(serviceOf(name).depends_on).map(async ([other, { condition }]) => {
        if (other === given) return;
        const started = await up(other);
        switch (condition) {
          case "service_started":
            return;
          case "service_healthy":
            await remember(healthy, other, untilHealthy);
            return;
          case "service_completed_successfully": {
            const end = await started.ended;
            if (end.code !== 0) throw new Error(`${other} did not complete: ${started.words()}`);
            return;
          }
        }
      }),
    );
    const started = await start(name);
    running.set(name, started);
    order.push(name);
    return started;
  }

  async function untilHealthy(name: string): Promise<void> {
    const started = await up(name);
    const { healthcheck } = serviceOf(name);
    // What the file leaves out is the image's, as in Dockerfile: 3 times at 10 s, after 10 s to start.
    const withinSeconds = healthcheck && "retries" in healthcheck ? healthcheck.retries * healthcheck.interval : 40;
    const giveUpAt = performance.now() + withinSeconds * 1_000;
    while (!(await isHealthy(name))) {
      if (started.end() !== undefined) throw new Error(`${name} ended before it was healthy: ${started.words()}`);
      if (performance.now() > giveUpAt) throw new Error(`${name} is not healthy: ${started.words()}`);
      await delay(LOOK_EVERY_MS);
    }
  }

  return {
    order,
    /** Starts them all; settles when each is started, and healthy where it has a healthcheck. */
    async up(): Promise<void> {
      const all = names.map(async (name) => {
        await up(name);
        if (!("disable" in (serviceOf(name).healthcheck ?? {}))) await remember(healthy, name, untilHealthy);
      });
      await Promise.allSettled(all);
      await Promise.all(all);
    },
    process: (name: string) => running.get(name),
    /**
     * Stops them all in order, each with SIGTERM and, when its `stop_grace_period` is over, SIGKILL.
     *
     * @returns how each ended
     */
    async down(): Promise<Record<string, ProcessEnd>> {
      const ends = new Map<string, ProcessEnd>();
      const downed = new Map<string, Promise<void>>();
      const stop = async (name: string): Promise<void> => {
        const dependents = names.filter((other) => name in serviceOf(other).depends_on);
        await Promise.all(dependents.map((other) => remember(downed, other, stop)));
        const started = running.get(name);
        if (started === undefined) return;
        const grace = new AbortController();
        const kill = delay(serviceOf(name).stop_grace_period * 1_000, undefined, { signal: grace.signal }).then(
          () => started.kill(),
          () => undefined,
        );
        ends.set(name, started.end() ?? (await started.stop()));
        grace.abort();
        await kill;
      };
      await Promise.all(names.map((name) => remember(downed, name, stop)));
      return Object.fromEntries(ends);
    },
    /** For a test that failed half-way. */
    async kill(): Promise<void> {
      await Promise.all(Array.from(running.values(), (started) => started.kill()));
    },
  };
}

function remember<T>(known: Map<string, Promise<T>>, name: string, make: (name: string) => Promise<T>): Promise<T> {
  const found = known.get(name);
  if (found !== undefined) return found;
  const made = make(name);
  known.set(name, made);
  return made;
}
