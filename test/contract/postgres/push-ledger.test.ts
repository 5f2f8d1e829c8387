import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { LogRequest } from "#domain/log-request.ts";
import { transition } from "#domain/lifecycle.ts";
import { isOpen, REQUEST_STATES, type Platform } from "#domain/vocabulary.ts";
import type { ClaimedPush, PushEnd } from "#ports/store.ts";
import { openStore, type StoreUnderTest } from "../../support/postgres-store.ts";

const LEASE_SECONDS = 30;
const ACCEPTED: PushEnd = { kind: "accepted", notificationId: "n-1" };
const REFUSED: PushEnd = { kind: "refused", reason: "The hub refused the payload.", status: 400 };

const waiting = (nextAttemptAt: number, more: Partial<Extract<PushEnd, { kind: "waiting" }>> = {}): PushEnd => ({
  kind: "waiting",
  nextAttemptAt,
  reason: "The hub asked to wait.",
  status: 429,
  operator: false,
  ...more,
});

test("each platform of the user is claimed once, and nobody else gets it while the lease runs", async () => {
  const { world, request, claim } = await asked("fcmv1", "apns", "fcmv1");
  const claimed = await claim();
  expect(claimed.map(({ platform, attempt, kind }) => ({ platform, attempt, kind }))).toEqual([
    { platform: "apns", attempt: 1, kind: "ask" },
    { platform: "fcmv1", attempt: 1, kind: "ask" },
  ]);
  expect(claimed[0]).toMatchObject({ requestId: request.id, userId: request.userId, answerBy: request.answerBy });
  expect(await claim()).toEqual([]);
  const now = world.clock.now() + (LEASE_SECONDS + 1) * 1_000;
  expect((await claim(now)).map((push) => push.attempt)).toEqual([2, 2]);
});

test("of many workers that are given the same errand, one sends", async () => {
  const { claim } = await asked("fcmv1", "apns");
  const claims = await Promise.all(Array.from({ length: 8 }, () => claim()));
  expect(
    claims
      .flat()
      .map((push) => push.platform)
      .toSorted(),
  ).toEqual(["apns", "fcmv1"]);
});

test("the reconciler looks again when the lease is over, and not at all when there is nobody to push to", async () => {
  const { world, request, claim } = await asked("fcmv1");
  const now = world.clock.now();
  await claim(now);
  expect((await reload(world, request)).push.nextAt).toBe(now + LEASE_SECONDS * 1_000);
  const nobody = await asked();
  expect(await nobody.claim()).toEqual([]);
  expect((await reload(nobody.world, nobody.request)).push).not.toHaveProperty("nextAt");
});

test("a worker that comes second does not take away the moment at which the first one's send is looked after", async () => {
  const { world, request, claim } = await asked("fcmv1");
  const now = world.clock.now();
  const claims = await whileHeld(world, request, "lock", 2, () => [claim(now), claim(now)]);
  expect((await Promise.all(claims)).flat()).toHaveLength(1);
  expect((await reload(world, request)).push.nextAt).toBe(now + LEASE_SECONDS * 1_000);
});

test("only the installation that the agent chose is pushed to", async () => {
  const world = await openStore();
  const ticket = await world.ticket();
  await world.installation({ platform: "apns" });
  const chosen = await world.installation({ platform: "wns", locale: "de-AT" });
  const request = await accept(world, ticket, { installationId: chosen.id });
  const claimed = await claimOf(world, request);
  expect(claimed).toMatchObject([{ platform: "wns", installationId: chosen.id, locale: "de-AT" }]);
});

test("an errand that was replaced, answered or is past its time sends nothing", async () => {
  const { world, request } = await asked("fcmv1");
  const stale = await world.pushLedger.claim([{ requestId: request.id, roundId: randomUUID() }], world.clock.now(), 30);
  const late = await world.pushLedger.claim([errandOf(request)], request.answerBy + 1, 30);
  expect([...stale, ...late]).toEqual([]);
  await world.store.requests.save({ ...request, state: "declined" }, { ifVersion: 1 });
  expect(await claimOf(world, request)).toEqual([]);
});

