/**
 * Job → what it carries, how many of us work on it, and how long a handler may take. Jobs carry ids; attempts, backoff and next
 * times live in PostgreSQL. BullMQ's own attempts serve infrastructure errors only (the database away in mid-job).
 */
import { z } from "zod";

export interface JobKind {
  /** One id-carrying item. */
  readonly item: z.ZodType;
  /** Items that one job carries at most. 32 pushes a job raised durable dispatch from 2.5k/s to 7k/s (assurance, section 0.4). */
  readonly batch: number;
  /** Jobs of this kind that one worker process has in hand at once. */
  readonly concurrency: number;
  /** After this many seconds the handler's signal aborts. */
  readonly timeoutSeconds: number;
  /** Comes by itself this often; null when only facts and wakes bring it. */
  readonly everyMs: number | null;
}

const id = z.uuid();

export const JOBS = {
  /** Sends what the request's push errand says. */
  push: {
    item: z.object({ requestId: id, roundId: id }),
    batch: 32,
    concurrency: 4,
    timeoutSeconds: 60,
    everyMs: null,
  },
  /** Tells the hub about an installation, or makes it forget one. */
  syncInstallation: {
    item: z.object({ installationId: id }),
    batch: 1,
    concurrency: 8,
    timeoutSeconds: 60,
    everyMs: null,
  },
  /** Reads one uploaded file back and settles it. An hour: 5,000 MiB at 1.5 MiB/s. */
  verify: { item: z.object({ fileId: id }), batch: 1, concurrency: 4, timeoutSeconds: 3600, everyMs: null },
  /** Removes the blobs that a file's state does not permit. */
  cleanup: { item: z.object({ fileId: id }), batch: 1, concurrency: 4, timeoutSeconds: 60, everyMs: null },
  /** Reads the hub's outcome counts of a push. */
  telemetry: { item: z.object({ pushId: id }), batch: 1, concurrency: 2, timeoutSeconds: 30, everyMs: null },
  /** Brings another system's item up to date with its ticket. Half an hour: 2 GiB of files at 1.2 MiB/s. */
  connect: { item: z.object({ ticketId: id }), batch: 1, concurrency: 2, timeoutSeconds: 1800, everyMs: null },
  /** Ends a snooze. */
  snooze: { item: z.object({ requestId: id }), batch: 1, concurrency: 2, timeoutSeconds: 30, everyMs: null },
  /** Gives requests whose deadline has passed to the lifecycle. */
  deadlines: { item: z.object({}), batch: 1, concurrency: 1, timeoutSeconds: 60, everyMs: 1_000 },
  /** Deletes files whose retention is over, blobs that belong to nothing, and installations that only the hub knows. */
  sweep: { item: z.object({}), batch: 1, concurrency: 1, timeoutSeconds: 600, everyMs: 60_000 },
} as const satisfies Record<string, JobKind>;

export type JobName = keyof typeof JOBS;

export type JobItem<Name extends JobName> = z.infer<(typeof JOBS)[Name]["item"]>;

/** One item for one job, before items are gathered into batches. */
export type Errand = { [Name in JobName]: { readonly job: Name; readonly item: JobItem<Name> } }[JobName];
