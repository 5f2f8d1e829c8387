import type { FactType, OutboxRow, WakeType } from "#domain/facts.ts";
import { JOBS, type Errand, type JobName } from "#flow/jobs.ts";
import type { Job } from "#ports/job-queue.ts";

/** `flow/pipeline.ts`, as a value: which errands a row sets going. */
export type Pipeline = Readonly<Record<FactType | WakeType, (row: OutboxRow) => readonly Errand[]>>;

/**
 * The jobs that rows of the outbox set going, with as many items each as `jobs.ts` allows. Keeps the order of the rows within
 * a job's name; an item that several rows ask for is there once.
 *
 * Rows of a type that this version does not know, written by a newer one in a rolling update, set nothing going: the
 * reconciler of the newer version finds what they meant.
 */
export function gatherJobs(rows: readonly OutboxRow[], pipeline: Pipeline): Job[] {
  const known: Readonly<Record<string, Pipeline[keyof Pipeline] | undefined>> = pipeline;
  const items = new Map<JobName, Map<string, unknown>>();
  for (const row of rows) {
    for (const { job, item } of known[row.type]?.(row) ?? []) {
      const ofJob = items.get(job) ?? new Map<string, unknown>();
      ofJob.set(JSON.stringify(item), item);
      items.set(job, ofJob);
    }
  }
  return Array.from(items, ([name, ofJob]) =>
    inBatches([...ofJob.values()], JOBS[name].batch).map((batch) => ({ name, items: batch })),
  ).flat();
}

function inBatches<T>(all: readonly T[], size: number): T[][] {
  const batches: T[][] = [];
  for (let start = 0; start < all.length; start += size) batches.push(all.slice(start, start + size));
  return batches;
}
