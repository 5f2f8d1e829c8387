import { afterEach, expect, test, vi } from "vitest";
import type { OutboxRow } from "#domain/facts.ts";
import { PIPELINE } from "#flow/pipeline.ts";
import { startReconciler } from "#flow/relay/reconciler.ts";
import { startRelay } from "#flow/relay/relay.ts";
import type { Job } from "#ports/job-queue.ts";

const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
const asked = (n: number): OutboxRow => ({ type: "request.created", requestId: id(n), roundId: id(n) });
const clock = { now: () => Date.now() };

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of undo.splice(0)) await stop();
});

/** An outbox in memory that keeps the port's promise: marked when `move` returns, not when it throws. */
function outboxOf(rows: OutboxRow[]) {
  const state = { rounds: 0, wake: () => undefined as void };
  return {
    rows,
    state,
    async relay(limit: number, _now: number, move: (rows: readonly OutboxRow[]) => Promise<void>) {
      state.rounds += 1;
      const batch = rows.slice(0, limit);
      if (batch.length > 0) await move(batch);
      rows.splice(0, batch.length);
      return { moved: batch.length };
    },
    onAppended(listener: () => void) {
      state.wake = listener;
    },
  };
}

function queueOf() {
  const queue = {
    added: [] as Job[],
    away: false,
    tries: 0,
    reaches: 0,
    async reach() {
      queue.reaches += 1;
      if (queue.away) throw new Error("connect ECONNREFUSED");
    },
    async add(jobs: readonly Job[]) {
      queue.tries += 1;
      if (queue.away) throw new Error("connect ECONNREFUSED");
      queue.added.push(...jobs);
    },
  };
  return queue;
}

function logOf() {
  const lines: string[] = [];
  const note = (_fields: object, message: string) => void lines.push(message);
  return { lines, info: note, warn: note, error: note };
}

test("a backlog is moved in full batches without waiting in between", async () => {
  const outbox = outboxOf(Array.from({ length: 450 }, (_, n) => asked(n)));
  const queue = queueOf();
  const relay = startRelay({ outbox, queue, pipeline: PIPELINE, clock, log: logOf(), batchSize: 200, pollMs: 60_000 });
  undo.push(relay.stop);
  await vi.waitFor(() => expect(outbox.rows).toHaveLength(0));
  expect(queue.added.flatMap(({ items }) => items)).toHaveLength(450);
  expect(outbox.state.rounds).toBe(3);
});

test("a commit of this process wakes the relay at once", async () => {
  const outbox = outboxOf([]);
  const queue = queueOf();
  const relay = startRelay({ outbox, queue, pipeline: PIPELINE, clock, log: logOf(), pollMs: 60_000 });
  undo.push(relay.stop);
  await vi.waitFor(() => expect(outbox.state.rounds).toBe(1));
  outbox.rows.push(asked(1));
  outbox.state.wake();
  await vi.waitFor(() => expect(queue.added).toHaveLength(1));
});

test("rows that come while the relay rests after a round travel together", async () => {
  const outbox = outboxOf(Array.from({ length: 60 }, (_, n) => asked(n)));
  const queue = queueOf();
  const relay = startRelay({ outbox, queue, pipeline: PIPELINE, clock, log: logOf(), pollMs: 60_000 });
  undo.push(relay.stop);
  await vi.waitFor(() => expect(queue.tries).toBe(1));
  // It rests for 60 ms, and no commit wakes it.
  for (let n = 60; n < 70; n += 1) {
    outbox.rows.push(asked(n));
    outbox.state.wake();
  }
  await vi.waitFor(() => expect(outbox.rows).toHaveLength(0));
  expect(queue.tries).toBe(2);
});

test("rows that another relay holds are not asked for in a spin", async () => {
  let rounds = 0;
  const outbox = {
    onAppended: () => undefined,
    async relay() {
      rounds += 1;
      return { moved: 0, nextDueAt: clock.now() - 1_000 };
    },
  };
  const relay = startRelay({ outbox, queue: queueOf(), pipeline: PIPELINE, clock, log: logOf(), pollMs: 100 });
  undo.push(relay.stop);
  const startedAt = performance.now();
  await vi.waitFor(() => expect(rounds).toBeGreaterThanOrEqual(3));
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(180);
});

