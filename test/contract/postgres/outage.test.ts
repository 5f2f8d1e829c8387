import { expect, onTestFinished, test } from "vitest";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import { createStore } from "#adapters/postgres/create-store.ts";
import { migrate } from "#adapters/postgres/migrate.ts";
import { createTestDatabase } from "../../support/servers.ts";
import { freePort } from "../../support/free-port.ts";
import { openStore, type StoreUnderTest } from "../../support/postgres-store.ts";

const UNAVAILABLE = { code: "database_unavailable", status: 503, retryAfterSeconds: 5 };

test("while PostgreSQL is away everything says so, and a call of ours never hangs", async () => {
  const port = await freePort();
  const away = await createStore({
    databaseUrl: `postgres://nobody@127.0.0.1:${port}/nothing`,
    needsRelay: () => false,
    ids: uuidV7,
  });
  onTestFinished(away.close);
  const calls = [
    away.store.tickets.find(uuidV7.next()),
    away.store.timeline.after(undefined, 1),
    away.store.transaction((tx) => tx.users.ensure("user-1", 1)),
    away.store.check(),
    away.acceptor.accept({
      id: uuidV7.next(),
      ticketId: uuidV7.next(),
      userId: "user-1",
      agentId: "agent-1",
      reason: "",
      collectors: [],
      maxBytes: 1,
      maxFiles: 1,
      answerBy: 1,
      roundId: uuidV7.next(),
      now: 1,
    }),
    away.pushLedger.claim([{ requestId: uuidV7.next(), roundId: uuidV7.next() }], 1, 1),
    away.outbox.relay(1, 1, async () => {}),
    away.dueWork.deadlines(1, 1),
  ];
  for (const call of await Promise.allSettled(calls)) {
    expect(call).toMatchObject({ status: "rejected", reason: UNAVAILABLE });
  }
  expect(Math.abs(away.clock.now() - Date.now())).toBeLessThan(1_000);
});

test("a transaction whose connection is cut is undone and says so, and the next call works", async () => {
  const world = await openStore();
  const cut = world.store.transaction(async (tx) => {
    await tx.users.ensure("half", 1);
    await cutAll(world);
    await tx.users.ensure("done", 1);
  });
  await expect(cut).rejects.toMatchObject(UNAVAILABLE);
  await works(world);
  expect(await world.store.users.find("half")).toBeUndefined();
});

test("an accept whose connection is cut fails with a word, and the next one is accepted", async () => {
  const world = await openStore();
  const ticket = await world.ticket();
  const blocker = await world.pool.connect();
  blocker.on("error", () => {});
  await blocker.query("begin");
  await blocker.query("lock table log_request in access exclusive mode");
  const blocked = world.acceptor.accept(world.ask(ticket));
  blocked.catch(() => {});
  await waitsForLock(world);
  await cutAll(world);
  await expect(blocked).rejects.toMatchObject(UNAVAILABLE);
  await blocker.query("rollback").catch(() => {});
  blocker.release(true);
  expect(await world.acceptor.accept(world.ask(ticket))).toMatchObject({ kind: "accepted" });
});

test("a relay whose connection is cut while it enqueues leaves the rows for the next", async () => {
  const world = await openStore();
  await world.acceptor.accept(world.ask(await world.ticket()));
  await expect(world.outbox.relay(10, world.clock.now(), () => cutAll(world))).rejects.toMatchObject(UNAVAILABLE);
  const { moved } = await world.outbox.relay(10, world.clock.now(), async () => {});
  expect(moved).toBe(1);
});

test("a database that was never migrated says which command mends it", async () => {
  const { url: databaseUrl } = await createTestDatabase({ migrated: false });
  const opened = await createStore({ databaseUrl, needsRelay: () => false, ids: uuidV7 });
  onTestFinished(opened.close);
  await expect(opened.store.check()).rejects.toThrow("Run: beckon migrate");
  await migrate({ databaseUrl });
  await expect(opened.store.check()).resolves.toBeUndefined();
});

test("a role that may not write is named before the first request meets it", async () => {
  const world = await openStore();
  const role = `reader_${Date.now()}`;
  await world.pool.query(
    `create role ${role} login password 'reader'; grant select on all tables in schema public to ${role}`,
  );
  const url = new URL(world.url);
  url.username = role;
  url.password = "reader";
  const reader = await createStore({ databaseUrl: url.href, needsRelay: () => false, ids: uuidV7 });
  onTestFinished(reader.close);
  await expect(reader.store.check()).rejects.toThrow(/may not read and write .*log_request/);
});

test("the clock is PostgreSQL's and never goes back", async () => {
  const world = await openStore();
  const { rows } = await world.pool.query<{ now: number }>(
    "select (extract(epoch from clock_timestamp()) * 1000)::float8 as now",
  );
  expect(Math.abs(world.clock.now() - rows[0]!.now)).toBeLessThan(250);
  const readings = Array.from({ length: 1_000 }, () => world.clock.now());
  expect(readings).toEqual(readings.toSorted((one, other) => one - other));
  expect(readings.every(Number.isInteger)).toBe(true);
});

/** Ends every connection to the world's database but the one that asks. */
async function cutAll(world: StoreUnderTest): Promise<void> {
  await world.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
  );
}

async function waitsForLock(world: StoreUnderTest): Promise<void> {
  for (;;) {
    const { rows } = await world.pool.query<{ waiting: boolean }>(
      "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waiting",
    );
    if (rows[0]?.waiting) return;
  }
}

/** The first call after a cut may meet a connection that has not heard of it yet. */
async function works(world: StoreUnderTest): Promise<void> {
  await expect(world.store.users.ensure("after", 1)).resolves.toBe(true);
}
