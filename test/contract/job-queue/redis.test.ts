import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { describe, expect, test, vi } from "vitest";
import { createJobQueue } from "#adapters/bullmq/create-job-queue.ts";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import { startRedis } from "#app/embedded/start-redis.ts";
import { testServers, uniqueName } from "#test/support/servers.ts";
import { describeJobQueue } from "./job-queue.contract.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const { redisUrl } = testServers();

// The run has said loudly that there is no redis-server, and BECKON_REQUIRE=redis makes that an error.
describe.runIf(redisUrl !== null)("with redis-server", () => {
  const url = redisUrl ?? "";

  describeJobQueue("Redis", async () => {
    const prefix = uniqueName("beckon");
    return { engine: { kind: "redis", url }, prefix, dump: () => dumpKeys(url, `{${prefix}-*`) };
  });

  test("every key of a queue carries the queue's own hash tag, so that a cluster keeps them together", async () => {
    const prefix = uniqueName("beckon");
    const queue = createJobQueue({ engine: { kind: "redis", url }, prefix, log: silent });
    const redis = new Redis(url);
    try {
      await queue.add([{ name: "push", items: [1] }]);
      const keys = await redis.keys(`*${prefix}*`);
      expect(keys.length).toBeGreaterThan(0);
      for (const key of keys) expect(key).toMatch(new RegExp(`^\\{${prefix}-push\\}:push:`));
    } finally {
      await queue.close();
      redis.disconnect();
    }
  });

  test("a Redis that may evict keys is refused with the command that mends it", async () => {
    const program = findOnPath("redis-server", process.env["PATH"]) ?? "";
    const dataDir = await mkdtemp(join(tmpdir(), "beckon-evict-"));
    const server = await startRedis({ program, dataDir });
    const redis = new Redis(server.url);
    const queue = createJobQueue({ engine: { kind: "redis", url: server.url }, prefix: "beckon", log: silent });
    try {
      await once(redis, "ready");
      await queue.check();
      await redis.config("SET", "maxmemory-policy", "allkeys-lru");
      await expect(queue.check()).rejects.toThrow("redis-cli CONFIG SET maxmemory-policy noeviction");
    } finally {
      await queue.close();
      redis.disconnect();
      await server.stop();
      await rm(dataDir, { recursive: true });
    }
  });

  test("after FLUSHALL new jobs are worked on and repeated jobs come again", async () => {
    const program = findOnPath("redis-server", process.env["PATH"]) ?? "";
    const dataDir = await mkdtemp(join(tmpdir(), "beckon-flush-"));
    const server = await startRedis({ program, dataDir });
    const redis = new Redis(server.url);
    const queue = createJobQueue({ engine: { kind: "redis", url: server.url }, prefix: "beckon", log: silent });
    const seen: unknown[] = [];
    try {
      await queue.work("push", { concurrency: 1, timeoutSeconds: 5 }, async ([item]) => void seen.push(item));
      await queue.work("sweep", { concurrency: 1, timeoutSeconds: 5 }, async () => void seen.push("sweep"));
      await queue.repeat("sweep", 300);
      await vi.waitFor(() => expect(seen).toContain("sweep"), { timeout: 10_000 });
      await redis.flushall();
      seen.length = 0;
      await queue.add([{ name: "push", items: ["after"] }]);
      await vi.waitFor(() => expect(seen).toEqual(expect.arrayContaining(["after", "sweep"])), { timeout: 10_000 });
    } finally {
      await queue.close();
      redis.disconnect();
      await server.stop();
      await rm(dataDir, { recursive: true });
    }
  });
});

async function dumpKeys(url: string, pattern: string): Promise<string> {
  const redis = new Redis(url);
  const read: Readonly<Record<string, (key: string) => Promise<unknown>>> = {
    hash: (key) => redis.hgetall(key),
    list: (key) => redis.lrange(key, 0, -1),
    set: (key) => redis.smembers(key),
    stream: (key) => redis.xrange(key, "-", "+"),
    string: (key) => redis.get(key),
    zset: (key) => redis.zrange(key, "0", "-1"),
  };
  const values: unknown[] = [];
  for (const key of await redis.keys(pattern)) values.push(await read[await redis.type(key)]?.(key));
  redis.disconnect();
  // Their data is JSON within JSON.
  return JSON.stringify(values).replaceAll("\\", "");
}
