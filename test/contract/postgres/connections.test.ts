import { randomUUIDv7 } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { FactType, OutboxRow } from "#domain/facts.ts";
import { until } from "../../support/until.ts";
import { openStore, type StoreUnderTest } from "../../support/postgres-store.ts";

const LEASE_MS = 60_000;
const ACTOR = { kind: "agent", id: "agent-1" } as const;

async function opened() {
  const world = await openStore();
  const ticket = await world.ticket();
  const now = world.clock.now();
  const system = "azure-devops";
  await world.store.transaction((tx) => tx.connections.open({ ticketId: ticket.id, system }, now));
  const { connections } = world.store;
  const claim = (at = world.clock.now()) => {
    const leaseId = randomUUIDv7();
    return connections.claim(ticket.id, leaseId, at, at + LEASE_MS).then((claimed) => ({ leaseId, claimed }));
  };
  const tell = (type: FactType) =>
    world.store.transaction((tx) => tx.append([{ type, at: world.clock.now(), actor: ACTOR, ticketId: ticket.id }]));
  return { world, ticket, connections, claim, tell, now };
}

async function due(world: StoreUnderTest): Promise<OutboxRow[]> {
  const rows: OutboxRow[] = [];
  await world.outbox.relay(100, world.clock.now() + 1_000, async (given) => void rows.push(...given));
  return rows.filter(({ type }) => type === "connection.due");
}

describe("a connection", () => {
  test("is opened once, and is due at once", async () => {
    const { world, ticket, connections, now } = await opened();
    expect(await connections.find(ticket.id)).toMatchObject({ state: "pending", syncAt: now, attempt: 0, version: 1 });
    expect(await due(world)).toEqual([{ type: "connection.due", ticketId: ticket.id }]);
    const again = world.store.transaction((tx) =>
      tx.connections.open({ ticketId: ticket.id, system: "azure-devops", itemId: "7" }, now),
    );
    expect(await again).toBe(false);
    expect(await due(world)).toEqual([]);
  });

  test("is in one worker's hands, until the lease is over", async () => {
    const { world, claim, connections, ticket } = await opened();
    const [first, second] = await Promise.all([claim(), claim()]);
    expect([first.claimed, second.claimed].filter(Boolean)).toHaveLength(1);
    const holder = first.claimed ? first : second;
    const later = world.clock.now() + LEASE_MS + 1_000;
    expect(await connections.renew(ticket.id, holder.leaseId, later + LEASE_MS)).toBe(true);
    expect((await claim(later)).claimed).toBeUndefined();
    const heir = await claim(later + 2 * LEASE_MS);
    expect(heir.claimed).toMatchObject({ attempt: 2 });

    const { claimed } = holder;
    if (!claimed) throw new Error("Nobody has it");
    expect(await connections.renew(ticket.id, holder.leaseId, later)).toBe(false);
    expect(await connections.saveProgress({ ...claimed, itemId: "1" }, holder.leaseId)).toBe(false);
    expect(await connections.finish({ ...claimed, state: "synced" }, holder.leaseId, later)).toBeUndefined();
    expect(await connections.find(ticket.id)).toMatchObject({ state: "pending" });
  });

  test("of a dead worker is found by the reconciler when the lease is over, and not before", async () => {
    const { world, claim, ticket } = await opened();
    await claim();
    const overdue = async (at: number) =>
      (await world.dueWork.overdue(at, 0, 10)).filter(({ type }) => type === "connection.due");
    expect(await overdue(world.clock.now() + LEASE_MS / 2)).toEqual([]);
    expect(await overdue(world.clock.now() + LEASE_MS + 1_000)).toEqual([
      { type: "connection.due", ticketId: ticket.id },
    ]);
  });

  test("at rest becomes due by what happens on its ticket, in the same transaction", async () => {
    const { world, claim, connections, ticket, tell } = await opened();
    const { claimed, leaseId } = await claim();
    if (!claimed) throw new Error("Nobody has it");
    const { syncAt: _due, ...rest } = claimed;
    await connections.finish({ ...rest, state: "synced", attempt: 0 }, leaseId, world.clock.now());
    await due(world);
    const atRest = await connections.find(ticket.id);
    expect(atRest?.syncAt).toBeUndefined();

    await tell("request.seen");
    expect(await due(world)).toEqual([]);
    await tell("request.linked");
    expect(await due(world)).toEqual([{ type: "connection.due", ticketId: ticket.id }]);
    expect(await connections.find(ticket.id)).toMatchObject({ state: "pending", version: claimed.version + 1 });
  });

  test("that waits because of trouble keeps its wait, whatever happens on the ticket", async () => {
    const { world, claim, connections, ticket, tell } = await opened();
    const { claimed, leaseId } = await claim();
    if (!claimed) throw new Error("Nobody has it");
    await due(world);
    const syncAt = world.clock.now() + 300_000;
    await connections.finish({ ...claimed, state: "refused", reason: "over", syncAt }, leaseId, world.clock.now());
    await tell("file.deleted");
    expect(await connections.find(ticket.id)).toMatchObject({ state: "refused", reason: "over", syncAt });
    expect(await due(world)).toEqual([]);
  });

  test("on whose ticket something happened while it was brought up to date is due again", async () => {
    const { world, claim, connections, tell } = await opened();
    const { claimed, leaseId } = await claim();
    if (!claimed) throw new Error("Nobody has it");
    await tell("file.linked");
    const { syncAt: _due, ...rest } = claimed;
    const now = world.clock.now();
    expect(await connections.finish({ ...rest, state: "synced" }, leaseId, now)).toMatchObject({
      state: "pending",
      syncAt: now,
    });
  });

  test("hears of what happened from its opening on, in order, and never past what is not settled", async () => {
    const { world, ticket, connections, tell } = await opened();
    const connection = await connections.find(ticket.id);
    if (!connection) throw new Error("It is not there");
    const untold = (limit = 10, from = connection) =>
      connections.untold(from, ["request.declined", "request.linked"], limit);
    await tell("request.declined");
    await tell("request.seen");
    await tell("request.linked");
    // Other tests' transactions on the same server hold back what may be read as well, for a moment.
    await until(async () => (await untold()).rows.length, 2);
    const both = await untold();
    expect(both.rows.map(({ fact }) => fact.type)).toEqual(["request.declined", "request.linked"]);
    expect(both.more).toBe(false);
    const [first] = (await untold(1)).rows;
    expect((await untold(1)).more).toBe(true);
    const rest = await untold(10, { ...connection, toldUntil: first?.cursor ?? "" });
    expect(rest.rows.map(({ fact }) => fact.type)).toEqual(["request.linked"]);

    // A transaction that began before, and may still commit what would stand before it.
    const client = await world.pool.connect();
    await client.query("begin");
    await client.query("select pg_current_xact_id()");
    await tell("request.declined");
    const during = await untold();
    expect([during.rows.length, during.more]).toEqual([2, true]);
    await client.query("rollback");
    client.release();
    await until(async () => (await untold()).rows.length, 3);
  });
});
