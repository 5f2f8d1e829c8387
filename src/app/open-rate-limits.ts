import { connectRedis } from "#adapters/bullmq/connect-redis.ts";
import { parseRedisUrl } from "#adapters/bullmq/parse-redis-url.ts";
import { createRateLimits, type RateLimits } from "#http/rate-limits.ts";
import type { Settings } from "./config.ts";
import type { ShutdownStep } from "./shutdown.ts";

/** A request waits no longer than this for its count: 1 ms is usual, and a request is worth more than its count. */
const COUNT_MS = 250;
/** A Redis that is silent for so long is taken for gone; from then on nobody waits, until it answers again. */
const SILENCE_MS = 1_000;

/**
 * Limits as the settings say, counted by all processes together where there is a Redis. On a connection of its own: one that adds
 * jobs is more patient. Nothing waits for Redis here.
 */
export function openRateLimits(settings: Settings): { readonly limits: RateLimits; readonly steps: ShutdownStep[] } {
  const perMinute = {
    address: settings.RATE_LIMIT_ADDRESS,
    agent: settings.RATE_LIMIT_AGENT,
    device: settings.RATE_LIMIT_DEVICE,
    key: settings.RATE_LIMIT_KEY,
  };
  const { REDIS_URL: url, QUEUE_PREFIX: prefix } = settings;
  if (url === undefined) return { limits: createRateLimits(perMinute), steps: [] };
  const redis = connectRedis(parseRedisUrl(url), {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COUNT_MS,
    socketTimeout: SILENCE_MS,
    connectionName: `${prefix}-limits`,
  });
  // The queue, on the same Redis, tells of the outage; here it only makes counting local.
  redis.on("error", () => undefined);
  return {
    limits: createRateLimits(perMinute, { redis, prefix }),
    steps: [{ name: "rate limits", stop: async () => redis.disconnect() }],
  };
}
