import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { serveOperations, type OperationRoutes } from "#app/serve-operations.ts";
import { createApp } from "#http/create-app.ts";
import { createHttpKit } from "#http/http-kit.ts";
import { createRateLimits } from "#http/rate-limits.ts";

/** What operators probe, over HTTP, before parts that count how often they are asked. */
async function serve() {
  const asked = { metrics: 0, database: 0 };
  let isAway = false;
  const parts = {
    store: {
      check: async () => {
        asked.database += 1;
        if (isAway) throw new Error("connect ECONNREFUSED");
      },
    },
    dueWork: {
      metrics: async () => {
        asked.metrics += 1;
        return {
          oldestOverdueRequestSeconds: 0,
          outboxAgeSeconds: 0,
          outboxRows: asked.metrics,
          requestsByState: {},
          pushesByOutcome: {},
          verifyFailures: {},
        };
      },
    },
    queue: { check: async () => undefined, counts: async () => ({}) },
    clock: { now: () => Date.now() },
    checks: {},
  } satisfies { [Name in keyof OperationRoutes]: Partial<OperationRoutes[Name]> };
  const limits = createRateLimits({ address: 1_000, agent: 1_000, device: 1_000, key: 1_000 });
  const kit = createHttpKit({ limits, authenticate: async () => ({ kind: "public" }) });
  serveOperations(kit, parts as unknown as OperationRoutes);
  const app = createApp({
    routers: [kit.router],
    limits,
    corsOrigins: [],
    trustProxy: 0,
    onAnswered: () => undefined,
    onError: () => undefined,
  });
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { asked, get: (path: string) => fetch(url + path), goAway: () => (isAway = true) };
}

test("however many ask for metrics, the database is asked once in five seconds", async () => {
  const { asked, get } = await serve();
  const answers = await Promise.all(Array.from({ length: 20 }, () => get("/metrics")));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await (await get("/metrics")).text()).toContain("beckon_outbox_rows 1\n");
  expect(asked.metrics).toBe(1);
});

test("however many probe readiness, the database is asked once a second, and found away within it", async () => {
  const { asked, get, goAway } = await serve();
  const answers = await Promise.all(Array.from({ length: 20 }, () => get("/readyz")));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(asked.database).toBe(1);
  goAway();
  await vi.waitFor(async () => expect((await get("/readyz")).status).toBe(503), 5_000);
  expect(asked.database).toBe(2);
});
