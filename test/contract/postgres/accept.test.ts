import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { AcceptInput, AcceptOutcome, IdempotencyScope } from "#ports/store.ts";
import { openStore, type StoreUnderTest } from "../../support/postgres-store.ts";

const key = (more: Partial<IdempotencyScope> = {}): IdempotencyScope => ({
  caller: "agent-1",
  method: "POST",
  route: "/v1/tickets/{id}/log-requests",
  key: "key-1",
  fingerprint: "a".repeat(64),
  ...more,
});

const kinds = (outcomes: readonly AcceptOutcome[]) => outcomes.map((outcome) => outcome.kind);

test("an accepted request is saved, told once on the ticket and in the audit, and waits in the outbox", async () => {
  const world = await openStore();
  const ticket = await world.ticket();
  await world.installation();
  const input = world.ask(ticket, { window: { from: 1_000, to: 2_000 } });
  const outcome = await world.acceptor.accept(input);
  expect(outcome).toMatchObject({
    kind: "accepted",
    replayed: false,
    request: { state: "requested", reach: "pending" },
  });
  if (outcome.kind !== "accepted") return;
  expect(await world.store.requests.find(input.id)).toEqual(outcome.request);
  const timeline = await world.store.timeline.ofTicket(ticket.id, { limit: 10 });
  expect(timeline.items.map((row) => row.fact)).toMatchObject([
    { type: "request.created", requestId: input.id, actor: { kind: "agent", id: "agent-1" }, at: input.now },
  ]);
  expect(await rowsOf(world, "audit_event")).toBe(1);
  expect(await drain(world)).toEqual([{ type: "request.created", requestId: input.id, roundId: input.roundId }]);
});

test("an agent sees at once that the user has no app that a push could reach", async () => {
  const world = await openStore();
  const outcome = await world.acceptor.accept(world.ask(await world.ticket()));
  expect(outcome).toMatchObject({ kind: "accepted", request: { reach: "no_installation" } });
});

test("each row of a batch gets its own answer, whatever the others are", async () => {
  const world = await openStore();
  const ticket = await world.ticket({ participants: [{ userId: "guest" }] });
  const mine = await world.installation();
  const theirs = await world.installation({ userId: "guest" });
  const inputs: AcceptInput[] = [
    world.ask(ticket),
    world.ask({ id: randomUUID() }),
    world.ask(ticket, { userId: "stranger" }),
    world.ask(ticket, { userId: "guest" }),
    world.ask(ticket, { installationId: theirs.id }),
    world.ask(ticket, { installationId: mine.id }),
  ];
  const outcomes = await Promise.all(inputs.map((input) => world.acceptor.accept(input)));
  expect(kinds(outcomes)).toEqual([
    "accepted",
    "ticket_not_found",
    "user_not_on_ticket",
    "accepted",
    "installation_not_of_user",
    "accepted",
  ]);
  expect(await rowsOf(world, "log_request")).toBe(3);
});

test("a hundred agents who ask at the same moment are all answered, each with their own request", async () => {
  const world = await openStore();
  const ticket = await world.ticket();
  const inputs = Array.from({ length: 700 }, (_, n) => world.ask(ticket, { reason: `reason ${n}` }));
  const outcomes = await Promise.all(inputs.map((input) => world.acceptor.accept(input)));
  expect(outcomes.map((outcome) => outcome.kind === "accepted" && outcome.request.reason)).toEqual(
    inputs.map((input) => input.reason),
  );
  expect(await rowsOf(world, "outbox")).toBe(700);
});

test("two equal calls with one key, sent together, make one request and get the same answer", async () => {
  const world = await openStore();
  const ticket = await world.ticket();
  const [one, twin] = await Promise.all([
    world.acceptor.accept(world.ask(ticket, { idempotency: key() })),
    world.acceptor.accept(world.ask(ticket, { idempotency: key() })),
  ]);
  expect(one).toMatchObject({ kind: "accepted", replayed: false });
  expect(twin).toEqual({ ...one, replayed: true });
  expect(await rowsOf(world, "log_request")).toBe(1);
});

test("a replay is answered as the first call was, whatever became of the request and of the ticket", async () => {
  const world = await openStore();
  const ticket = await world.ticket();
  const first = await world.acceptor.accept(world.ask(ticket, { idempotency: key(), window: { from: 1, to: 2 } }));
  if (first.kind !== "accepted") throw new Error(first.kind);
  await world.store.requests.save(
    { ...first.request, state: "declined", reach: "pushed", push: { roundId: randomUUID(), kind: "closed" } },
    { ifVersion: 1 },
  );
  const saved = await world.store.tickets.find(ticket.id);
  const { userId: _, ...withoutUser } = saved!;
  await world.store.tickets.save(withoutUser, { ifVersion: 1 });
  expect(await world.acceptor.accept(world.ask(ticket, { idempotency: key() }))).toEqual({ ...first, replayed: true });
});

