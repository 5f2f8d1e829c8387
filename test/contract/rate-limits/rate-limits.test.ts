import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, describe, expect, test } from "vitest";
import { readConfig } from "#app/config.ts";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import { startRedis } from "#app/embedded/start-redis.ts";
import { openRateLimits } from "#app/open-rate-limits.ts";
import { createApp } from "#http/create-app.ts";
import { testServers, uniqueName } from "#test/support/servers.ts";
import { startTcpProxy } from "#test/support/tcp-proxy.ts";
import { until } from "#test/support/until.ts";

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** The limits of one process of the API, behind a real server that knows no page: what is asked is counted, and not found. */
async function startProcess({ redisUrl, prefix, limit }: { redisUrl?: string; prefix: string; limit: number }) {
  const settings = readConfig({
    NODE_ENV: "test",
    DEV_ISSUER: "true",
    DATABASE_URL: "postgresql://nobody@127.0.0.1/none",
    BLOB_ENDPOINT: "http://127.0.0.1/none",
    HUB_CONNECTION_STRING: "Endpoint=none",
    DEPLOYMENT_KEY: "k".repeat(32),
    QUEUE_PREFIX: prefix,
    RATE_LIMIT_ADDRESS: String(limit),
    ...(redisUrl && { REDIS_URL: redisUrl }),
  });
  const { limits, steps } = openRateLimits(settings);
  for (const { stop } of steps) undo.push(stop);
  const errors: unknown[] = [];
  const app = createApp({
    routers: [],
    limits,
    corsOrigins: [],
    trustProxy: 0,
    onAnswered: () => undefined,
    onError: (error) => errors.push(error),
  });
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  undo.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    errors,
    async ask() {
      const from = performance.now();
      const response = await fetch(`http://127.0.0.1:${port}/nowhere`);
      await response.body?.cancel();
      const left = /;r=(\d+);/.exec(response.headers.get("ratelimit") ?? "")?.[1];
      return { status: response.status, left: Number(left), headers: response.headers, ms: performance.now() - from };
    },
  };
}

type Limited = Awaited<ReturnType<typeof startProcess>>;

const statuses = async (asked: Limited, times: number) => {
  const seen: number[] = [];
  for (let time = 0; time < times; time += 1) seen.push((await asked.ask()).status);
  return seen;
};

test("without Redis a process counts by itself, and says when to come again", async () => {
  const prefix = uniqueName("beckon");
  const [one, other] = await Promise.all([startProcess({ prefix, limit: 2 }), startProcess({ prefix, limit: 2 })]);
  expect(await statuses(one, 3)).toEqual([404, 404, 429]);
  expect(await statuses(other, 3)).toEqual([404, 404, 429]);
  const { headers } = await one.ask();
  expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  expect(Number(headers.get("retry-after"))).toBeLessThanOrEqual(60);
  expect(headers.get("ratelimit-policy")).toBe('"address";q=2;w=60');
});

test("a Redis that takes connections and never answers keeps nobody waiting", async () => {
  const mute = createTcpServer((socket) => socket.on("error", () => undefined)).listen(0, "127.0.0.1");
  await once(mute, "listening");
  undo.push(async () => mute.close());
  const { port } = mute.address() as AddressInfo;
  const limited = await startProcess({ redisUrl: `redis://127.0.0.1:${port}`, prefix: uniqueName("beckon"), limit: 2 });
  expect(await statuses(limited, 3)).toEqual([404, 404, 429]);
  expect(limited.errors).toEqual([]);
});

const { redisUrl } = testServers();

// The run has said loudly that there is no redis-server, and BECKON_REQUIRE=redis makes that an error.
describe.runIf(redisUrl !== null)("with redis-server", () => {
  const url = redisUrl ?? "";

  /** Until a process counts in Redis: before it is connected, it counts by itself. */
  async function untilShared(limited: Limited, prefix: string) {
    const redis = new Redis(url);
    try {
      await until(async () => {
        await limited.ask();
        return redis.exists(`${prefix}-limit-address:address:127.0.0.1`);
      }, 1);
      await redis.del(`${prefix}-limit-address:address:127.0.0.1`);
    } finally {
      redis.disconnect();
    }
  }

  test("two processes on one Redis share a count, and it ends after its minute", async () => {
    const prefix = uniqueName("beckon");
    const one = await startProcess({ redisUrl: url, prefix, limit: 100 });
    const other = await startProcess({ redisUrl: url, prefix, limit: 100 });
    await untilShared(one, prefix);
    await untilShared(other, prefix);
    expect((await one.ask()).left).toBe(99);
    expect((await other.ask()).left).toBe(98);
    await Promise.all(Array.from({ length: 98 }, (_, index) => (index % 2 === 0 ? one : other).ask()));
    expect([(await one.ask()).status, (await other.ask()).status]).toEqual([429, 429]);

    const redis = new Redis(url);
    const endsInMs = await redis.pttl(`${prefix}-limit-address:address:127.0.0.1`);
    redis.disconnect();
    expect(endsInMs).toBeGreaterThan(0);
    expect(endsInMs).toBeLessThanOrEqual(60_000);
  });

  test("deployments on one Redis do not count for each other", async () => {
    const [ours, theirs] = [uniqueName("beckon"), uniqueName("beckon")];
    const our = await startProcess({ redisUrl: url, prefix: ours, limit: 100 });
    const their = await startProcess({ redisUrl: url, prefix: theirs, limit: 100 });
    await untilShared(our, ours);
    await untilShared(their, theirs);
    await our.ask();
    expect((await their.ask()).left).toBe(99);
  });

  test("while Redis is away requests are counted in memory and none fails; afterwards they are counted together again", async () => {
    const { hostname, port } = new URL(url);
    const wire = await startTcpProxy({ host: hostname, port: Number(port) });
    undo.push(wire.cut);
    const prefix = uniqueName("beckon");
    const limited = await startProcess({ redisUrl: `redis://127.0.0.1:${wire.port}`, prefix, limit: 1_000 });
    await untilShared(limited, prefix);
    for (let time = 0; time < 10; time += 1) await limited.ask();

    await wire.cut();
    const away = await Promise.all(Array.from({ length: 50 }, () => limited.ask()));
    expect(new Set(away.map(({ status }) => status))).toEqual(new Set([404]));
    expect(Math.min(...away.map(({ left }) => left))).toBeGreaterThan(900);
    expect(limited.errors).toEqual([]);

    await wire.mend();
    // Where Redis left off: ten were counted there.
    await until(async () => (await limited.ask()).left < 990, true);
    await untilShared(limited, prefix);
  });

  test("a Redis that falls silent costs a request a quarter of a second at most, and soon nothing", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "beckon-limits-"));
    undo.push(() => rm(dataDir, { recursive: true }));
    const server = await startRedis({ program: findOnPath("redis-server", process.env["PATH"]) ?? "", dataDir });
    undo.push(server.stop);
    const prefix = uniqueName("beckon");
    const limited = await startProcess({ redisUrl: server.url, prefix, limit: 1_000 });
    const redis = new Redis(server.url);
    undo.push(async () => redis.disconnect());
    await until(async () => {
      await limited.ask();
      return (await redis.keys("*")).length;
    }, 1);
    process.kill(server.pid, "SIGSTOP");
    undo.push(async () => process.kill(server.pid, "SIGCONT"));
    const first = await limited.ask();
    expect(first.status).toBe(404);
    // Its 250 ms, and what a busy machine adds.
    expect(first.ms).toBeLessThan(2_000);
    await until(async () => (await limited.ask()).ms < 100, true);
    expect(limited.errors).toEqual([]);
  });
});
