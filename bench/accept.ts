/**
 * Durable accepts a second: the whole `POST /v1/tickets/{id}/log-requests` (token, rate limit, validation, Idempotency-Key, request,
 * timeline, audit and outbox rows, 202 after the commit; the relay and the queue at work) ÷ bare Express 5 with one pg INSERT.
 * Both are up at once on one PostgreSQL, with pools of 10 and 64 connections; slices of a second in random order; the median of
 * the ratios of each round counts. CPU is that of the server and of PostgreSQL, until the outbox is empty again.
 */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { startAzurite } from "#app/embedded/start-azurite.ts";
import { startPostgres } from "#app/embedded/start-postgres.ts";
import { startEmulator } from "#emulator/start-emulator.ts";
import { HttpLoad, type Slice, type Target } from "./support/http-load.ts";
import { cpuSeconds } from "./support/process-usage.ts";
import { startChild } from "./support/start-child.ts";
import { median, quantile, spread } from "./support/statistics.ts";

const CONNECTIONS = 64;
const ROUNDS = 11;
const SLICE_MS = 1_000;
const WARM_UP_MS = 6_000;

interface Measured {
  readonly slice: Slice;
  /** CPU microseconds an answer, of the Node process. */
  readonly nodeMicros: number;
  /** And of PostgreSQL with all its backends. */
  readonly postgresMicros: number;
}

/** @param log told how far it is */
export async function benchAccept(log: (line: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "beckon-bench-"));
  const postgres = await startPostgres({ dataDir: join(folder, "postgres") });
  const azurite = await startAzurite({ dataDir: join(folder, "azurite") });
  const emulator = await startEmulator({ hubs: ["beckon"] });
  const env = {
    NODE_ENV: "development",
    LOG_LEVEL: "warn",
    DATABASE_URL: postgres.url,
    BLOB_ENDPOINT: azurite.url,
    BLOB_ACCOUNT_KEY: azurite.accountKey,
    HUB_CONNECTION_STRING: emulator.connectionString,
    DEV_ISSUER: "true",
    DEPLOYMENT_KEY: randomUUID() + randomUUID(),
    RATE_LIMIT_ADDRESS: "10000000",
    RATE_LIMIT_AGENT: "10000000",
  };
  await (await startChild(["src/app/main.ts", "migrate"], env)).stop();
  const api = await startChild(["src/app/main.ts", "api"], env);
  const bare = await startChild(["bench/bare-insert-server.ts"], { DATABASE_URL: postgres.url });
  const database = new pg.Client({ connectionString: postgres.url });
  await database.connect();
  try {
    const { token, ticketId } = await openTicket(api.firstLine);
    const body = JSON.stringify({
      userId: "ann",
      reason: "We want to see why the call failed.",
      collectors: ["acs-calling"],
      maxBytes: 50_000_000,
    });
    const target = (url: string, headers: () => string): Target => ({
      port: Number(new URL(url).port),
      expectedStatus: 202,
      nextRequest: () =>
        `POST /v1/tickets/${ticketId}/log-requests HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${headers()}\r\n${body}`,
    });
    const beckonLoad = await HttpLoad.open(
      target(api.firstLine, () => `Authorization: Bearer ${token}\r\nIdempotency-Key: ${randomUUID()}\r\n`),
      CONNECTIONS,
    );
    const bareLoad = await HttpLoad.open(
      target(bare.firstLine, () => ""),
      CONNECTIONS,
    );
    const measure = async (load: HttpLoad, pid: number, settle = () => Promise.resolve()): Promise<Measured> => {
      const before = [cpuSeconds([pid]), cpuSeconds([postgres.pid])] as const;
      const slice = await load.run(SLICE_MS);
      // What an answer leaves to be done is its cost as well, and must not be the other's burden.
      await settle();
      const micros = (from: number, to: number) => ((to - from) * 1e6) / slice.answers;
      return {
        slice,
        nodeMicros: micros(before[0], cpuSeconds([pid])),
        postgresMicros: micros(before[1], cpuSeconds([postgres.pid])),
      };
    };
    const relayed = async () => {
      while ((await database.query("select from outbox limit 1")).rowCount !== 0) await delay(10);
    };
    log(`warming up both for ${WARM_UP_MS / 1000} s each`);
    await beckonLoad.run(WARM_UP_MS);
    await bareLoad.run(WARM_UP_MS);
    const rounds: { beckon: Measured; bare: Measured }[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const beckonFirst = Math.random() < 0.5;
      const measureBeckon = () => measure(beckonLoad, api.pid, relayed);
      const measureBare = () => measure(bareLoad, bare.pid);
      const first = beckonFirst ? await measureBeckon() : await measureBare();
      const second = beckonFirst ? await measureBare() : await measureBeckon();
      rounds.push(beckonFirst ? { beckon: first, bare: second } : { beckon: second, bare: first });
      log(`round ${round} of ${ROUNDS}`);
    }
    report(rounds, log);
    beckonLoad.close();
    bareLoad.close();
  } finally {
    await Promise.all([api.stop(), bare.stop(), database.end()]);
    await Promise.all([emulator.close(), azurite.stop()]);
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function report(rounds: readonly { beckon: Measured; bare: Measured }[], log: (line: string) => void): void {
  const rate = ({ slice }: Measured) => slice.answers / slice.seconds;
  const late = ({ slice }: Measured) => quantile(slice.latencies, 0.99);
  const beckon = rounds.map((round) => round.beckon);
  const bare = rounds.map((round) => round.bare);
  const line = (what: string, of: (measured: Measured) => number, digits = 0) => {
    const ratios = rounds.map((round) => of(round.beckon) / of(round.bare));
    const middle = (measured: readonly Measured[]) => median(measured.map(of)).toFixed(digits).padStart(6);
    log(`${what.padEnd(20)} Beckon ${middle(beckon)}   bare ${middle(bare)}   ratio ${spread(ratios)}`);
  };
  log("");
  line("accepts a second", rate);
  line("CPU a request, µs", (one) => one.nodeMicros + one.postgresMicros);
  line("  of it Node", (one) => one.nodeMicros);
  line("  of it PostgreSQL", (one) => one.postgresMicros);
  line("p99, ms", late, 1);
}

async function openTicket(url: string): Promise<{ token: string; ticketId: string }> {
  const form = new URLSearchParams({ grant_type: "password", username: "alex", audience: "beckon-agents" });
  const answer = (await (await fetch(`${url}/dev-issuer/token`, { method: "POST", body: form })).json()) as {
    access_token: string;
  };
  const token = answer.access_token;
  const response = await fetch(`${url}/v1/tickets`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ subject: "A call failed", userId: "ann" }),
  });
  const ticket = (await response.json()) as { id: string };
  return { token, ticketId: ticket.id };
}
