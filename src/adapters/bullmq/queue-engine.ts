/**
 * What `createJobQueue` needs of PostgreSQL or Redis. An engine owns its connections and shares them among all queues and
 * workers of the process; BullMQ on its own would open a pool, or two sockets, for each of them.
 */

/** What a BullMQ job carries: ids, as the port's `Job.items`. */
export interface JobData {
  readonly items: readonly unknown[];
}

/** The part of a BullMQ `Queue` that is used here, whichever backend it has. */
export interface QueueHandle {
  waitUntilReady(): Promise<unknown>;
  add(name: string, data: JobData, options: JobOptions): Promise<unknown>;
  addBulk(jobs: { name: string; data: JobData; opts: JobOptions }[]): Promise<unknown>;
  getJobCounts(...states: ("waiting" | "delayed" | "active" | "failed")[]): Promise<Record<string, number>>;
  getWaitingCount(): Promise<number>;
  close(): Promise<void>;
}

export interface JobOptions {
  jobId?: string;
  attempts: number;
  backoff?: { type: "exponential"; delay: number };
  removeOnComplete: boolean | { count: number };
  removeOnFail: { age: number; count: number };
  stackTraceLimit: number;
}

/** The part of a BullMQ `Worker` that is used here. */
export interface WorkerHandle {
  waitUntilReady(): Promise<unknown>;
  /** Resolves when the worker has been closed; rejects when its loop broke. */
  run(): Promise<void>;
  close(force?: boolean): Promise<void>;
}

export interface WorkerSettings {
  readonly name: string;
  readonly concurrency: number;
  /** One job. What it throws makes BullMQ try again. */
  readonly process: (data: JobData) => Promise<void>;
  /** Every trouble of the worker with its engine. */
  readonly onError: (error: Error) => void;
  /** The engine was asked for a job and answered. */
  readonly onAnswer: () => void;
}

export interface QueueEngine {
  readonly name: "PostgreSQL" | "Redis";
  /** Throws within seconds when the engine is away. */
  readonly reach: () => Promise<void>;
  /** Throws when the engine is away or must not be used, with what to do about it. */
  check(): Promise<void>;
  createQueue(name: string, onError: (error: Error) => void): QueueHandle;
  createWorker(settings: WorkerSettings): WorkerHandle;
  /** Disconnects at once. What still waits for an answer is rejected. */
  disconnect(): Promise<void>;
}

/**
 * A killed worker's job is run by another after `lockDuration` and up to two stall checks: 6 s measured, where BullMQ's own
 * 30 s each made it 60 s (assurance, section 0.9).
 */
export const WORKER_TIMING = {
  lockDuration: 5_000,
  stalledInterval: 2_000,
  /** After a refused connection. BullMQ's own is 15 s, which an operator who restarts a database would wait for. */
  runRetryDelay: 1_000,
  /** How often an idle worker looks without having been woken. */
  drainDelay: 5,
  /** A job that was under way in this many killed processes is left to the reconciler. */
  maxStalledCount: 5,
} as const;

/** Nobody reads BullMQ's events here; kept short, for the engine writes each. */
export const EVENTS_KEPT = { events: { maxLen: 1_000 } } as const;
