import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createBlobStore } from "#adapters/azure-blob/create-blob-store.ts";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import type { Fact, OutboxRow } from "#domain/facts.ts";
import { ingestBlobName, type LogFile } from "#domain/log-file.ts";
import { Problem } from "#domain/problems.ts";
import type { FileState } from "#domain/vocabulary.ts";
import { deadlinesJob } from "#flow/expire/deadlines.job.ts";
import { endSnoozeJob } from "#flow/expire/end-snooze.job.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import { putThrough } from "#test/support/blob-upload.ts";
import { openQueueWorld, type QueueWorld } from "#test/support/queue-world.ts";
import { testServers, uniqueName } from "#test/support/servers.ts";

const HOUR_MS = 3_600_000;

let world: QueueWorld;
let blobs: BlobStore;
beforeAll(async () => {
  world = await openQueueWorld();
  const { url, accountName, accountKey } = testServers().azurite;
  blobs = createBlobStore({
    endpoint: url,
    credential: { kind: "account-key", accountName, accountKey },
    ingestContainer: uniqueName("ingest"),
    evidenceContainer: uniqueName("evidence"),
    allowInsecureHosts: ["127.0.0.1"],
    clock: world.clock,
    log: world.log,
  });
  await blobs.prepare({ corsOrigins: [] });
});
afterAll(() => world.close());

const signal = new AbortController().signal;

/** One round of the job, as if so much time had passed. */
async function deadlines({ laterMs = 0, heads = blobs, limit = 200 } = {}): Promise<void> {
  const clock = { now: () => world.clock.now() + laterMs };
  const { store, dueWork, log } = world;
  await deadlinesJob({ store, dueWork, log, blobs: heads, clock, ids: uuidV7, limit })([{}], signal);
}

async function find(requestId: string) {
  const request = await world.store.requests.find(requestId);
  if (!request) throw new Error(`There is no request ${requestId}`);
  return request;
}

async function told(ticketId: string): Promise<Fact[]> {
  const { items } = await world.store.timeline.ofTicket(ticketId, { limit: 200 });
  return items.map(({ fact }) => fact);
}

async function toldOf(ticketId: string, type: Fact["type"]): Promise<Fact[]> {
  return (await told(ticketId)).filter((fact) => fact.type === type);
}

/** Takes everything that waits in the outbox. */
async function outboxRows(): Promise<OutboxRow[]> {
  const rows: OutboxRow[] = [];
  await world.outbox.relay(10_000, world.clock.now() + 48 * HOUR_MS, async (due) => void rows.push(...due));
  return rows;
}

/** A request that was shared: `there` says of each file whether its bytes have come, `states` what its device said of it. */
async function share(there: readonly boolean[], states: readonly FileState[] = there.map(() => "announced")) {
  const user = await world.user();
  const request = await world.ask(user);
  const now = world.clock.now();
  const consentId = uuidV7.next();
  const files = there.map((_, index): LogFile => ({
    id: uuidV7.next(),
    ownerId: request.id,
    ownerKind: "request",
    ticketId: request.ticketId,
    consentId,
    collector: "app",
    name: `app-${index}.log`,
    sizeBytes: 5,
    sha256: "0".repeat(64),
    modifiedAt: now,
    state: states[index] ?? "announced",
    coverage: "unknown",
    ...(states[index] === "uploaded" && { uploadedAt: now }),
    verifyAttempt: 0,
  }));
  await world.store.transaction(async (tx) => {
    await tx.consents.record({
      id: consentId,
      basis: "request",
      requestId: request.id,
      ticketId: request.ticketId,
      userId: request.userId,
      decision: "share",
      text: { version: "default-1", locale: "en", sha256: "0".repeat(64) },
      shown: {},
      leftOut: [],
      decidedAt: now,
    });
    await tx.files.add(files);
    const { nextAt: _closed, ...push } = request.push;
    const consented = { ...request, state: "consented", push, uploadBy: now + HOUR_MS } as const;
    if (!(await tx.requests.save(consented, { ifVersion: request.version }))) throw new Error("Nobody else is here");
  });
  for (const [index, file] of files.entries()) {
    if (!there[index]) continue;
    const link = await blobs.createUploadLink(ingestBlobName(file), file.sizeBytes, now + HOUR_MS);
    expect((await putThrough(link, "bytes")).status).toBe(201);
  }
  return { requestId: request.id, ticketId: request.ticketId, files };
}

