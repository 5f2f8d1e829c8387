import { once } from "node:events";
import { Agent, request as requestHttp } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { tmpdir } from "node:os";
import { Client } from "pg";
import { afterEach, expect, test, vi } from "vitest";
import { migrateQueue } from "#adapters/bullmq/migrate-queue.ts";
import { testQueue } from "#test/support/queue-world.ts";
import { runProcess, type RunningProcess } from "#test/support/run-process.ts";
import { createTestDatabase, testServers, uniqueName } from "#test/support/servers.ts";

const MAIN = join(import.meta.dirname, "../../src/app/main.ts");

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

async function settings(): Promise<Record<string, string> & { DATABASE_URL: string }> {
  const database = await createTestDatabase();
  undo.push(() => database.drop());
  const { azurite, redisUrl } = testServers();
  if (testQueue() === "postgres") await migrateQueue({ databaseUrl: database.url });
  return {
    NODE_ENV: "test",
    DATABASE_URL: database.url,
    QUEUE_PREFIX: uniqueName("beckon"),
    ...(testQueue() === "redis" && redisUrl !== null ? { REDIS_URL: redisUrl } : {}),
    BLOB_ENDPOINT: azurite.url,
    BLOB_ACCOUNT_KEY: azurite.accountKey,
    // Nobody listens there: what is said here holds without a hub as well.
    HUB_CONNECTION_STRING:
      "Endpoint=http://127.0.0.1:9/;SharedAccessKeyName=n;SharedAccessKey=aw==;UseDevelopmentEmulator=true",
    DEPLOYMENT_KEY: "for-tests-only-for-tests-only-for-tests",
    DEV_ISSUER: "true",
    RATE_LIMIT_ADDRESS: "1000000",
    RATE_LIMIT_AGENT: "1000000",
  };
}

function start(command: "api" | "worker", env: Readonly<Record<string, string>>): RunningProcess {
  const started = runProcess({ args: [MAIN, command], env, cwd: tmpdir() });
  undo.push(() => started.kill());
  return started;
}

