import { Redis } from "ioredis";

/** Where the demo's processes keep their queues: QUEUE_PREFIX is at its default there. */
const OUR_KEYS = "{beckon-*";

/** @throws Error when Redis holds no key of ours: the queue would have been somewhere else all the time */
export async function assertQueueOnRedis(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1 });
  try {
    await redis.connect();
    let cursor = "0";
    do {
      const [next, keys] = await redis.scan(cursor, "MATCH", OUR_KEYS, "COUNT", 1_000);
      if (keys.length > 0) return;
      cursor = next;
    } while (cursor !== "0");
  } finally {
    redis.disconnect();
  }
  throw new Error(`The queue was to be on Redis, but it holds no key that begins with ${OUR_KEYS.slice(0, -1)}.`);
}