test("a closing push goes out for a request that is over or snoozed, and for no other", async () => {
  const { world, request } = await asked("fcmv1");
  const closing: LogRequest = {
    ...request,
    push: { roundId: randomUUID(), kind: "closed", nextAt: world.clock.now() },
  };
  await world.store.requests.save(closing, { ifVersion: 1 });
  expect(await claimOf(world, closing)).toEqual([]);
  const snoozed = { ...closing, snoozedUntil: world.clock.now() + 60_000 };
  await world.store.requests.save(snoozed, { ifVersion: 2 });
  expect(await claimOf(world, snoozed)).toMatchObject([{ kind: "closed" }]);
});

test("a push that the hub took makes the request notified and pushed, and the ticket says so", async () => {
  const { world, request, claim } = await asked("fcmv1");
  const [push] = await claim();
  const telemetryAt = world.clock.now() + 10_000;
  await finish(world, push!, { ...ACCEPTED, telemetryAt });
  const after = await reload(world, request);
  expect(after).toMatchObject({ state: "notified", reach: "pushed", version: 2 });
  expect(after.push).not.toHaveProperty("nextAt");
  expect(await world.store.pushes.ofRequest(request.id)).toMatchObject([
    { state: "accepted", notificationId: "n-1", attempt: 1, finishedAt: expect.any(Number) },
  ]);
  expect((await factsOf(world, request)).slice(1)).toMatchObject([
    { type: "push.accepted", data: { platform: "fcmv1", kind: "ask" }, actor: { kind: "system" } },
    { type: "request.notified" },
  ]);
  expect(await drain(world, telemetryAt)).toContainEqual({ type: "telemetry.due", pushId: push!.pushId });
});

test.for(REQUEST_STATES)("a push that was accepted does to a %s request what the lifecycle says", async (state) => {
  const { world, request, claim } = await asked("fcmv1");
  const [push] = await claim();
  await world.pool.query("update log_request set state = $1 where id = $2", [state, request.id]);
  await finish(world, push!, ACCEPTED);
  const verdict = transition({ state }, { type: "pushAccepted" });
  const after = await reload(world, request);
  expect(after.state).toBe(verdict.ok ? verdict.state : state);
  expect(after.reach).toBe("pushed");
  const told = (await factsOf(world, request)).some((fact) => fact.type === "request.notified");
  expect(told).toBe(verdict.ok && verdict.changed);
  expect(after.push.kind).toBe(isOpen(state) ? "ask" : "closed");
});

test("reach is refused when the last platform refused, with the reason", async () => {
  const { world, request, claim } = await asked("fcmv1", "apns");
  const [one, other] = await claim();
  await finish(world, one!, REFUSED);
  expect(await reload(world, request)).toMatchObject({ state: "requested", reach: "pending" });
  await finish(world, other!, REFUSED);
  const after = await reload(world, request);
  expect(after).toMatchObject({ state: "requested", reach: "refused", reachReason: REFUSED.reason });
  expect(after.push).not.toHaveProperty("nextAt");
});

test("two platforms that are refused at the same moment do not overlook each other", async () => {
  const { world, request, claim } = await asked("fcmv1", "apns");
  const claimed = await claim();
  // Both have begun, and neither has seen the other's outcome, when the request becomes free.
  const ends = await whileHeld(world, request, "lock", 2, () => claimed.map((push) => finish(world, push, REFUSED)));
  await Promise.all(ends);
  const after = await reload(world, request);
  expect(after).toMatchObject({ reach: "refused" });
  expect(after.push).not.toHaveProperty("nextAt");
});

test("a user who answers while the hub takes the push stays answered", async () => {
  const { world, request, claim } = await asked("fcmv1");
  const [push] = await claim();
  const [end] = await whileHeld(world, request, "answer", 1, () => [finish(world, push!, ACCEPTED)]);
  await end;
  expect(await reload(world, request)).toMatchObject({ state: "declined", reach: "pushed", version: 3 });
});

