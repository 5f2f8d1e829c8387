import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { APPEND_FACTS, factRecords } from "#adapters/postgres/facts.ts";
import type { Fact } from "#domain/facts.ts";
import { Problem } from "#domain/problems.ts";
import { openStore, type StoreUnderTest } from "../../support/postgres-store.ts";

// These wait for what they expect: the horizon is the server's, and other test files have transactions on it too.

test("nothing is lost or out of order when the transaction that began first commits last", async () => {
  const world = await openStore();
  const { cursor: start } = await world.store.timeline.after(undefined, 10);
  const [slow, fast] = [await world.pool.connect(), await world.pool.connect()];
  try {
    await slow.query("begin");
    await write(slow, "first");
    await fast.query("begin");
    await write(fast, "second");
    await fast.query("commit");
    // The second is there for all to see, and the feed waits for the first all the same.
    expect(await namesAfter(world, start)).toEqual([]);
    await slow.query("commit");
    await expect.poll(() => namesAfter(world, start)).toEqual(["first", "second"]);
  } finally {
    slow.release();
    fast.release();
  }
});

test("a reader who comes back with the last id gets what came after it, once", async () => {
  const world = await openStore();
  const { cursor: start } = await world.store.timeline.after(undefined, 10);
  for (const name of ["one", "two", "three"]) await write(world.pool, name);
  await expect.poll(() => namesAfter(world, start)).toEqual(["one", "two", "three"]);
  const first = await world.store.timeline.after(start, 2);
  expect(first.rows.map(nameOf)).toEqual(["one", "two"]);
  const second = await world.store.timeline.after(first.rows[0]!.cursor, 10);
  expect(second.rows.map(nameOf)).toEqual(["two", "three"]);
  const end = await world.store.timeline.after(second.cursor, 10);
  expect(end).toEqual({ rows: [], cursor: second.cursor });
});

test("a reader who joins while a transaction is under way will hear of it", async () => {
  const world = await openStore();
  const client = await world.pool.connect();
  try {
    await client.query("begin");
    await write(client, "under way");
    const { cursor } = await world.store.timeline.after(undefined, 10);
    await client.query("commit");
    await expect.poll(() => namesAfter(world, cursor)).toEqual(["under way"]);
  } finally {
    client.release();
  }
});

test("an id that the feed never gave is refused", async () => {
  const world = await openStore();
  await expect(world.store.timeline.after("yesterday", 10)).rejects.toMatchObject({ code: "invalid_request" });
  await expect(world.store.timeline.after("1.2; drop table push", 10)).rejects.toBeInstanceOf(Problem);
});

test("facts that were written together are told in the order in which they were given", async () => {
  const world = await openStore();
  const ticket = await world.ticket();
  const names = Array.from({ length: 30 }, (_, n) => `fact ${n}`);
  await world.store.transaction((tx) => tx.append(names.map((name) => ({ ...factOf(name), ticketId: ticket.id }))));
  const page = await world.store.timeline.ofTicket(ticket.id, { limit: 20 });
  const rest = await world.store.timeline.ofTicket(ticket.id, { limit: 20, ...(page.next && { after: page.next }) });
  expect([...page.items, ...rest.items].map(nameOf)).toEqual(names);
  expect(rest).not.toHaveProperty("next");
});

test("a fact comes back from the timeline as it was told", async () => {
  const world = await openStore();
  const ticket = await world.ticket();
  const fact: Fact = {
    type: "file.refused",
    at: world.clock.now(),
    actor: { kind: "user", id: "user-1" },
    ticketId: ticket.id,
    requestId: randomUUID(),
    fileId: randomUUID(),
    userId: "user-1",
    installationId: randomUUID(),
    data: { reason: "hash_differs", sizeBytes: 7, twice: false, nothing: null, names: ["a", "b"] },
  };
  await world.store.transaction((tx) => tx.append([fact]));
  const { items } = await world.store.timeline.ofTicket(ticket.id, { limit: 1 });
  expect(items[0]?.fact).toEqual(fact);
});

test("a fact without a ticket is audited and not on any timeline", async () => {
  const world = await openStore();
  await world.store.transaction((tx) =>
    tx.append([{ type: "apiKey.created", at: 1, actor: { kind: "system", id: "cli" } }]),
  );
  const { rows } = await world.pool.query(
    "select (select count(*)::int from audit_event) as audit, (select count(*)::int from ticket_event) as timeline",
  );
  expect(rows).toEqual([{ audit: 1, timeline: 0 }]);
});

type Writer = { query: (sql: string, values?: unknown[]) => Promise<unknown> };

async function write(writer: Writer, name: string): Promise<void> {
  await writer.query(APPEND_FACTS, [factRecords([{ ...factOf(name), ticketId: randomUUID() }]), []]);
}

function factOf(name: string): Fact {
  return { type: "ticket.updated", at: 1_000, actor: { kind: "agent", id: name } };
}

function nameOf(row: { readonly fact: Fact }): string {
  return row.fact.actor.id;
}

async function namesAfter(world: StoreUnderTest, cursor: string): Promise<string[]> {
  const { rows } = await world.store.timeline.after(cursor, 10);
  return rows.map(nameOf);
}
