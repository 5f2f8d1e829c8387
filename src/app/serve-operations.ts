import * as routes from "#contract/operations.ts";
import { Problem } from "#domain/problems.ts";
import type { HttpKit } from "#http/http-kit.ts";
import type { Clock } from "#ports/clock.ts";
import type { JobQueue } from "#ports/job-queue.ts";
import type { DueWork, Metrics, Store } from "#ports/store.ts";

export interface Part {
  readonly state: "ok" | "degraded" | "away";
  readonly detail?: string;
}

export interface OperationRoutes {
  readonly store: Store;
  readonly dueWork: DueWork;
  readonly queue: JobQueue;
  readonly clock: Clock;
  /** Beside PostgreSQL and the queue: file store, hub. Each throws with what is wrong. */
  readonly checks: Readonly<Record<string, () => Promise<string | undefined>>>;
}

/** A probe must answer within the time that a load balancer gives it. */
const CHECK_MS = 3_000;
/** The file store and the hub are not asked more often than this, however many probes come. */
const REMEMBER_MS = 15_000;
/** Anybody may ask, and both read tables: however many ask, the database is asked this often. */
const REMEMBER_METRICS_MS = 5_000;
const REMEMBER_DATABASE_MS = 1_000;

/**
 * Serves what operators probe: liveness, readiness, metrics.
 *
 * @returns what reads how each part fares, PostgreSQL aside
 */
export function serveOperations(
  kit: HttpKit,
  { store, dueWork, queue, clock, checks }: OperationRoutes,
): () => Promise<Record<string, Part>> {
  const remembered = Object.fromEntries(
    Object.entries({ queue: () => queue.check().then(() => undefined), ...checks }).map(([name, check]) => [
      name,
      rememberFor(REMEMBER_MS, () => judge(check)),
    ]),
  );
  const checkDatabase = rememberFor(REMEMBER_DATABASE_MS, () => within(CHECK_MS, store.check()));
  const metricsText = rememberFor(REMEMBER_METRICS_MS, async () => {
    const [metrics, jobs] = await Promise.all([
      dueWork.metrics(clock.now()),
      within(CHECK_MS, queue.counts()).catch(() => ({})),
    ]);
    return renderMetrics(metrics, jobs);
  });

  const readParts = async (): Promise<Record<string, Part>> => {
    const entries = Object.entries(remembered).map(async ([name, check]) => [name, await check()] as const);
    return Object.fromEntries(await Promise.all(entries));
  };

  kit.serve(routes.livez, async () => ({ status: 200, body: { alive: true } }));

  kit.serve(routes.readyz, async () => {
    try {
      await checkDatabase();
    } catch (error) {
      throw new Problem("database_unavailable", { detail: messageOf(error), cause: error });
    }
    return { status: 200, body: { ready: true, parts: { database: { state: "ok" }, ...(await readParts()) } } };
  });

  kit.serveRaw(routes.metrics, async (_request, response) => {
    response.type("text/plain; version=0.0.4").send(await metricsText());
  });

  return readParts;
}

function judge(check: () => Promise<string | undefined>): Promise<Part> {
  return within(CHECK_MS, check()).then(
    (detail): Part => (detail === undefined ? { state: "ok" } : { state: "ok", detail }),
    (error: unknown): Part => ({ state: "degraded", detail: messageOf(error) }),
  );
}

/** The same answer, good or bad, for all who ask until it is this old; and only one question at a time. */
function rememberFor<T>(ms: number, ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  let goodUntil = 0;
  return () => {
    if (answer === undefined || performance.now() > goodUntil) {
      goodUntil = Number.POSITIVE_INFINITY;
      answer = ask().finally(() => {
        goodUntil = performance.now() + ms;
      });
    }
    return answer;
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** First line only: what an operator needs, nothing that a stack or a URL could carry. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split("\n", 1)[0] ?? "").replaceAll(/https?:\/\/\S+/g, "[address]").slice(0, 200);
}

type JobCounts = Readonly<
  Record<string, { readonly waiting: number; readonly active: number; readonly failed: number }>
>;

/** Prometheus text format 0.0.4. */
function renderMetrics(metrics: Metrics, jobs: JobCounts): string {
  const lines: string[] = [];
  const gauge = (name: string, help: string, rows: readonly (readonly [labels: string, value: number])[]) => {
    lines.push(
      `# HELP beckon_${name} ${help}`,
      `# TYPE beckon_${name} gauge`,
      ...rows.map(([labels, value]) => `beckon_${name}${labels} ${value}`),
    );
  };
  const labelled = (label: string, counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([value, count]) => [`{${label}="${value}"}`, count] as const);
  gauge("oldest_overdue_request_seconds", "How long the most overdue request is past its deadline or its next push", [
    ["", metrics.oldestOverdueRequestSeconds],
  ]);
  gauge("outbox_age_seconds", "Age of the oldest due outbox row", [["", metrics.outboxAgeSeconds]]);
  gauge("outbox_rows", "Rows in the outbox", [["", metrics.outboxRows]]);
  gauge("requests", "Requests by state", labelled("state", metrics.requestsByState));
  gauge("pushes", "Pushes by outcome", labelled("outcome", metrics.pushesByOutcome));
  gauge("verify_failures", "Files that were refused or missing, by reason", labelled("reason", metrics.verifyFailures));
  for (const state of ["waiting", "active", "failed"] as const) {
    gauge(
      `jobs_${state}`,
      `Jobs in the queue that are ${state}`,
      Object.entries(jobs).map(([name, counts]) => [`{job="${name}"}`, counts[state]] as const),
    );
  }
  return `${lines.join("\n")}\n`;
}