test("one platform that takes it is enough, whatever the others say and in which order", async () => {
  const { world, request, claim } = await asked("fcmv1", "apns");
  const [one, other] = await claim();
  await Promise.all([finish(world, one!, ACCEPTED), finish(world, other!, REFUSED)]);
  const after = await reload(world, request);
  expect(after).toMatchObject({ state: "notified", reach: "pushed" });
  expect(after).not.toHaveProperty("reachReason");
});

test("a push that must wait is due again at its time, and only then", async () => {
  const { world, request, claim } = await asked("fcmv1");
  const [push] = await claim();
  const nextAt = world.clock.now() + 5_000;
  await finish(world, push!, waiting(nextAt));
  const after = await reload(world, request);
  expect(after).toMatchObject({ state: "requested", reach: "pending", push: { nextAt } });
  await drain(world, nextAt - 1_000);
  expect(await drain(world, nextAt)).toEqual([{ type: "push.due", ...errandOf(request) }]);
  expect(await claim(nextAt - 1)).toEqual([]);
  expect(await claim(nextAt)).toMatchObject([{ attempt: 2 }]);
});

test("an operator's error shows as refused at once, and the push is tried again all the same", async () => {
  const { world, request, claim } = await asked("fcmv1");
  const [push] = await claim();
  const nextAt = world.clock.now() + 300_000;
  await finish(
    world,
    push!,
    waiting(nextAt, { operator: true, status: 401, reason: "The hub does not know our key." }),
  );
  expect(await reload(world, request)).toMatchObject({
    reach: "refused",
    reachReason: "The hub does not know our key.",
  });
  const [again] = await claim(nextAt);
  await finish(world, again!, ACCEPTED);
  const mended = await reload(world, request);
  expect(mended).toMatchObject({ reach: "pushed", state: "notified" });
  expect(mended).not.toHaveProperty("reachReason");
});

test("an ask that reaches the hub after the user answered is followed by a closing push", async () => {
  const { world, request, claim } = await asked("fcmv1");
  const [push] = await claim();
  await drain(world);
  const answered: LogRequest = { ...request, state: "declined", push: { roundId: randomUUID(), kind: "closed" } };
  await world.store.requests.save(answered, { ifVersion: 1 });
  const nextRoundId = randomUUID();
  await world.pushLedger.finish(push!, ACCEPTED, world.clock.now(), nextRoundId);
  const after = await reload(world, request);
  expect(after).toMatchObject({ state: "declined", reach: "pushed", push: { roundId: nextRoundId, kind: "closed" } });
  expect(await drain(world)).toEqual([{ type: "push.due", requestId: request.id, roundId: nextRoundId }]);
  expect(await claimOf(world, after)).toMatchObject([{ kind: "closed", roundId: nextRoundId }]);
});

test("an ask that must wait while its user answers is given up and not tried again", async () => {
  const { world, request, claim } = await asked("fcmv1");
  const [push] = await claim();
  const answered: LogRequest = { ...request, state: "declined", push: { roundId: randomUUID(), kind: "closed" } };
  await world.store.requests.save(answered, { ifVersion: 1 });
  await finish(world, push!, waiting(world.clock.now() + 1_000));
  expect(await world.store.pushes.ofRequest(request.id)).toMatchObject([{ state: "refused" }]);
});

test("a worker that was thought dead and reports late changes nothing, unless the hub took it after all", async () => {
  const { world, request, claim } = await asked("fcmv1");
  const [late] = await claim();
  const [current] = await claim(world.clock.now() + (LEASE_SECONDS + 1) * 1_000);
  await finish(world, late!, REFUSED);
  expect(await world.store.pushes.ofRequest(request.id)).toMatchObject([{ state: "sending", attempt: 2 }]);
  await finish(world, late!, ACCEPTED);
  await finish(world, current!, REFUSED);
  await finish(world, late!, ACCEPTED);
  expect(await world.store.pushes.ofRequest(request.id)).toMatchObject([{ state: "accepted" }]);
  expect((await factsOf(world, request)).map((fact) => fact.type)).toEqual([
    "request.created",
    "push.accepted",
    "request.notified",
  ]);
});

