/**
 * The job queue on BullMQ 6, on PostgreSQL or on Redis, one BullMQ queue for each job name.
 *
 * Queues and workers are opened only once their engine has answered, and one that could not be made ready is thrown away and
 * made anew: BullMQ remembers a first connection that failed and never tries again, and a worker in that state spins.
 */
import { setTimeout as delay } from "node:timers/promises";
import { WorkerStops, type JobHandler, type JobQueue, type JobWorkOptions } from "#ports/job-queue.ts";
import type { Log } from "#ports/log.ts";
import { createOutage } from "./outage.ts";
import { createPostgresEngine } from "./postgres-engine.ts";
import type { JobData, JobOptions, QueueEngine, QueueHandle, WorkerHandle } from "./queue-engine.ts";
import { createRedisEngine } from "./redis-engine.ts";
import { within } from "./within.ts";

/** Where the jobs are. `url` takes the forms of `REDIS_URL`. */
export type JobQueueEngine =
  | { readonly kind: "postgres"; readonly databaseUrl: string }
  | { readonly kind: "redis"; readonly url: string };

/** An engine that has not answered after this long is away. */
const ANSWER_MS = 8_000;

/** The same for whoever adds: the relay's transaction is open meanwhile, and no reader of the feed sees past it. */
const ADD_MS = 2_000;

/** How often a worker that could not be opened is tried again. */
const REOPEN_MS = 1_000;

/** How long a closing worker may take to say goodbye once its last handler has returned. */
const GOODBYE_MS = 3_000;

/** For infrastructure errors only: attempts that mean something are counted in PostgreSQL. 1 s and 2 s apart. */
const JOB_OPTIONS: JobOptions = {
  attempts: 3,
  backoff: { type: "exponential", delay: 1_000 },
  removeOnComplete: true,
  // For an operator to look at; nothing here reads them.
  removeOnFail: { age: 24 * 60 * 60, count: 500 },
  stackTraceLimit: 0,
};

/** A period's job keeps its id a while, so that a process that comes late to the period adds nothing. Decision 0003. */
const PERIOD_OPTIONS: JobOptions = { ...JOB_OPTIONS, attempts: 1, removeOnComplete: { count: 10 } };

/**
 * Opens the queue. Nothing waits for the engine here: it may come later.
 *
 * @param options.prefix begins every Redis key; PostgreSQL ignores it, there the database is the boundary
 * @param options.log told once when an outage begins and once when it is over, and of each failed job
 * @param options.names what `counts()` reports, beside what this process has used
 */
export function createJobQueue({
  engine: where,
  prefix,
  log,
  names = [],
}: {
  engine: JobQueueEngine;
  prefix: string;
  log: Log;
  names?: readonly string[];
}): JobQueue {
  const outage = createOutage({ log, engine: where.kind });
  const engine = openEngine(where, prefix, outage.failed);
  const queues = new Map<string, Promise<QueueHandle>>();
  const workers = new Map<string, Opening>();
  const handling = new Set<Promise<void>>();
  const stopping = new AbortController();
  let closed: Promise<void> | undefined;

  const open = (name: string): Promise<QueueHandle> => {
    const known = queues.get(name);
    if (known) return known;
    const opening = openQueue(engine, name, outage.failed);
    queues.set(name, opening);
    opening.catch(() => queues.delete(name));
    return opening;
  };

  const ask = async <T>(
    name: string,
    question: (queue: QueueHandle) => Promise<T>,
    answerMs = ANSWER_MS,
  ): Promise<T> => {
    stopping.signal.throwIfAborted();
    try {
      const answer = await within(answerMs, "the queue's answer", open(name).then(question));
      outage.worked();
      return answer;
    } catch (error) {
      outage.failed(error);
      throw error;
    }
  };

  const handle = async (name: string, data: JobData, { timeoutSeconds }: JobWorkOptions, handler: JobHandler) => {
    const timeout = new AbortController();
    const timer = setTimeout(
      () => timeout.abort(new DOMException(`Job '${name}' took more than ${timeoutSeconds} s`, "TimeoutError")),
      timeoutSeconds * 1_000,
    );
    const signal = AbortSignal.any([timeout.signal, stopping.signal]);
    const running = (async () => handler(data.items, signal))();
    const settled = running.then(
      () => undefined,
      () => undefined,
    );
    handling.add(settled);
    try {
      await running;
    } catch (error) {
      if (error instanceof WorkerStops) log.info({ job: name }, "A job is left to the next worker");
      else log.warn({ job: name, error }, "A job failed");
      // BullMQ stores the words of what it catches, and an error's own may hold a link or a name.
      throw new Error(error instanceof Error ? error.name : "not an Error");
    } finally {
      clearTimeout(timer);
      handling.delete(settled);
    }
  };

  return {
    async add(jobs) {
      const byName = Map.groupBy(jobs, (job) => job.name);
      await Promise.all(
        Array.from(byName, ([name, group]) =>
          ask(
            name,
            (queue) => queue.addBulk(group.map(({ items }) => ({ name, data: { items }, opts: JOB_OPTIONS }))),
            ADD_MS,
          ),
        ),
      );
    },

    async work(name, options, handler) {
      if (workers.has(name)) throw new Error(`This process works on '${name}' already`);
      const opening = keepWorking({
        create: () =>
          engine.createWorker({
            name,
            concurrency: options.concurrency,
            process: (data) => handle(name, data, options, handler),
            onError: outage.failed,
            onAnswer: outage.worked,
          }),
        reach: engine.reach,
        onError: outage.failed,
        stop: stopping.signal,
      });
      workers.set(name, opening);
      await opening.firstTry;
    },

    async repeat(name, everyMs) {
      const tick = async () => {
        const period = Math.floor(Date.now() / everyMs);
        // A failure has been told; the next period is the next try.
        await ask(name, async (queue) => {
          // Nobody works, or not fast enough: more of the same would not help, and would all run at once afterwards.
          if ((await queue.getWaitingCount()) > 0) return;
          await queue.add(name, { items: [{}] }, { ...PERIOD_OPTIONS, jobId: `every-${everyMs}-${period}` });
        }).catch(() => undefined);
      };
      await tick();
      void everyPeriod(everyMs, tick, stopping.signal);
    },

    async counts() {
      const counted = new Set([...names, ...queues.keys(), ...workers.keys()]);
      const rows = await Promise.all(
        Array.from(counted, async (name) => {
          const {
            waiting = 0,
            delayed = 0,
            active = 0,
            failed = 0,
          } = await ask(name, (queue) => queue.getJobCounts("waiting", "delayed", "active", "failed"));
          return [name, { waiting: waiting + delayed, active, failed }] as const;
        }),
      );
      return Object.fromEntries(rows);
    },

    async reach() {
      await within(ADD_MS, "the queue's answer", engine.reach());
    },

    async check() {
      await within(ANSWER_MS, "the queue's answer", engine.check());
    },

    close() {
      return (closed ??= (async () => {
        stopping.abort(new WorkerStops());
        const goodbyes = Array.from(workers.values(), (opening) => opening.close());
        const goodbye = Promise.all(goodbyes);
        // Handlers have been told by their signal, and may take as long as they need to leave nothing half done. A worker that cannot write down its last result would wait for its engine;
        // the job comes again instead.
        do {
          await Promise.all(handling);
          await within(GOODBYE_MS, "workers to close", goodbye).catch(outage.failed);
        } while (handling.size > 0);
        await within(GOODBYE_MS, "queues to close", closeQueues(queues)).catch(outage.failed);
        await within(GOODBYE_MS, "connections to close", engine.disconnect()).catch(outage.failed);
      })());
    },
  };
}

