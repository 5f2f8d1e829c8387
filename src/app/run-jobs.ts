import { JOBS, type JobKind, type JobName } from "#flow/jobs.ts";
import type { JobHandler, JobQueue } from "#ports/job-queue.ts";
import type { Log } from "#ports/log.ts";

/** What works on each job. One that is forgotten does not compile. */
export type JobHandlers = Readonly<Record<JobName, JobHandler>>;

/**
 * Makes this process work on every job, as `flow/jobs.ts` says of it, and lets those come by themselves that do. An item
 * that does not fit its job's schema (another version wrote it) is told and dropped: tried again it would fit no better, and
 * the reconciler brings back whatever it stood for.
 */
export async function runJobs({
  queue,
  handlers,
  log,
}: {
  readonly queue: Pick<JobQueue, "work" | "repeat">;
  readonly handlers: JobHandlers;
  readonly log: Log;
}): Promise<void> {
  for (const name of Object.keys(JOBS) as JobName[]) {
    const kind: JobKind = JOBS[name];
    const handler = handlers[name];
    await queue.work(
      name,
      { concurrency: kind.concurrency, timeoutSeconds: kind.timeoutSeconds },
      async (items, signal) => {
        const fitting = items.filter((item) => fits(name, kind, item, log));
        if (fitting.length > 0) await handler(fitting, signal);
      },
    );
    if (kind.everyMs !== null) await queue.repeat(name, kind.everyMs);
  }
}

function fits(name: JobName, kind: JobKind, item: unknown, log: Log): boolean {
  const result = kind.item.safeParse(item);
  if (result.success) return true;
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  log.error({ job: name, problems }, "A job carried an item that is none of its kind; it is dropped");
  return false;
}