test("the hub's telemetry is kept on the push, told when it is news, and read again when asked", async () => {
  const { world, request, claim } = await asked("fcmv1");
  const [push] = await claim();
  await finish(world, push!, ACCEPTED);
  await drain(world);
  const now = world.clock.now();
  await world.pushLedger.saveOutcomes(push!.pushId, { Success: 1 }, now + 110_000, now);
  expect(await drain(world, now + 110_000)).toEqual([{ type: "telemetry.due", pushId: push!.pushId }]);
  await world.pushLedger.saveOutcomes(push!.pushId, { Success: 1 }, undefined, now);
  expect(await world.pushLedger.findForTelemetry(push!.pushId)).toMatchObject({
    push: { id: push!.pushId, outcomes: { Success: 1 }, notificationId: "n-1" },
    telemetryReads: 2,
  });
  expect((await factsOf(world, request)).filter((fact) => fact.type === "push.outcome")).toHaveLength(1);
  expect((await reload(world, request)).state).toBe("notified");
});

async function asked(...platforms: Platform[]) {
  const world = await openStore();
  const ticket = await world.ticket();
  for (const platform of platforms) await world.installation({ platform });
  const request = await accept(world, ticket);
  return { world, request, claim: (now = world.clock.now()) => claimOf(world, request, now) };
}

async function accept(
  world: StoreUnderTest,
  ticket: { readonly id: string },
  more: { readonly installationId?: string } = {},
): Promise<LogRequest> {
  const outcome = await world.acceptor.accept(world.ask(ticket, more));
  if (outcome.kind !== "accepted") throw new Error(outcome.kind);
  return outcome.request;
}

const HOLD = {
  lock: "select from log_request where id = $1 for update",
  answer: "update log_request set state = 'declined', version = version + 1 where id = $1",
};

/** Starts work on a request that another transaction holds (or answers), and lets go when `waiting` statements wait for it. */
async function whileHeld<T>(
  world: StoreUnderTest,
  request: LogRequest,
  what: keyof typeof HOLD,
  waiting: number,
  start: () => Promise<T>[],
): Promise<Promise<T>[]> {
  const holder = await world.pool.connect();
  try {
    await holder.query("begin");
    await holder.query(HOLD[what], [request.id]);
    const work = start();
    await expect.poll(() => countWaiting(world)).toBe(waiting);
    await holder.query("commit");
    return work;
  } finally {
    holder.release();
  }
}

async function countWaiting(world: StoreUnderTest): Promise<number> {
  const { rows } = await world.pool.query<{ count: number }>(
    "select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  return rows[0]?.count ?? 0;
}

function errandOf(request: LogRequest) {
  return { requestId: request.id, roundId: request.push.roundId };
}

function claimOf(world: StoreUnderTest, request: LogRequest, now = world.clock.now()): Promise<readonly ClaimedPush[]> {
  return world.pushLedger.claim([errandOf(request)], now, LEASE_SECONDS);
}

function finish(world: StoreUnderTest, push: ClaimedPush, end: PushEnd): Promise<void> {
  return world.pushLedger.finish(push, end, world.clock.now(), randomUUID());
}

async function reload(world: StoreUnderTest, request: LogRequest): Promise<LogRequest> {
  const found = await world.store.requests.find(request.id);
  if (!found) throw new Error("The request is gone.");
  return found;
}

async function factsOf(world: StoreUnderTest, request: LogRequest) {
  const { items } = await world.store.timeline.ofTicket(request.ticketId, { limit: 100 });
  return items.map((row) => row.fact);
}

async function drain(world: StoreUnderTest, now = world.clock.now()): Promise<unknown[]> {
  const seen: unknown[] = [];
  await world.outbox.relay(100, now, async (rows) => {
    seen.push(...rows);
  });
  return seen;
}
