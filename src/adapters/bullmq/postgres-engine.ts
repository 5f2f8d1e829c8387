import { createPostgresBackend, Queue, type PgPool } from "bullmq";
import { Pool } from "pg";
import { assertMigrated } from "./migrate-queue.ts";
import { PacedWorker } from "./paced-worker.ts";
import { EVENTS_KEPT, WORKER_TIMING, type QueueEngine } from "./queue-engine.ts";

/** Connections for adding and finishing jobs, beside the one on which each worker listens. */
const SHARED_CONNECTIONS = 4;

/**
 * BullMQ on PostgreSQL, in the schema `bullmq` of the database. One pool for the process.
 *
 * @param options.onError told of connections that break while nobody uses them
 */
export function createPostgresEngine({
  databaseUrl,
  onError,
}: {
  databaseUrl: string;
  onError: (error: Error) => void;
}): QueueEngine {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: SHARED_CONNECTIONS,
    application_name: "beckon-queue",
    // BullMQ's functions are named without their schema.
    options: "-c search_path=bullmq",
    connectionTimeoutMillis: 3_000,
    // A half-open connection must not hold a relay for ever; none of these statements takes long.
    query_timeout: 10_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  // Every queue and worker listens for its errors.
  pool.setMaxListeners(0);
  pool.on("error", onError);
  // A pg Pool is what BullMQ asks for; only the two packages' words for a query's values differ (`any[]`, `readonly unknown[]`).
  const connection = pool as unknown as PgPool;
  let ended: Promise<void> | undefined;
  return {
    name: "PostgreSQL",
    async reach() {
      await pool.query("select 1");
    },
    check: () => assertMigrated(pool),
    createQueue(name, onQueueError) {
      const queue = new Queue(name, { connection, streams: EVENTS_KEPT }, createPostgresBackend);
      queue.on("error", onQueueError);
      return queue;
    },
    createWorker({ name, concurrency, process, onError: onWorkerError, onAnswer }) {
      const worker = new PacedWorker(
        name,
        (job) => process(job.data),
        { connection, concurrency, autorun: false, ...WORKER_TIMING },
        createPostgresBackend,
      );
      worker.on("error", onWorkerError);
      worker.onAnswer = onAnswer;
      // It keeps one connection to listen on.
      pool.options.max += 1;
      worker.once("closed", () => {
        pool.options.max -= 1;
      });
      return worker;
    },
    disconnect: () => (ended ??= pool.end()),
  };
}
