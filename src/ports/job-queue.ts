/**
 * The queue is an index over PostgreSQL that may be lost at any moment. Delivery is at least once, in no order; a job that
 * throws is tried again a few times for the sake of infrastructure errors, and then left to the reconciler.
 */

/** A job carries ids, never data: `items` are validated against the job's schema before the handler sees them. */
export interface Job {
  readonly name: string;
  readonly items: readonly unknown[];
}

/** The reason of a handler's signal when its process stops: what is not begun is left to another worker, and soon. */
export class WorkerStops extends Error {
  override readonly name = "WorkerStops";
  constructor() {
    super("The worker stops; what was under way is aborted");
  }
}

/** The signal aborts with a `TimeoutError` when the job's time is over, and with `WorkerStops` when the process stops. */
export type JobHandler = (items: readonly unknown[], signal: AbortSignal) => Promise<void>;

export interface JobWorkOptions {
  readonly concurrency: number;
  /** After this many seconds the handler's signal aborts with a `TimeoutError`. */
  readonly timeoutSeconds: number;
}

export interface JobQueue {
  /** Adds all or throws, within some 2 s where the queue does not answer. Throwing is the relay's sign to back off; nothing is lost, the outbox still has the rows. */
  add(jobs: readonly Job[]): Promise<void>;
  /** Starts to work on jobs of this name in this process. Once a name. */
  work(name: string, options: JobWorkOptions, handler: JobHandler): Promise<void>;
  /** Makes one job of this name come every `everyMs`, whichever and however many processes run. */
  repeat(name: string, everyMs: number): Promise<void>;
  /** How many jobs wait, run and have failed, by name. For metrics. */
  counts(): Promise<
    Readonly<Record<string, { readonly waiting: number; readonly active: number; readonly failed: number }>>
  >;
  /** Throws when the queue does not answer within some 2 s. Cheap: to be asked before something waits for the queue. */
  reach(): Promise<void>;
  /** Throws when the queue is away or must not be used (a Redis that evicts keys). For readiness and doctor. */
  check(): Promise<void>;
  /** Stops taking jobs, tells those under way and waits for them, disconnects. */
  close(): Promise<void>;
}