function openEngine(where: JobQueueEngine, prefix: string, onError: (error: Error) => void): QueueEngine {
  switch (where.kind) {
    case "postgres":
      return createPostgresEngine({ databaseUrl: where.databaseUrl, onError });
    case "redis":
      return createRedisEngine({ url: where.url, prefix, onError });
  }
}

async function openQueue(engine: QueueEngine, name: string, onError: (error: Error) => void): Promise<QueueHandle> {
  await engine.reach();
  const queue = engine.createQueue(name, onError);
  try {
    await within(ANSWER_MS, "a queue to open", queue.waitUntilReady());
    return queue;
  } catch (error) {
    void queue.close().catch(() => undefined);
    throw error;
  }
}

async function closeQueues(queues: ReadonlyMap<string, Promise<QueueHandle>>): Promise<void> {
  for (const opened of await Promise.allSettled(queues.values())) {
    if (opened.status === "fulfilled") await opened.value.close();
  }
}

interface Opening {
  /** Settled once the worker runs, or its engine was found to be away. */
  readonly firstTry: Promise<void>;
  close(): Promise<void>;
}

/** Makes a worker, and another one whenever that could not start or broke. */
function keepWorking({
  create,
  reach,
  onError,
  stop,
}: {
  create: () => WorkerHandle;
  reach: () => Promise<void>;
  onError: (error: unknown) => void;
  stop: AbortSignal;
}): Opening {
  const firstTry = Promise.withResolvers<void>();
  let current: WorkerHandle | undefined;
  const loop = async () => {
    while (!stop.aborted) {
      try {
        await within(ANSWER_MS, "the queue's answer", reach());
        if (stop.aborted) break;
        current = create();
        await within(ANSWER_MS, "a worker to open", current.waitUntilReady());
        const running = current.run();
        firstTry.resolve();
        await running;
      } catch (error) {
        onError(error);
        await current?.close(true).catch(onError);
        firstTry.resolve();
        await delay(REOPEN_MS, undefined, { signal: stop }).catch(() => undefined);
      }
    }
    firstTry.resolve();
  };
  const looping = loop();
  return {
    firstTry: firstTry.promise,
    async close() {
      await current?.close();
      await looping;
    },
  };
}

/** Calls `tick` at the beginning of each period of the clock, the same moment in every process. */
async function everyPeriod(everyMs: number, tick: () => Promise<void>, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const untilNext = everyMs - (Date.now() % everyMs);
    await delay(untilNext, undefined, { signal: stop, ref: false }).catch(() => undefined);
    if (!stop.aborted) await tick();
  }
}
