import type { Clock } from "#ports/clock.ts";
import type { Job, JobQueue } from "#ports/job-queue.ts";
import type { Log } from "#ports/log.ts";
import type { DueWork } from "#ports/store.ts";
import { gatherJobs, type Pipeline } from "./gather-jobs.ts";
import { createWakeableSleep } from "./wakeable-sleep.ts";

export interface ReconcilerDeps {
  readonly dueWork: Pick<DueWork, "overdue">;
  readonly queue: Pick<JobQueue, "add" | "counts">;
  readonly pipeline: Pipeline;
  /** Meets what deadlines are due (step `expire`). Its job does so every second, but a job needs a queue. */
  readonly meetDeadlines: (signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  /** A number in [0, 1): keeps many workers from doing it together. */
  readonly chance: () => number;
  readonly everyMs?: number;
  /** How long past its time work is left to the queue before it counts as lost. */
  readonly graceSeconds?: number;
  readonly limit?: number;
}

/** As its job may take: the blob store may hang. */
const DEADLINES_TIMEOUT_MS = 60_000;

/** Every so many rounds even work that the queue may still hold is enqueued again. */
const ROUNDS_OF_TRUST = 4;

/**
 * Enqueues again, from PostgreSQL alone, what is overdue: the queue may lose anything at any moment. Runs in every worker
 * process. Duplicates do nothing, handlers are guarded; but when the queue holds as much of a kind as is overdue, it is slow
 * and not empty, and adding to it in every round would only make it longer.
 *
 * Deadlines it meets by itself, so that requests expire and snoozes end on time while the queue is away.
 *
 * @returns `stop`, which finishes the round in hand
 */
export function startReconciler({
  dueWork,
  queue,
  pipeline,
  meetDeadlines,
  clock,
  log,
  chance,
  everyMs = 15_000,
  graceSeconds = 15,
  limit = 1_000,
}: ReconcilerDeps): { readonly stop: () => Promise<void> } {
  const stopping = new AbortController();

  const reconcile = async (round: number) => {
    const rows = await dueWork.overdue(clock.now(), graceSeconds, limit);
    const jobs = gatherJobs(rows, pipeline);
    if (jobs.length === 0) return;
    const lost = round % ROUNDS_OF_TRUST === 0 ? jobs : await withoutQueued(jobs, queue);
    if (lost.length === 0) return;
    await queue.add(lost);
    log.warn({ jobs: countByName(lost) }, "Work that was overdue has been enqueued again");
  };

  const everyRound = async (work: (round: number) => Promise<void>, trouble: string) => {
    const pause = createWakeableSleep();
    stopping.signal.addEventListener("abort", pause.wake, { once: true });
    let away = false;
    await pause.sleep(everyMs * chance());
    for (let round = 1; !stopping.signal.aborted; round += 1) {
      try {
        await work(round);
        away = false;
      } catch (error) {
        if (!away) log.warn({ error }, trouble);
        away = true;
      }
      if (!stopping.signal.aborted) await pause.sleep(everyMs * (0.9 + 0.2 * chance()));
    }
  };

  // Beside each other: neither a queue nor a blob store that hangs shall hold the other up.
  const looping = Promise.all([
    everyRound(reconcile, "Overdue work could not be looked after; tried again every round"),
    everyRound(
      () => meetDeadlines(AbortSignal.any([stopping.signal, AbortSignal.timeout(DEADLINES_TIMEOUT_MS)])),
      "Deadlines could not be met; tried again every round",
    ),
  ]);
  return {
    async stop() {
      stopping.abort();
      await looping;
    },
  };
}

async function withoutQueued(jobs: readonly Job[], queue: Pick<JobQueue, "counts">): Promise<Job[]> {
  const queued = await queue.counts();
  const overdue = countByName(jobs);
  return jobs.filter(({ name }) => (queued[name]?.waiting ?? 0) < (overdue[name] ?? 0));
}

function countByName(jobs: readonly Job[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name } of jobs) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
