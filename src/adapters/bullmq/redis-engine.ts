import { once } from "node:events";
import { Queue } from "bullmq";
import { Cluster, type Redis } from "ioredis";
import { connectRedis } from "./connect-redis.ts";
import { PacedWorker } from "./paced-worker.ts";
import { parseRedisUrl } from "./parse-redis-url.ts";
import { EVENTS_KEPT, WORKER_TIMING, type JobData, type QueueEngine } from "./queue-engine.ts";

/** How long an add waits for a connection that is being made. */
const CONNECT_MS = 2_000;

/**
 * BullMQ on Redis through ioredis. Two connections for the process, one to add with and one for all workers, and one more
 * for each worker to block on.
 *
 * @param options.url as `parseRedisUrl` reads it
 * @param options.prefix begins every key; each queue has a hash tag of its own, so that a cluster keeps its keys in one slot
 * @param options.onError told of every connection's trouble
 */
export function createRedisEngine({
  url,
  prefix,
  onError,
}: {
  url: string;
  prefix: string;
  onError: (error: Error) => void;
}): QueueEngine {
  const address = parseRedisUrl(url);
  const prefixOf = (name: string) => `{${prefix}-${name}}`;
  // Fails instead of waiting: the relay keeps what it could not add, and backs off.
  const adding = connectRedis(address, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 5_000,
    socketTimeout: 5_000,
    connectionName: `${prefix}-add`,
  });
  adding.on("error", onError);
  let working: Redis | Cluster | undefined;
  const workers = new Set<PacedWorker>();
  return {
    name: "Redis",
    async reach() {
      await whenReady(adding);
      // A connection may be open to a server that hangs.
      await adding.ping();
    },
    async check() {
      await whenReady(adding);
      for (const node of adding instanceof Cluster ? adding.nodes("master") : [adding]) await assertKeepsKeys(node);
    },
    createQueue(name, onQueueError) {
      const queue = new Queue<JobData, void, string>(name, {
        connection: adding,
        prefix: prefixOf(name),
        streams: EVENTS_KEPT,
      });
      queue.on("error", onQueueError);
      return queue;
    },
    createWorker({ name, concurrency, process, onError: onWorkerError, onAnswer }) {
      if (working === undefined) {
        // Waits for ever, as BullMQ asks of workers. A socket that is silent for longer than any blocking command is dead.
        working = connectRedis(address, {
          maxRetriesPerRequest: null,
          socketTimeout: 15_000,
          connectionName: `${prefix}-work`,
        });
        working.setMaxListeners(0);
        working.on("error", onError);
      }
      const worker = new PacedWorker(name, (job) => process(job.data), {
        connection: working,
        prefix: prefixOf(name),
        concurrency,
        autorun: false,
        ...WORKER_TIMING,
      });
      worker.on("error", onWorkerError);
      worker.onAnswer = onAnswer;
      workers.add(worker);
      worker.once("closed", () => workers.delete(worker));
      return worker;
    },
    async disconnect() {
      adding.disconnect();
      working?.disconnect();
      // A worker that could not say goodbye still tries to reconnect, and would keep the process alive.
      for (const worker of workers) {
        void worker.getBackend().blockingClient?.then(
          (client) => client.disconnect(),
          () => undefined,
        );
      }
    },
  };
}

async function whenReady(client: Redis | Cluster): Promise<void> {
  if (client.status === "ready") return;
  // Aborting takes the listeners back; a rejection by the client's next 'error' is as good an answer.
  await once(client, "ready", { signal: AbortSignal.timeout(CONNECT_MS) }).catch((cause: unknown) => {
    throw new Error(`Redis does not answer (its connection is '${client.status}')`, { cause });
  });
}

/** A Redis that evicts keys loses jobs without a word. */
async function assertKeepsKeys(node: Redis): Promise<void> {
  // INFO, for managed services refuse CONFIG GET.
  const policy = /^maxmemory_policy:(.+?)\r?$/m.exec(await node.info("memory"))?.[1];
  if (policy === undefined || policy === "noeviction") return;
  throw new Error(
    `Redis may evict keys, and an evicted key is a lost job: its maxmemory-policy is '${policy}'. ` +
      "Mend it: redis-cli CONFIG SET maxmemory-policy noeviction (and in redis.conf), or set 'No eviction' on Azure Managed Redis",
  );
}