test("a key that comes back with another body is refused, with another caller it is another key", async () => {
  const world = await openStore();
  const ticket = await world.ticket();
  await world.acceptor.accept(world.ask(ticket, { idempotency: key() }));
  const outcomes = await Promise.all([
    world.acceptor.accept(world.ask(ticket, { idempotency: key({ fingerprint: "b".repeat(64) }) })),
    world.acceptor.accept(world.ask(ticket, { idempotency: key({ caller: "agent-2" }) })),
  ]);
  expect(kinds(outcomes)).toEqual(["key_reused", "accepted"]);
  expect(await rowsOf(world, "log_request")).toBe(2);
});

test("a call that was refused leaves its key free for the call that is right", async () => {
  const world = await openStore();
  const ticket = await world.ticket();
  const wrong = await world.acceptor.accept(world.ask(ticket, { userId: "stranger", idempotency: key() }));
  const right = await world.acceptor.accept(world.ask(ticket, { idempotency: key({ fingerprint: "b".repeat(64) }) }));
  expect(kinds([wrong, right])).toEqual(["user_not_on_ticket", "accepted"]);
});

test("after a day a key is free again", async () => {
  const world = await openStore();
  const ticket = await world.ticket();
  const now = world.clock.now();
  const first = await world.acceptor.accept(world.ask(ticket, { idempotency: key(), now: now - 25 * 3_600_000 }));
  const second = await world.acceptor.accept(
    world.ask(ticket, { idempotency: key({ fingerprint: "b".repeat(64) }), now }),
  );
  expect([first, second]).toMatchObject([{ replayed: false }, { replayed: false }]);
  const third = await world.acceptor.accept(
    world.ask(ticket, { idempotency: key({ fingerprint: "b".repeat(64) }), now }),
  );
  expect(third).toMatchObject({ replayed: true });
});

test("a twin that is under way in another process holds up only its own call, which is told to come back", async () => {
  const world = await openStore();
  const ticket = await world.ticket();
  const elsewhere = await world.pool.connect();
  await elsewhere.query("begin");
  await elsewhere.query(
    `insert into idempotency_key (caller, method, route, key, fingerprint, created_at)
     values ($1, $2, $3, $4, $5, now())`,
    Object.values(key()),
  );
  try {
    const twin = world.acceptor.accept(world.ask(ticket, { idempotency: key() }));
    const others = await Promise.all([
      world.acceptor.accept(world.ask(ticket)),
      world.acceptor.accept(world.ask(ticket, { idempotency: key({ key: "key-2" }) })),
    ]);
    expect(kinds(others)).toEqual(["accepted", "accepted"]);
    expect(await twin).toEqual({ kind: "in_progress" });
  } finally {
    await elsewhere.query("rollback");
    elsewhere.release();
  }
});

test("a twin that comes to its end in another process within two seconds is replayed", async () => {
  const world = await openStore();
  const ticket = await world.ticket();
  const other = await world.another();
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      (n % 2 === 0 ? world : other).acceptor.accept(world.ask(ticket, { idempotency: key({ key: `key-${n >> 2}` }) })),
    ),
  );
  expect(new Set(kinds(outcomes))).toEqual(new Set(["accepted"]));
  expect(outcomes.filter((outcome) => outcome.kind === "accepted" && !outcome.replayed)).toHaveLength(5);
  expect(await rowsOf(world, "log_request")).toBe(5);
});

test("a row that PostgreSQL cannot take fails alone", async () => {
  const world = await openStore();
  const ticket = await world.ticket();
  const outcomes = await Promise.allSettled([
    world.acceptor.accept(world.ask(ticket)),
    world.acceptor.accept(world.ask(ticket, { reason: "a NUL \u0000 in it" })),
    world.acceptor.accept(world.ask(ticket)),
  ]);
  expect(outcomes.map((outcome) => outcome.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(await rowsOf(world, "log_request")).toBe(2);
});

test("the relay of this process is woken after the commit, and not for a refusal", async () => {
  const world = await openStore();
  const ticket = await world.ticket();
  let wakes = 0;
  world.outbox.onAppended(() => (wakes += 1));
  await world.acceptor.accept(world.ask(ticket, { userId: "stranger" }));
  expect(wakes).toBe(0);
  await world.acceptor.accept(world.ask(ticket));
  expect(wakes).toBe(1);
});

async function rowsOf(world: StoreUnderTest, table: string): Promise<number> {
  const { rows } = await world.pool.query<{ count: number }>(`select count(*)::int as count from ${table}`);
  return rows[0]!.count;
}

async function drain(world: StoreUnderTest): Promise<unknown[]> {
  const seen: unknown[] = [];
  await world.outbox.relay(100, world.clock.now(), async (rows) => {
    seen.push(...rows);
  });
  return seen;
}
