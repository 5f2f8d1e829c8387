import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runJobs } from "#app/run-jobs.ts";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import { meetDeadlines } from "#flow/expire/meet-deadlines.ts";
import { JOBS, type JobName } from "#flow/jobs.ts";
import { PIPELINE } from "#flow/pipeline.ts";
import { startReconciler } from "#flow/relay/reconciler.ts";
import { startRelay } from "#flow/relay/relay.ts";
import type { JobHandler, JobQueue } from "#ports/job-queue.ts";
import { openQueueWorld, type QueueWorld } from "#test/support/queue-world.ts";

const SOON = { timeout: 20_000, interval: 20 } as const;
const RELAY_PROCESS = fileURLToPath(new URL("./relay-process.ts", import.meta.url));

let world: QueueWorld;
beforeEach(async () => {
  world = await openQueueWorld();
});
afterEach(() => world.close());

/** A worker that only notes whom it would push to. */
async function workOn(queue: JobQueue, pushed: string[]): Promise<void> {
  const nothing: JobHandler = async () => undefined;
  await runJobs({
    queue,
    log: world.log,
    handlers: {
      ...(Object.fromEntries(Object.keys(JOBS).map((name) => [name, nothing])) as Record<JobName, JobHandler>),
      push: async (items) => void pushed.push(...items.map((item) => JOBS.push.item.parse(item).requestId)),
    },
  });
}

async function relay(queue: JobQueue, opened: Pick<QueueWorld, "outbox" | "clock"> = world): Promise<void> {
  const { stop } = startRelay({ ...opened, queue, pipeline: PIPELINE, log: world.log });
  world.stopLater(stop);
}

test("a request that was accepted reaches the worker that pushes it", async () => {
  const queue = world.openQueue();
  const pushed: string[] = [];
  await workOn(queue, pushed);
  await relay(queue);
  const request = await world.ask(await world.user());
  await vi.waitFor(() => expect(pushed).toEqual([request.id]), SOON);
  expect(await world.outboxRows()).toBe(0);
});

test("what another process commits is found as well, without its telling", async () => {
  const queue = world.openQueue();
  const pushed: string[] = [];
  await workOn(queue, pushed);
  await relay(queue, await world.openStore());
  const request = await world.ask(await world.user());
  await vi.waitFor(() => expect(pushed).toEqual([request.id]), SOON);
});

test("two relays at once move each row once", async () => {
  const counting = (queue: JobQueue): JobQueue & { moved: number } => {
    const counted = {
      ...queue,
      moved: 0,
      add: async (jobs: Parameters<JobQueue["add"]>[0]) => {
        counted.moved += jobs.reduce((sum, { items }) => sum + items.length, 0);
        await queue.add(jobs);
      },
    };
    return counted;
  };
  const user = await world.user();
  const asked = (await Promise.all(Array.from({ length: 600 }, () => world.ask(user)))).map(({ id }) => id);
  const one = counting(world.openQueue());
  const other = counting(world.openQueue());
  await relay(one, await world.openStore());
  await relay(other, await world.openStore());
  const pushed: string[] = [];
  await workOn(world.openQueue(), pushed);
  await vi.waitFor(() => expect(new Set(pushed)).toEqual(new Set(asked)), SOON);
  expect(one.moved + other.moved).toBe(600);
  expect(pushed).toHaveLength(600);
});

test("a queue that loses everything loses nothing of ours: the reconciler brings it back", async () => {
  const queue = world.openQueue();
  await relay(queue);
  const user = await world.user();
  const asked = (await Promise.all(Array.from({ length: 50 }, () => world.ask(user)))).map(({ id }) => id);
  await vi.waitFor(async () => expect(await world.outboxRows()).toBe(0), SOON);
  await world.loseQueue();
  const pushed: string[] = [];
  await workOn(queue, pushed);
  const reconciler = startReconciler({
    ...world,
    queue,
    pipeline: PIPELINE,
    meetDeadlines: async () => undefined,
    chance: () => 0,
    everyMs: 200,
    graceSeconds: 1,
  });
  world.stopLater(reconciler.stop);
  await vi.waitFor(() => expect(new Set(pushed)).toEqual(new Set(asked)), SOON);
});

