import { Redis } from "ioredis";
import { Client } from "pg";
import { createJobQueue, type JobQueueEngine } from "#adapters/bullmq/create-job-queue.ts";
import { migrateQueue } from "#adapters/bullmq/migrate-queue.ts";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import { createStore, type PostgresStore } from "#adapters/postgres/create-store.ts";
import type { LogRequest } from "#domain/log-request.ts";
import { setsSomethingGoing } from "#flow/pipeline.ts";
import type { JobQueue } from "#ports/job-queue.ts";
import { createTestDatabase, testServers, uniqueName } from "#test/support/servers.ts";
import { startTcpProxy } from "#test/support/tcp-proxy.ts";

const HOUR_MS = 3_600_000;

export type QueueWorld = Awaited<ReturnType<typeof openQueueWorld>>;

/** Which queue this run of the integration tests is on. */
export function testQueue(): "postgres" | "redis" {
  return process.env["BECKON_TEST_QUEUE"] === "redis" ? "redis" : "postgres";
}

/**
 * A database and a queue of their own, and as many processes' worth of stores and queues on them as a test opens. Everything
 * that was opened closes with the world.
 */
export async function openQueueWorld() {
  const database = await createTestDatabase();
  if (testQueue() === "postgres") await migrateQueue({ databaseUrl: database.url });
  const prefix = uniqueName("beckon");
  const { redisUrl } = testServers();
  const engine: JobQueueEngine =
    testQueue() === "redis" ? { kind: "redis", url: redisUrl ?? "" } : { kind: "postgres", databaseUrl: database.url };
  const undo: (() => Promise<unknown>)[] = [];
  const lines: string[] = [];
  const note = (_fields: object, message: string) => void lines.push(message);
  const log = { info: note, warn: note, error: note };

  const openStore = async (): Promise<PostgresStore> => {
    const opened = await createStore({ databaseUrl: database.url, needsRelay: setsSomethingGoing, ids: uuidV7 });
    undo.push(() => opened.close());
    return opened;
  };
  const openQueue = (where: JobQueueEngine = engine): JobQueue => {
    const queue = createJobQueue({ engine: where, prefix, log });
    undo.push(() => queue.close());
    return queue;
  };
  const main = await openStore();

  return {
    ...main,
    engine,
    prefix,
    databaseUrl: database.url,
    log,
    lines,
    openStore,
    openQueue,
    /** Stops with the world, before what it uses. */
    stopLater: (stop: () => Promise<unknown>) => void undo.push(stop),

    /** A queue behind a wire that can be cut. */
    async openBreakableQueue() {
      const url = new URL(engine.kind === "redis" ? engine.url : engine.databaseUrl);
      const wire = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
      undo.push(wire.cut);
      url.port = String(wire.port);
      return {
        wire,
        queue: openQueue(
          engine.kind === "redis" ? { kind: "redis", url: url.href } : { kind: "postgres", databaseUrl: url.href },
        ),
      };
    },

    /** A user who may be asked, on a ticket of theirs. */
    async user() {
      const userId = uniqueName("user");
      const now = main.clock.now();
      await main.store.users.ensure(userId, now);
      const ticket = await main.store.tickets.create({
        id: uuidV7.next(),
        subject: "A call dropped",
        description: "",
        userId,
        participants: [],
        callIds: [],
        state: "open",
        createdAt: now,
        updatedAt: now,
      });
      return { userId, ticketId: ticket.id };
    },

    async ask(
      { userId, ticketId }: { userId: string; ticketId: string },
      { answerBy = main.clock.now() + 24 * HOUR_MS }: { answerBy?: number } = {},
    ): Promise<LogRequest> {
      const outcome = await main.acceptor.accept({
        id: uuidV7.next(),
        ticketId,
        userId,
        agentId: "agent-1",
        reason: "To see why",
        collectors: ["app"],
        maxBytes: 1_000_000,
        maxFiles: 50,
        answerBy,
        roundId: uuidV7.next(),
        now: main.clock.now(),
      });
      if (outcome.kind !== "accepted") throw new Error(`The request was answered ${outcome.kind}`);
      return outcome.request;
    },

    /** As FLUSHALL, or a restored backup of the database's other tables: every job is gone. */
    async loseQueue(): Promise<void> {
      if (engine.kind === "postgres") {
        const client = new Client({ connectionString: engine.databaseUrl });
        await client.connect();
        const { rows } = await client.query<{ tables: string }>(
          "select string_agg(format('bullmq.%I', tablename), ', ') as tables from pg_tables where schemaname = 'bullmq' and tablename <> 'migration'",
        );
        await client.query(`truncate ${rows[0]?.tables ?? ""}`);
        await client.end();
        return;
      }
      const redis = new Redis(engine.url);
      // Not FLUSHALL itself: other test files are on this server.
      const keys = await redis.keys(`{${prefix}-*`);
      if (keys.length > 0) await redis.del(keys);
      redis.disconnect();
    },

    /** What the outbox still has to move. */
    async outboxRows(): Promise<number> {
      return (await main.dueWork.metrics(main.clock.now())).outboxRows;
    },

    async close(): Promise<void> {
      // The database goes with its server: pg ends its connections a moment after `end()` says that it has.
      for (const step of undo.toReversed()) await step();
    },
  };
}
