import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { OutboxRow } from "#domain/facts.ts";
import { openStore, type StoreUnderTest } from "../../support/postgres-store.ts";

test("two relays that work at once move every row, each row once", async () => {
  const world = await openStore();
  const other = await world.another();
  const ids = await wake(world, 100);
  const moved: (string | undefined)[] = [];
  const move = async (rows: readonly OutboxRow[]) => {
    moved.push(...rows.map((row) => row.pushId));
  };
  const now = world.clock.now();
  await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? world : other).outbox.relay(15, now, move)));
  expect(moved).toHaveLength(ids.length);
  expect(new Set(moved)).toEqual(new Set(ids));
});

test("rows that another relay holds are passed over, not waited for", async () => {
  const world = await openStore();
  const other = await world.another();
  await wake(world, 4);
  const now = world.clock.now();
  await world.outbox.relay(3, now, async (mine) => {
    const theirs: OutboxRow[] = [];
    await other.outbox.relay(10, now, async (rows) => {
      theirs.push(...rows);
    });
    expect([mine.length, theirs.length]).toEqual([3, 1]);
  });
});

test("when the queue is away nothing is lost: the rows are there for the next try", async () => {
  const world = await openStore();
  const ids = await wake(world, 5);
  const away = new Error("queue away");
  await expect(world.outbox.relay(10, world.clock.now(), () => Promise.reject(away))).rejects.toBe(away);
  expect(await drain(world)).toEqual(ids.map((pushId) => ({ type: "telemetry.due", pushId })));
  expect(await drain(world)).toEqual([]);
});

test("what must be answered first is moved first, and what has no deadline last", async () => {
  const world = await openStore();
  const [none, late, soon] = [randomUUID(), randomUUID(), randomUUID()];
  await world.store.transaction((tx) =>
    tx.wake([
      { type: "push.due", dueAt: 1, pushId: none },
      { type: "push.due", dueAt: 3, pushId: late, deadline: 9_000 },
      { type: "push.due", dueAt: 2, pushId: soon, deadline: 5_000 },
    ]),
  );
  const rows = (await drain(world)) as OutboxRow[];
  expect(rows.map((row) => row.pushId)).toEqual([soon, late, none]);
});

test("what is due later stays, and the relay is told when to look again", async () => {
  const world = await openStore();
  const now = world.clock.now();
  const dueAt = now + 60_000;
  await world.store.transaction((tx) => tx.wake([{ type: "snooze.due", dueAt, requestId: randomUUID() }]));
  const early = await world.outbox.relay(10, now, () => Promise.reject(new Error("nothing is due")));
  expect(early).toEqual({ moved: 0, nextDueAt: dueAt });
  expect((await world.dueWork.metrics(dueAt + 3_000)).outboxAgeSeconds, "and metrics tell when nobody looks").toBe(3);
  expect((await world.dueWork.metrics(now)).outboxAgeSeconds).toBe(0);
});

test("a transaction that fails leaves no work behind and wakes nobody", async () => {
  const world = await openStore();
  let wakes = 0;
  world.outbox.onAppended(() => (wakes += 1));
  const failed = world.store.transaction(async (tx) => {
    await tx.wake([{ type: "push.due", dueAt: 1, requestId: randomUUID(), roundId: randomUUID() }]);
    throw new Error("changed my mind");
  });
  await expect(failed).rejects.toThrow("changed my mind");
  expect([wakes, await drain(world)]).toEqual([0, []]);
  await wake(world, 1);
  expect(wakes).toBe(1);
});

test("facts without work in the pipeline put nothing into the outbox", async () => {
  const world = await openStore();
  const installationId = randomUUID();
  const fact = { at: 1, actor: { kind: "system", id: "test" } } as const;
  await world.store.transaction((tx) =>
    tx.append([
      { ...fact, type: "request.seen", requestId: randomUUID() },
      { ...fact, type: "installation.registered", installationId },
    ]),
  );
  expect(await drain(world)).toEqual([{ type: "installation.registered", installationId }]);
});

async function wake(world: StoreUnderTest, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await world.store.transaction((tx) =>
    tx.wake(ids.map((pushId, n) => ({ type: "telemetry.due", dueAt: 1_000 + n, pushId }))),
  );
  return ids;
}

async function drain(world: StoreUnderTest): Promise<unknown[]> {
  const seen: unknown[] = [];
  await world.outbox.relay(1_000, world.clock.now(), async (rows) => {
    seen.push(...rows);
  });
  return seen;
}