test("while the queue is away requests are accepted as always, and all reach their worker when it is back", async () => {
  const { wire, queue } = await world.openBreakableQueue();
  const pushed: string[] = [];
  await workOn(queue, pushed);
  await relay(queue);
  const user = await world.user();
  const before = await world.ask(user);
  await vi.waitFor(() => expect(pushed).toEqual([before.id]), SOON);
  // The worker may have it before the relay has marked it.
  await vi.waitFor(async () => expect(await world.outboxRows()).toBe(0), SOON);
  await wire.cut();
  const during = (await Promise.all(Array.from({ length: 20 }, () => world.ask(user)))).map(({ id }) => id);
  await vi.waitFor(() => expect(world.lines.join("\n")).toContain("stays in the outbox"), SOON);
  expect(await world.outboxRows()).toBe(20);
  await wire.mend();
  await vi.waitFor(() => expect(new Set(pushed)).toEqual(new Set([before.id, ...during])), SOON);
  await vi.waitFor(async () => expect(await world.outboxRows()).toBe(0), SOON);
  expect(world.lines.filter((line) => line.includes("stays in the outbox"))).toHaveLength(1);
});

test("a queue that hangs keeps no reader of the feed waiting", async () => {
  const { wire, queue } = await world.openBreakableQueue();
  await relay(queue);
  const user = await world.user();
  await world.ask(user);
  await vi.waitFor(async () => expect(await world.outboxRows()).toBe(0), SOON);
  const { cursor } = await world.store.timeline.after(undefined, 1);
  const client = new Client({ connectionString: world.databaseUrl });
  await client.connect();
  world.stopLater(() => client.end());
  const free = async () => (await client.query("select from outbox for update skip locked")).rowCount;
  const shown = async () => (await world.store.timeline.after(cursor, 100)).rows;
  wire.silence();
  await world.ask(user);
  await vi.waitFor(async () => expect(await free()).toBe(0), SOON);
  // From here on the relay has the first of them in hand.
  for (let count = 2; count <= 4; count += 1) {
    await world.ask(user);
    await vi.waitFor(async () => expect(await shown()).toHaveLength(count), { timeout: 5_000, interval: 20 });
  }
  await wire.mend();
  await vi.waitFor(async () => expect(await world.outboxRows()).toBe(0), SOON);
});

test("while the queue is away requests expire and snoozes end all the same", async () => {
  const { wire, queue } = await world.openBreakableQueue();
  await wire.cut();
  const user = await world.user();
  const soon = world.clock.now() + 100;
  const unanswered = await world.ask(user, { answerBy: soon });
  const snoozed = await world.ask(user);
  await world.store.requests.save({ ...snoozed, snoozedUntil: soon }, { ifVersion: snoozed.version });
  const deps = { ...world, ids: uuidV7, blobs: { head: async () => undefined } };
  const reconciler = startReconciler({
    ...world,
    queue,
    pipeline: PIPELINE,
    meetDeadlines: (signal) => meetDeadlines(deps, signal),
    chance: () => 0,
    everyMs: 200,
  });
  world.stopLater(reconciler.stop);
  const stateOf = async ({ id }: { id: string }) => (await world.store.requests.find(id))?.state;
  await vi.waitFor(async () => expect(await stateOf(unanswered)).toBe("expired"), SOON);
  const asksAgain = async () => (await world.store.requests.find(snoozed.id))?.push.roundId !== snoozed.push.roundId;
  await vi.waitFor(async () => expect(await asksAgain()).toBe(true), SOON);
});

test("a relay that is killed between the queue and its own mark loses nothing", async () => {
  const request = await world.ask(await world.user());
  const { engine, prefix, databaseUrl } = world;
  const child = spawn(
    process.execPath,
    [RELAY_PROCESS, JSON.stringify({ engine, prefix, databaseUrl, point: "relay:after-enqueue" })],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const [said, [, signal]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  expect({ said, signal }).toEqual({ said: "failpoint relay:after-enqueue hit\n", signal: "SIGKILL" });
  // PostgreSQL gives the row back as soon as it sees that the connection is gone.
  await vi.waitFor(async () => expect(await world.outboxRows()).toBe(1), SOON);
  const queue = world.openQueue();
  const pushed: string[] = [];
  await workOn(queue, pushed);
  await relay(queue);
  // Once by the job of the dead relay, once by the row: the handler's guard makes them one push.
  await vi.waitFor(() => expect(pushed).toEqual([request.id, request.id]), SOON);
});
