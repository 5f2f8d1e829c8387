import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatTime } from "#contract/primitives.ts";
import { getSystem, type SystemBody } from "#contract/system.ts";
import type { HttpKit } from "#http/http-kit.ts";
import type { Clock } from "#ports/clock.ts";
import type { JobQueue } from "#ports/job-queue.ts";
import type { DueWork } from "#ports/store.ts";
import { showSettings, type Settings } from "./config.ts";

export interface SystemRoutes {
  readonly settings: Settings;
  readonly dueWork: Pick<DueWork, "metrics" | "state">;
  readonly queue: Pick<JobQueue, "counts">;
  readonly clock: Clock;
  /** How the parts beside PostgreSQL fare. */
  readonly readParts: () => Promise<SystemBody["parts"]>;
}

/** The queue's counts are nice to have: a page that waits for a queue that is away is not. */
const COUNTS_MS = 2_000;

/** Serves what the console shows of settings and state. Settings are read only, by decision: they are the operator's. */
export function serveSystem(kit: HttpKit, { settings, dueWork, queue, clock, readParts }: SystemRoutes): void {
  const beckon = ownVersion();
  kit.serve(getSystem, async () => {
    const now = clock.now();
    const [metrics, database, jobs, parts] = await Promise.all([
      dueWork.metrics(now),
      dueWork.state(),
      atMost(COUNTS_MS, queue.counts()),
      readParts(),
    ]);
    const body: SystemBody = {
      settings: [...showSettings(settings)],
      versions: {
        beckon,
        node: process.version,
        database: database.version,
        ...(database.migration === undefined ? {} : { migration: database.migration }),
      },
      queue: {
        kind: settings.REDIS_URL === undefined ? "postgres" : "redis",
        ...(jobs === undefined ? {} : { jobs: { ...jobs } }),
      },
      outbox: { rows: metrics.outboxRows, oldestDueSeconds: metrics.outboxAgeSeconds },
      oldestOverdueRequestSeconds: metrics.oldestOverdueRequestSeconds,
      ...(database.lastSweepAt === undefined ? {} : { lastSweepAt: formatTime(database.lastSweepAt) }),
      parts: { database: { state: "ok" }, ...parts },
      now: formatTime(now),
    };
    return { status: 200, body };
  });
}

/** Undefined when it fails or takes too long. */
async function atMost<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  return Promise.race([work.catch(() => undefined), late]).finally(() => clearTimeout(timer));
}

function ownVersion(): string {
  const text = readFileSync(join(import.meta.dirname, "../../package.json"), "utf8");
  return (JSON.parse(text) as { version?: string }).version ?? "unknown";
}