describe("a request that nobody answers in time", () => {
  test("expires, and its prompt comes down everywhere", async () => {
    const user = await world.user();
    const request = await world.ask(user);
    await world.store.requests.save({ ...request, snoozedUntil: request.answerBy }, { ifVersion: request.version });
    await outboxRows();
    await deadlines({ laterMs: 23 * HOUR_MS });
    expect(await find(request.id)).toMatchObject({ state: "requested" });
    await deadlines({ laterMs: 25 * HOUR_MS });
    const expired = await find(request.id);
    expect(expired).toMatchObject({ state: "expired", push: { kind: "closed", nextAt: expired.updatedAt } });
    expect(expired.endedAt).toBe(expired.updatedAt);
    expect(expired.snoozedUntil).toBeUndefined();
    const { roundId } = expired.push;
    expect(roundId).not.toBe(request.push.roundId);
    expect(await toldOf(user.ticketId, "request.expired")).toEqual([
      expect.objectContaining({ requestId: request.id, actor: { kind: "system", id: "deadlines" } }),
    ]);
    expect(await outboxRows()).toEqual([
      expect.objectContaining({ type: "request.expired", requestId: request.id, roundId }),
    ]);
  });

  test("expires once, however many workers come to it together", async () => {
    const user = await world.user();
    const request = await world.ask(user);
    await Promise.all(Array.from({ length: 5 }, () => deadlines({ laterMs: 25 * HOUR_MS })));
    expect(await toldOf(user.ticketId, "request.expired")).toHaveLength(1);
    expect(await find(request.id)).toMatchObject({ version: request.version + 1 });
  });

  test("expires with all others of its moment, however many they are", async () => {
    const user = await world.user();
    const asked = await Promise.all(Array.from({ length: 25 }, () => world.ask(user)));
    await deadlines({ laterMs: 25 * HOUR_MS, limit: 10 });
    for (const { id } of asked) expect(await find(id)).toMatchObject({ state: "expired" });
  });

  test("stays as it is when the answer came first", async () => {
    const user = await world.user();
    const request = await world.ask(user);
    await world.store.requests.save({ ...request, state: "declined" }, { ifVersion: request.version });
    await deadlines({ laterMs: 25 * HOUR_MS });
    expect(await find(request.id)).toMatchObject({ state: "declined", version: request.version + 1 });
  });
});

describe("an upload that is not finished in time", () => {
  test("goes on with the files that are there, whether the device said so or not, and names the others", async () => {
    const { requestId, ticketId, files } = await share([true, false, true], ["announced", "announced", "uploaded"]);
    await outboxRows();
    await deadlines({ laterMs: 2 * HOUR_MS });
    const request = await find(requestId);
    expect(request).toMatchObject({ state: "uploaded" });
    expect(request.endedAt).toBeUndefined();
    const at = request.updatedAt;
    const found = new Map((await world.store.files.ofOwner(requestId)).map((file) => [file.id, file]));
    const [came, never, said] = files.map(({ id }) => found.get(id));
    expect(came).toMatchObject({ state: "uploaded", uploadedAt: at, verifyAt: at });
    expect(never).toMatchObject({ state: "missing", reason: "upload_deadline", cleanupAt: at });
    expect(said).toMatchObject({ state: "uploaded", verifyAt: at, uploadedAt: files[2]?.uploadedAt });
    const facts = (await told(ticketId)).filter((fact) => fact.at === at);
    expect(facts.map(({ type, fileId }) => [type, fileId])).toEqual([
      ["file.uploaded", files[0]?.id],
      ["file.missing", files[1]?.id],
      ["request.uploaded", undefined],
    ]);
    expect(facts.at(-1)?.data).toEqual({ uploaded: 2, missing: 1 });
    const rows = await outboxRows();
    const toVerify = rows.filter(({ type }) => type === "verify.due").map(({ fileId }) => fileId);
    expect(new Set(toVerify)).toEqual(new Set([files[0]?.id, files[2]?.id]));
    expect(rows.filter(({ type }) => type === "file.missing")).toHaveLength(1);
  });

  test("is rejected as abandoned when nothing came", async () => {
    const { requestId, ticketId } = await share([false, false]);
    await deadlines({ laterMs: 2 * HOUR_MS });
    const request = await find(requestId);
    expect(request).toMatchObject({ state: "rejected", rejectReason: "upload_abandoned", endedAt: request.updatedAt });
    expect(await toldOf(ticketId, "request.rejected")).toEqual([
      expect.objectContaining({ data: { uploaded: 0, missing: 2, reason: "upload_abandoned" } }),
    ]);
  });

  test("is not decided while nobody can look, and holds nobody else up", async () => {
    const { requestId } = await share([true]);
    const user = await world.user();
    const unanswered = await world.ask(user);
    const away: BlobStore = { ...blobs, head: () => Promise.reject(new Problem("blob_store_unavailable")) };
    await deadlines({ laterMs: 25 * HOUR_MS, heads: away });
    expect(await find(requestId)).toMatchObject({ state: "consented" });
    expect(await find(unanswered.id)).toMatchObject({ state: "expired" });
    await deadlines({ laterMs: 25 * HOUR_MS });
    expect(await find(requestId)).toMatchObject({ state: "uploaded" });
  });

  test("holds up no answer and no snooze while the store hangs, and the store is asked once a round", async () => {
    const uploads = [await share([true]), await share([true])];
    const user = await world.user();
    const unanswered = await world.ask(user, { answerBy: world.clock.now() + 2 * HOUR_MS });
    const snoozed = await world.ask(user);
    const snoozedUntil = world.clock.now() + 2 * HOUR_MS;
    await world.store.requests.save({ ...snoozed, snoozedUntil }, { ifVersion: snoozed.version });
    const hung = Promise.withResolvers<never>();
    hung.promise.catch(() => undefined);
    let asked = 0;
    const hanging: BlobStore = {
      ...blobs,
      head() {
        asked += 1;
        return hung.promise;
      },
    };
    const round = deadlines({ laterMs: 3 * HOUR_MS, heads: hanging });
    await vi.waitFor(async () => expect(await find(unanswered.id)).toMatchObject({ state: "expired" }));
    await vi.waitFor(async () => expect((await find(snoozed.id)).snoozedUntil).toBeUndefined());
    await vi.waitFor(() => expect(asked).toBe(1));
    hung.reject(new Problem("blob_store_unavailable"));
    await round;
    expect(asked).toBe(1);
    await deadlines({ laterMs: 3 * HOUR_MS });
    for (const { requestId } of uploads) expect(await find(requestId)).toMatchObject({ state: "uploaded" });
  });

  test("that the device completes while we look is the device's", async () => {
    const { requestId, ticketId, files } = await share([true]);
    const late: BlobStore = {
      ...blobs,
      async head(name, abort) {
        const head = await blobs.head(name, abort);
        const request = await find(requestId);
        await world.store.transaction(async (tx) => {
          await tx.requests.save({ ...request, state: "uploaded" }, { ifVersion: request.version });
          const file = files[0];
          if (file) await tx.files.save({ ...file, state: "uploaded", uploadedAt: 1_000 }, { ifState: "announced" });
        });
        return head;
      },
    };
    await deadlines({ laterMs: 2 * HOUR_MS, heads: late });
    expect(await world.store.files.find(files[0]?.id ?? "")).toMatchObject({ state: "uploaded", uploadedAt: 1_000 });
    expect((await told(ticketId)).map(({ type }) => type)).not.toContain("request.uploaded");
  });
});