async function agentOf(url: string): Promise<string> {
  const response = await fetch(`${url}/dev-issuer/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "password", username: "alex", audience: "beckon-agents" }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

/** What became of one request: its status, or why there was none. */
type Outcome = { status: number; connection?: string | undefined } | { code: string | undefined };

/** Sends its body when it is told to; what comes before is enough for the server to have taken the request. */
function openTicket({
  url,
  token,
  agent,
  subject,
  whenTaken,
}: {
  url: string;
  token: string;
  agent: Agent;
  subject: string;
  whenTaken?: { taken: () => void; goOn: Promise<unknown> };
}): Promise<Outcome> {
  return new Promise((resolve) => {
    const failed = ({ code }: NodeJS.ErrnoException) => resolve({ code });
    const request = requestHttp(`${url}/v1/tickets`, {
      method: "POST",
      agent,
      headers: {
        Authorization: `Bearer ${token}`,
        "Content-Type": "application/json",
        ...(whenTaken && { Expect: "100-continue" }),
      },
    });
    request.once("response", (response) => {
      response.resume();
      response.once("error", failed);
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, connection: response.headers.connection }),
      );
    });
    request.once("error", failed);
    const body = JSON.stringify({ subject });
    if (whenTaken === undefined) {
      request.end(body);
      return;
    }
    request.once("continue", () => {
      whenTaken.taken();
      void whenTaken.goOn.then(() => request.end(body));
    });
    request.flushHeaders();
  });
}

async function ticketsIn(databaseUrl: string): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>("select count(*)::int as count from ticket");
    return rows[0]?.count ?? -1;
  } finally {
    await client.end();
  }
}

/** Whether the API still takes connections. */
async function isRefused(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}

test("an API that is asked to stop answers what it has taken, takes nothing new, and ends with 0", async () => {
  const env = await settings();
  const api = start("api", env);
  const url = await api.line(/^http/);
  const port = Number(new URL(url).port);
  const token = await agentOf(url);
  const agent = new Agent({ keepAlive: true });
  undo.push(async () => agent.destroy());

  // Of every kind: one that is idle between two requests, one that never asks, one that is still asking, one
  // that follows the feed, and some whose requests are under way. They are made in this order, and taken in it.
  const idle = connect(port, "127.0.0.1");
  idle.write("GET /livez HTTP/1.1\r\nHost: beckon\r\n\r\n");
  expect(String(await once(idle, "data"))).toMatch(/^HTTP\/1.1 200 /);
  const silent = connect(port, "127.0.0.1");
  await once(silent, "connect");
  const late = connect(port, "127.0.0.1");
  await once(late, "connect");
  late.write("GET /livez HTTP/1.1\r\n");
  const feed = await fetch(`${url}/v1/feed`, { headers: { Authorization: `Bearer ${token}` } });
  expect(feed.status).toBe(200);
  const goOn = Promise.withResolvers<void>();
  const taken = Array.from({ length: 10 }, () => Promise.withResolvers<void>());
  const underWay = taken.map(({ resolve }, index) =>
    openTicket({ url, token, agent, subject: `Number ${index}`, whenTaken: { taken: resolve, goOn: goOn.promise } }),
  );
  await Promise.all(taken.map(({ promise }) => promise));

  const idleClosed = once(idle, "close");
  const silentClosed = once(silent, "close");
  const stopped = api.stop();
  await vi.waitFor(async () => expect(await isRefused(port)).toBe(true), { timeout: 10_000 });
  // It began before, and ends only now.
  late.write("Host: beckon\r\n\r\n");
  const lateAnswer = String(await once(late, "data"));
  expect(lateAnswer).toMatch(/^HTTP\/1.1 200 /);
  expect(lateAnswer).toMatch(/^connection: close\r$/im);
  await feed.text();
  await Promise.all([idleClosed, silentClosed]);
  expect(api.end()).toBeUndefined();

  goOn.resolve();
  expect(await Promise.all(underWay)).toEqual(underWay.map(() => ({ status: 201, connection: "close" })));
  expect(await stopped, api.words()).toEqual({ code: 0, signal: null });
  expect(await ticketsIn(env.DATABASE_URL)).toBe(underWay.length);
});

test("an API that is asked to stop under load has answered all that it did", async () => {
  const env = await settings();
  const api = start("api", env);
  const url = await api.line(/^http/);
  const token = await agentOf(url);
  const agent = new Agent({ keepAlive: false });
  const outcomes: Outcome[] = [];
  let isOver = false;
  const client = async (name: string) => {
    for (let count = 0; !isOver; count += 1) {
      const outcome = await openTicket({ url, token, agent, subject: `${name}, ${count}` });
      outcomes.push(outcome);
      if ("code" in outcome) isOver = true;
    }
  };
  const clients = Array.from({ length: 20 }, (_, index) => client(`Client ${index}`));
  await vi.waitFor(() => expect(outcomes.length).toBeGreaterThan(100), { timeout: 20_000 });
  const end = await api.stop();
  await Promise.all(clients);

  expect(end, api.words()).toEqual({ code: 0, signal: null });
  const statuses = outcomes.flatMap((outcome) => ("status" in outcome ? [outcome.status] : []));
  const codes = outcomes.flatMap((outcome) => ("code" in outcome ? [outcome.code] : []));
  expect(new Set(statuses)).toEqual(new Set([201]));
  // Refused, or cut off while the kernel still held the connection for a server that had not seen it.
  expect(codes.filter((code) => code !== "ECONNREFUSED" && code !== "ECONNRESET")).toEqual([]);
  expect(await ticketsIn(env.DATABASE_URL)).toBe(statuses.length);
});

test("a worker that is asked to stop ends with 0", async () => {
  const worker = start("worker", await settings());
  await worker.line(/./);
  expect(await worker.stop(), worker.words()).toEqual({ code: 0, signal: null });
});