test("a row that is due before the next poll is moved when it is due", async () => {
  const dueAt = clock.now() + 50;
  const outbox = outboxOf([asked(1)]);
  const relayOnceDue = {
    onAppended: outbox.onAppended.bind(outbox),
    relay: async (limit: number, now: number, move: (rows: readonly OutboxRow[]) => Promise<void>) =>
      now < dueAt ? { moved: 0, nextDueAt: dueAt } : outbox.relay(limit, now, move),
  };
  const queue = queueOf();
  const relay = startRelay({ outbox: relayOnceDue, queue, pipeline: PIPELINE, clock, log: logOf(), pollMs: 60_000 });
  undo.push(relay.stop);
  await vi.waitFor(() => expect(queue.added).toHaveLength(1));
});

test("while the queue is away the relay says so once, waits longer each time, and loses nothing", async () => {
  const outbox = outboxOf([asked(1)]);
  const queue = queueOf();
  queue.away = true;
  const log = logOf();
  const relay = startRelay({ outbox, queue, pipeline: PIPELINE, clock, log, pollMs: 10 });
  undo.push(relay.stop);
  await vi.waitFor(() => expect(queue.tries).toBe(1));
  // Commits go on, and none of them makes it try sooner.
  for (let n = 0; n < 100; n += 1) outbox.state.wake();
  await vi.waitFor(() => expect(queue.reaches).toBe(2), 2_000);
  expect(log.lines).toHaveLength(1);
  // Looked for, but with no rows in hand.
  expect({ tries: queue.tries, rounds: outbox.state.rounds }).toEqual({ tries: 1, rounds: 1 });
  expect(outbox.rows).toHaveLength(1);
  queue.away = false;
  await vi.waitFor(() => expect(queue.added).toHaveLength(1), 5_000);
  expect(outbox.rows).toHaveLength(0);
});

test("stopping finishes the batch in hand and takes no other", async () => {
  const outbox = outboxOf(Array.from({ length: 500 }, (_, n) => asked(n)));
  const mayGoOn = Promise.withResolvers<void>();
  const added = Promise.withResolvers<void>();
  const queue = {
    ...queueOf(),
    async add() {
      added.resolve();
      await mayGoOn.promise;
    },
  };
  const relay = startRelay({ outbox, queue, pipeline: PIPELINE, clock, log: logOf(), batchSize: 200 });
  await added.promise;
  const stopped = relay.stop();
  mayGoOn.resolve();
  await stopped;
  expect(outbox.rows).toHaveLength(300);
});

test("the failpoint lies after the queue has the jobs and before the rows are marked", async () => {
  const outbox = outboxOf([asked(1)]);
  const queue = queueOf();
  const seen: object[] = [];
  const relay = startRelay({
    outbox,
    queue,
    pipeline: PIPELINE,
    clock,
    log: logOf(),
    failpoint: (name) => void seen.push({ name, added: queue.added.length, unmarked: outbox.rows.length }),
  });
  undo.push(relay.stop);
  await vi.waitFor(() => expect(seen).toEqual([{ name: "relay:after-enqueue", added: 1, unmarked: 1 }]));
});

test("the reconciler enqueues what is overdue, but not what the queue still holds", async () => {
  const overdue: OutboxRow[] = [
    { type: "verify.due", fileId: id(1) },
    { type: "push.due", requestId: id(2), roundId: id(2) },
  ];
  const queue = {
    ...queueOf(),
    counts: async () => ({ verify: { waiting: 1, active: 0, failed: 0 } }),
  };
  const reconciler = startReconciler({
    dueWork: { overdue: async () => overdue },
    queue,
    pipeline: PIPELINE,
    meetDeadlines: async () => undefined,
    clock,
    log: logOf(),
    chance: () => 0,
    everyMs: 20,
  });
  undo.push(reconciler.stop);
  const names = () => queue.added.map(({ name }) => name);
  await vi.waitFor(() => expect(names()).toContain("push"));
  const before = names().indexOf("verify");
  expect(before === -1 || before >= 3).toBe(true);
  // A busy queue hides a loss for a minute at most.
  await vi.waitFor(() => expect(names()).toContain("verify"));
});

test("the reconciler survives everything, and says so once", async () => {
  let rounds = 0;
  const log = logOf();
  const reconciler = startReconciler({
    dueWork: {
      overdue: async () => {
        rounds += 1;
        throw new Error("the database is away");
      },
    },
    queue: { ...queueOf(), counts: async () => ({}) },
    pipeline: PIPELINE,
    meetDeadlines: async () => undefined,
    clock,
    log,
    chance: () => 0,
    everyMs: 5,
  });
  undo.push(reconciler.stop);
  await vi.waitFor(() => expect(rounds).toBeGreaterThan(3));
  expect(log.lines).toHaveLength(1);
});