describe("a prompt that was put off", () => {
  const snoozed = async (untilMs: number) => {
    const user = await world.user();
    const request = await world.ask(user);
    const snoozedUntil = world.clock.now() + untilMs;
    await world.store.requests.save({ ...request, snoozedUntil }, { ifVersion: request.version });
    await outboxRows();
    return { ...user, request: await find(request.id) };
  };
  const askAgain = (requestId: string, laterMs: number) =>
    endSnoozeJob({ store: world.store, ids: uuidV7, clock: { now: () => world.clock.now() + laterMs } })(
      [{ requestId }],
      signal,
    );

  test.for(["its own job", "the deadlines' job"])("is asked again when its time has come, by %s", async (by) => {
    const { request, ticketId } = await snoozed(HOUR_MS);
    if (by === "its own job") await askAgain(request.id, 2 * HOUR_MS);
    else await deadlines({ laterMs: 2 * HOUR_MS });
    const asked = await find(request.id);
    expect(asked.snoozedUntil).toBeUndefined();
    expect(asked).toMatchObject({ state: "requested", push: { kind: "ask", nextAt: asked.updatedAt } });
    const { roundId } = asked.push;
    expect(roundId).not.toBe(request.push.roundId);
    expect(await toldOf(ticketId, "request.askedAgain")).toEqual([expect.objectContaining({ requestId: request.id })]);
    expect(await outboxRows()).toEqual([expect.objectContaining({ type: "request.askedAgain", roundId })]);
    // The job of the same snooze comes a second time.
    await askAgain(request.id, 2 * HOUR_MS);
    expect(await find(request.id)).toEqual(asked);
  });

  test("stays down when it was put off again, answered, or can no longer be answered", async () => {
    const again = await snoozed(3 * HOUR_MS);
    await askAgain(again.request.id, 2 * HOUR_MS);
    expect(await find(again.request.id)).toEqual(again.request);

    const answered = await snoozed(HOUR_MS);
    const declined = { ...answered.request, state: "declined" } as const;
    await world.store.requests.save(declined, { ifVersion: answered.request.version });
    await askAgain(answered.request.id, 2 * HOUR_MS);
    expect(await find(answered.request.id)).toMatchObject({ state: "declined", push: answered.request.push });

    const over = await snoozed(HOUR_MS);
    await askAgain(over.request.id, 25 * HOUR_MS);
    expect(await find(over.request.id)).toEqual(over.request);
  });
});

test("the job comes by itself every second, on the queue", async () => {
  const { store, dueWork, log, clock } = world;
  const user = await world.user();
  const request = await world.ask(user, { answerBy: clock.now() + 1_500 });
  const queue = world.openQueue();
  await queue.work(
    "deadlines",
    { concurrency: 1, timeoutSeconds: 60 },
    deadlinesJob({ store, dueWork, log, blobs, clock, ids: uuidV7 }),
  );
  await queue.repeat("deadlines", 1_000);
  await vi.waitFor(async () => expect(await find(request.id)).toMatchObject({ state: "expired" }), {
    timeout: 10_000,
    interval: 50,
  });
});
