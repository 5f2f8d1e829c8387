import { createHash, randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { FILE_STATES, REQUEST_STATES } from "#domain/vocabulary.ts";
import type { Consent } from "#domain/consent.ts";
import { evidenceBlobName, ingestBlobName, type LogFile } from "#domain/log-file.ts";
import type { LogRequest } from "#domain/log-request.ts";
import type { Page } from "#ports/store.ts";
import { openStore, THE_USER, type StoreUnderTest } from "../../support/postgres-store.ts";

test("a list read page by page shows everything once, newest first, also what has the same time", async () => {
  const world = await openStore();
  const createdAt = world.clock.now();
  const made = [];
  for (let n = 0; n < 7; n += 1) made.push(await world.ticket({ createdAt: createdAt + (n >> 1) }));
  const found = await all((after) => world.store.tickets.list({ limit: 3, ...after }));
  const newestFirst = made.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
  expect(found.map((ticket) => ticket.id)).toEqual(newestFirst.map((ticket) => ticket.id));
});

test("a page link of another list, or one that was made up, is refused", async () => {
  const world = await openStore();
  const ticket = await world.ticket();
  for (let n = 0; n < 2; n += 1) await world.acceptor.accept(world.ask(ticket));
  const { next } = await world.store.requests.list({ limit: 1 });
  for (const after of [next!, "", "nonsense", Buffer.from('["tickets","x","y"]').toString("base64url")]) {
    await expect(world.store.tickets.list({ limit: 1, after })).rejects.toMatchObject({ code: "invalid_request" });
  }
});

test("requests are listed by state, ticket, user and agent", async () => {
  const world = await openStore();
  const [ticket, other] = [await world.ticket(), await world.ticket({ userId: "user-2" })];
  const mine = await accept(world, ticket);
  const theirs = await accept(world, other, { userId: "user-2", agentId: "agent-2" });
  await world.store.requests.save({ ...theirs, state: "declined", endedAt: 5 }, { ifVersion: 1 });
  const list = async (query: object) =>
    (await world.store.requests.list({ limit: 10, ...query })).items.map((request) => request.id);
  expect(await list({})).toEqual([theirs.id, mine.id]);
  expect(await list({ states: ["declined", "linked"] })).toEqual([theirs.id]);
  expect(await list({ ticketId: ticket.id })).toEqual([mine.id]);
  expect(await list({ userId: "user-2" })).toEqual([theirs.id]);
  expect(await list({ agentId: "agent-1" })).toEqual([mine.id]);
  expect((await world.store.requests.openOf(THE_USER)).map((request) => request.id)).toEqual([mine.id]);
  expect(await world.store.requests.openOf("user-2")).toEqual([]);
});

test("of two who save what they read, one wins, and the other is told", async () => {
  const world = await openStore();
  const request = await accept(world, await world.ticket());
  const saves = await Promise.all([
    world.store.requests.save({ ...request, state: "declined" }, { ifVersion: 1 }),
    world.store.requests.save({ ...request, state: "cancelled" }, { ifVersion: 1 }),
  ]);
  expect(saves.filter(Boolean)).toHaveLength(1);
  expect((await world.store.requests.find(request.id))?.version).toBe(2);
});

test("a saved request comes back as it was saved", async () => {
  const world = await openStore();
  const request = await accept(world, await world.ticket());
  const saved: LogRequest = {
    ...request,
    version: 2,
    state: "rejected",
    rejectReason: "none_held",
    reach: "refused",
    reachReason: "No platform took it.",
    push: { roundId: randomUUID(), kind: "closed", nextAt: 1_234 },
    reminders: 2,
    snoozedUntil: 2_345,
    uploadBy: 3_456,
    updatedAt: 4_567,
    endedAt: 5_678,
  };
  await world.store.requests.save(saved, { ifVersion: 1 });
  expect(await world.store.requests.find(request.id)).toEqual(saved);
});

test("a ticket is found by number, words of its subject, user, participant, call and external id", async () => {
  const world = await openStore();
  await world.ticket({ subject: "Something else 100x", userId: "nobody" });
  const ticket = await world.ticket({
    subject: "Echo at 100% volume",
    userId: "ada",
    participants: [{ userId: "grace", callId: "call-7" }, { userId: "edsger" }],
    callIds: ["call-7", "call-8"],
    assigneeId: "agent-1",
    externalSystem: "azure-devops",
    externalId: "4711",
  });
  expect(await world.store.tickets.find(ticket.id)).toEqual(ticket);
  for (const query of [`#${ticket.number}`, "echo AT", "100%", "ada", "edsger", "call-8", "4711"]) {
    const { items } = await world.store.tickets.list({ limit: 10, query });
    expect(
      items.map((found) => found.id),
      query,
    ).toEqual([ticket.id]);
  }
  for (const query of [
    { number: ticket.number },
    { userId: "grace" },
    { callId: "call-7" },
    { externalSystem: "azure-devops", externalId: "4711" },
    { assigneeId: "agent-1" },
  ]) {
    const { items } = await world.store.tickets.list({ limit: 10, ...query });
    expect(items.map((found) => found.id)).toEqual([ticket.id]);
  }
  expect(await world.store.tickets.findByExternal("azure-devops", "4711")).toEqual(ticket);
});

test("two tickets cannot have the same external id", async () => {
  const world = await openStore();
  const external = { externalSystem: "azure-devops", externalId: "1" };
  const first = await world.ticket(external);
  await expect(world.ticket(external)).rejects.toMatchObject({ code: "external_id_taken" });
  const second = await world.ticket();
  const stolen = world.store.transaction((tx) => tx.tickets.save({ ...second, ...external }, { ifVersion: 1 }));
  await expect(stolen).rejects.toMatchObject({ code: "external_id_taken" });
  expect(first.number).toBeLessThan(second.number);
});

test("a ticket that was changed meanwhile is not overwritten", async () => {
  const world = await openStore();
  const ticket = await world.ticket({ participants: [{ userId: "guest" }] });
  const changed = { ...ticket, subject: "New words", participants: [{ userId: "other", callId: "call-1" }] };
  expect(await world.store.transaction((tx) => tx.tickets.save(changed, { ifVersion: 1 }))).toBe(true);
  expect(await world.store.transaction((tx) => tx.tickets.save(ticket, { ifVersion: 1 }))).toBe(false);
  expect(await world.store.tickets.find(ticket.id)).toEqual({ ...changed, version: 2 });
});

test("a person is found by the beginning of any word of their id, name and contacts", async () => {
  const world = await openStore();
  const user = { contacts: ["ada@example.com", "+49 (170) 123-4567"], createdAt: 1, updatedAt: 1 };
  expect(await world.store.users.put({ ...user, id: "acs:u-77", label: "Ada O'Hara", locale: "de" })).toBe("created");
  expect(await world.store.users.put({ ...user, id: "acs:u-77", label: "Ada O'Neill" })).toBe("updated");
  await world.store.users.ensure("someone", 1);
  const find = async (query: string) =>
    (await world.store.users.search({ query, limit: 10 })).items.map((one) => one.id);
  for (const words of ["ada", "ADA o'ne", "neill", "ada@exa", "example", "+49 170", "49170123", "acs:u", "77"]) {
    expect(await find(words), words).toEqual(["acs:u-77"]);
  }
  for (const words of ["da", "hara", "bob", "'", "\\", "& | !", "ada bob"])
    expect(await find(words), words).toEqual([]);
  const everyone = await all((after) => world.store.users.search({ limit: 1, ...after }));
  expect(everyone.map((one) => one.id)).toEqual(["acs:u-77", "someone"]);
  expect(everyone[0]).toEqual({ ...user, id: "acs:u-77", label: "Ada O'Neill" });
  expect([await world.store.users.ensure("new", 1), await world.store.users.ensure("new", 2)]).toEqual([true, false]);
});

test("an installation is saved by its version, and goes only when it was removed", async () => {
  const world = await openStore();
  const { store } = world;
  const installation = await world.installation({
    pushChannel: { endpoint: "https://push.example/1", p256dh: "p", auth: "a" },
    platform: "browser",
    notificationsAllowed: false,
    syncAt: 1_000,
  });
  expect(await store.installations.find(installation.id)).toEqual(installation);
  expect(await store.installations.save(installation, { ifVersion: 0 })).toBe(false);
  await store.installations.forget(installation.id, { ifVersion: 1 });
  expect((await store.installations.ofUser(THE_USER)).map(({ id }) => id)).toEqual([installation.id]);
  expect(await store.installations.save({ ...installation, removedAt: 5 }, { ifVersion: 1 })).toBe(true);
  expect(await store.installations.ofUser(THE_USER)).toEqual([]);
  await store.installations.forget(installation.id, { ifVersion: 1 });
  expect(await store.installations.find(installation.id)).toMatchObject({ version: 2, removedAt: 5 });
  const asked = [installation.id.toUpperCase(), randomUUID()];
  expect(await store.installations.known(asked), "one that is being removed is still ours").toEqual(
    new Set([installation.id]),
  );
  expect(await store.installations.known([])).toEqual(new Set());
  await store.installations.forget(installation.id, { ifVersion: 2 });
  expect(await store.installations.find(installation.id)).toBeUndefined();
});

test("a consent is recorded once, comes back as it was, and its first take-back stands", async () => {
  const world = await openStore();
  const consent = await consented(world);
  expect(await world.store.consents.find(consent.id)).toEqual(consent);
  await expect(world.store.consents.record({ ...consent, id: randomUUID() })).rejects.toThrow(/P2002/);
  await world.store.consents.markWithdrawn(consent.id, 7_000);
  await world.store.consents.markWithdrawn(consent.id, 8_000);
  expect(await world.store.consents.ofOwner({ kind: "request", id: consent.requestId })).toEqual({
    ...consent,
    withdrawnAt: 7_000,
  });
});

test("a user gets the consent text in the language that is nearest to theirs", async () => {
  const { store } = await openStore();
  const localeFor = async (locale: string | undefined) => (await store.consentTexts.forLocale(locale)).locale;
  expect(await localeFor("de-AT")).toBe("de");
  expect(await localeFor("EN-us")).toBe("en");
  expect(await localeFor("fr")).toBe("en");
  expect(await localeFor(undefined)).toBe("en");
  await store.consentTexts.put(textOf("default-1", "de-CH", "Grüezi"));
  expect(await localeFor("de-CH-1996")).toBe("de-CH");
});

test("a text can be corrected until it was shown, and never after", async () => {
  const { store } = await openStore();
  await store.consentTexts.put(textOf("v2", "en", "first"));
  await store.consentTexts.put(textOf("v2", "en", "second"));
  await store.consentTexts.markUsed("v2", "en", 5_000);
  await store.consentTexts.markUsed("v2", "en", 6_000);
  await expect(store.consentTexts.put(textOf("v2", "en", "third"))).rejects.toMatchObject({
    code: "consent_text_in_use",
  });
  await store.consentTexts.put(textOf("v2", "en", "second"));
  expect(await store.consentTexts.find("v2", "en")).toEqual({ ...textOf("v2", "en", "second"), usedAt: 5_000 });
});

test("a file changes only from the state that was read, and its blobs are ours only while its state permits them", async () => {
  const world = await openStore();
  const { store, dueWork } = world;
  const consent = await consented(world);
  const [file, second] = [fileOf(consent), fileOf(consent, { name: "second.log" })];
  await store.files.add([file, second]);
  expect(await store.files.ofOwner(consent.requestId)).toEqual([file, second]);
  expect(await store.files.ofTicket(consent.ticketId)).toEqual([file, second]);
  const linked: LogFile = {
    ...file,
    state: "linked",
    uploadedAt: 1,
    linkedAt: 2,
    evidenceEtag: "e",
    deleteAfter: 3_000,
  };
  expect(await store.files.save(linked, { ifState: "uploaded" })).toBe(false);
  const names = [ingestBlobName(file), evidenceBlobName(file), `ingest/${randomUUID()}/${file.id}`, "ingest/else", "x"];
  expect([...(await dueWork.ownedBlobs(names))]).toEqual(names.slice(0, 2));
  expect(await store.files.save(linked, { ifState: "announced" })).toBe(true);
  expect(await store.files.find(file.id)).toEqual(linked);
  expect([...(await dueWork.ownedBlobs(names))]).toEqual([evidenceBlobName(file)]);
  expect((await store.files.countsOf([consent.requestId])).get(consent.requestId)).toEqual({
    consented: 2,
    uploaded: 1,
    linked: 1,
    refused: 0,
    missing: 0,
  });
  expect([await dueWork.retention(2_999, 10), await dueWork.retention(3_000, 10)]).toEqual([[], [file.id]]);
});

test("the reconciler finds whatever is overdue, and the deadlines those requests whose time is up", async () => {
  const world = await openStore();
  const { store, dueWork } = world;
  const consent = await consented(world, { state: "consented", uploadBy: 5_000 });
  const file = fileOf(consent, { verifyAt: 1_000, cleanupAt: 2_000 });
  await store.files.add([file]);
  const installation = await world.installation({ syncAt: 3_000 });
  const asked = await accept(world, await world.ticket(), { answerBy: 6_000, now: 4_000 });
  const snoozed = await accept(world, await world.ticket());
  const { push, ...rest } = snoozed;
  await store.requests.save(
    { ...rest, push: { roundId: push.roundId, kind: "closed" }, snoozedUntil: 7_000 },
    { ifVersion: 1 },
  );
  expect(await dueWork.overdue(14_000, 10, 10)).toEqual([
    { type: "verify.due", fileId: file.id },
    { type: "cleanup.due", fileId: file.id },
    { type: "installation.due", installationId: installation.id },
    { type: "push.due", requestId: asked.id, roundId: asked.push.roundId },
  ]);
  expect(await dueWork.overdue(10_999, 10, 10)).toEqual([]);
  expect(await dueWork.deadlines(7_000, 10)).toEqual([
    { requestId: asked.id, kind: "answer" },
    { requestId: snoozed.id, kind: "snooze" },
  ]);
  expect(await dueWork.deadlines(5_999, 10)).toEqual([]);
  expect(await dueWork.uploadDeadlines(5_000, 10)).toEqual([{ kind: "request", id: consent.requestId }]);
  expect(await dueWork.uploadDeadlines(4_999, 10)).toEqual([]);
  expect(await dueWork.metrics(11_000)).toMatchObject({
    oldestOverdueRequestSeconds: 10,
    outboxRows: 3,
    requestsByState: { consented: 1, requested: 2 },
    verifyFailures: {},
  });
});

test("only what verify refused or did not find counts as its failure, not what a user gave up or a deadline ended", async () => {
  const world = await openStore();
  const consent = await consented(world);
  const ends = [
    ["refused", "hash_differs"],
    ["refused", "unreadable"],
    ["missing", "not_uploaded"],
    ["missing", "given_up"],
    ["missing", "upload_deadline"],
    ["missing", "request_cancelled"],
  ] as const;
  await world.store.files.add(ends.map(([state, reason]) => fileOf(consent, { state, reason })));
  expect((await world.dueWork.metrics(1_000)).verifyFailures).toEqual({
    hash_differs: 1,
    unreadable: 1,
    not_uploaded: 1,
  });
});

test("who downloaded a file is read from the audit", async () => {
  const world = await openStore();
  const fileId = randomUUID();
  const actor = { kind: "agent", id: "agent-9" } as const;
  await world.store.transaction((tx) =>
    tx.append([
      { type: "file.downloadLinkCreated", at: 5, actor, fileId },
      { type: "file.linked", at: 6, actor, fileId },
    ]),
  );
  expect(await world.store.downloads.ofFiles([fileId])).toEqual([{ fileId, agentId: "agent-9", at: 5 }]);
});

test("an API key is found by its secret's hash, and says when it was revoked", async () => {
  const { store } = await openStore();
  const key = { id: randomUUID(), name: "crm", createdAt: 1_000 };
  await store.apiKeys.create({ ...key, secretHash: "h" });
  expect(await store.apiKeys.findByHash("h")).toEqual(key);
  expect([await store.apiKeys.revoke(key.id, 2_000), await store.apiKeys.revoke(key.id, 3_000)]).toEqual([true, false]);
  expect(await store.apiKeys.list()).toEqual([{ ...key, revokedAt: 2_000 }]);
});

test("a key's first call has its effect, and its replay gets the stored answer, also when both come at once", async () => {
  const { store, clock, dueWork } = await openStore();
  const scope = { caller: "agent-1", method: "POST", route: "/v1/tickets", key: "k", fingerprint: "f" };
  const answer = { status: 201, headers: { etag: '"1"' }, body: '{"id":1}' };
  let effects = 0;
  const call = (fingerprint = "f") =>
    store.transaction(async (tx) => {
      const outcome = await tx.idempotency.claim({ ...scope, fingerprint }, clock.now());
      if (outcome.kind !== "first") return outcome;
      effects += 1;
      await tx.idempotency.store(scope, answer);
      return { kind: "done" };
    });
  const outcomes = await Promise.all([call(), call()]);
  expect(outcomes).toContainEqual({ kind: "done" });
  expect(outcomes).toContainEqual({ kind: "replay", answer });
  expect(await call("other")).toEqual({ kind: "reused" });
  expect(effects).toBe(1);
  await dueWork.forgetOld(clock.now() + 25 * 3_600_000);
  expect(await call("other")).toEqual({ kind: "done" });
});

test("a twin that takes too long is told to come back", async () => {
  const { store, clock } = await openStore();
  const scope = { caller: "agent-1", method: "POST", route: "/v1/tickets", key: "k", fingerprint: "f" };
  await store.transaction(async (tx) => {
    await tx.idempotency.claim(scope, clock.now());
    const twin = store.transaction((other) => other.idempotency.claim(scope, clock.now()));
    await expect(twin).rejects.toMatchObject({ code: "in_progress" });
  });
});

test("the database knows exactly the words that the domain knows", async () => {
  const { pool } = await openStore();
  const { rows } = await pool.query<{ name: string; definition: string }>(
    "select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint where contype = 'c'",
  );
  const wordsOf = (name: string) => {
    const definition = rows.find((row) => row.name === name)?.definition ?? "";
    return [...definition.matchAll(/'([^']+)'/g)].map((match) => match[1]);
  };
  expect(wordsOf("log_request_state_check")).toEqual([...REQUEST_STATES]);
  expect(wordsOf("log_file_state_check")).toEqual([...FILE_STATES]);
});

async function all<T>(read: (after: { after?: string }) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = [];
  for (let page = await read({}); ; page = await read({ after: page.next })) {
    found.push(...page.items);
    if (page.next === undefined) return found;
  }
}

async function accept(world: StoreUnderTest, ticket: { readonly id: string }, more = {}): Promise<LogRequest> {
  const outcome = await world.acceptor.accept(world.ask(ticket, more));
  if (outcome.kind !== "accepted") throw new Error(outcome.kind);
  return outcome.request;
}

type Answer = Consent & { readonly requestId: string };

async function consented(world: StoreUnderTest, more: Partial<LogRequest> = {}): Promise<Answer> {
  const { push, ...request } = await accept(world, await world.ticket());
  await world.store.requests.save(
    { ...request, push: { roundId: push.roundId, kind: "closed" }, ...more },
    { ifVersion: 1 },
  );
  const consent: Answer = {
    id: randomUUID(),
    basis: "request",
    requestId: request.id,
    ticketId: request.ticketId,
    userId: request.userId,
    installationId: randomUUID(),
    decision: "share",
    text: { version: "default-1", locale: "en", sha256: "0".repeat(64) },
    shown: { reason: request.reason, retentionDays: "30" },
    leftOut: [{ collector: "app", name: "app.log.9", sizeBytes: 5_000_000_000, reason: "over_max_bytes" }],
    decidedAt: 1_000,
    deviceNow: 999,
  };
  await world.store.consents.record(consent);
  return consent;
}

function fileOf(consent: Answer, more: Partial<LogFile> = {}): LogFile {
  return {
    id: randomUUID(),
    ownerId: consent.requestId,
    ownerKind: "request",
    ticketId: consent.ticketId,
    consentId: consent.id,
    collector: "app",
    name: "app.log",
    sizeBytes: 5_000_000_000,
    sha256: "a".repeat(64),
    modifiedAt: 100,
    coversFrom: 50,
    state: "announced",
    coverage: "unknown",
    verifyAttempt: 0,
    ...more,
  };
}

function textOf(version: string, locale: string, text: string) {
  return { version, locale, text, sha256: createHash("sha256").update(text).digest("hex") };
}
