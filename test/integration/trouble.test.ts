import { randomUUID } from "node:crypto";
import { describe, expect, onTestFinished } from "vitest";
import { freezeLog } from "#test/support/phone.ts";
import { worldTest, type World } from "#test/support/world.ts";

const test = worldTest({ pace: { reconcileEveryMs: 500, reconcileGraceSeconds: 1 } });

const LOGS = [freezeLog("a.log", "of a"), freezeLog("b.log", "of b")];

/** The queue alone goes away: on Redis its server, on PostgreSQL its tables, for there it lives beside everything else. */
async function loseQueue(world: World): Promise<() => Promise<void>> {
  const { redis } = world.wires;
  if (redis) {
    await redis.cut();
    return redis.mend;
  }
  await world.sql("alter schema bullmq rename to bullmq_away");
  let back: Promise<unknown> | undefined;
  return async () => {
    await (back ??= world.sql("alter schema bullmq_away rename to bullmq"));
  };
}

describe("while PostgreSQL is away", () => {
  test("everybody is told to come back, nothing is half done, and a repeated call is one call", async ({ world }) => {
    const { phone, request } = await world.asked();
    const body = await phone.consentBody(request.id, "share", LOGS);
    const key = randomUUID();
    const open = () =>
      world.agent.send("POST", "/v1/tickets", {
        body: { subject: `once, ${key}` },
        headers: { "idempotency-key": key },
      });
    await world.wires.database.cut();
    onTestFinished(world.wires.database.mend);
    const answers = await Promise.all([
      open(),
      world.agent.send("GET", "/v1/tickets"),
      world.agent.send("POST", `/v1/tickets/${request.ticketId}/log-requests`, {
        body: { userId: phone.userId, reason: "x", collectors: ["app"] },
      }),
      phone.send("GET", "/v1/me/log-requests"),
      phone.send("POST", `/v1/log-requests/${request.id}:consent`, { body }),
      world.call("GET", "/readyz"),
    ]);
    for (const answer of answers) {
      expect([answer.status, answer.headers.get("x-ms-error-code")]).toEqual([503, "database_unavailable"]);
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(answer.text).not.toMatch(/127\.0\.0\.1|ECONN|postgres:/);
    }
    expect((await world.call("GET", "/livez")).status).toBe(200);

    await world.wires.database.mend();
    await world.until(async () => (await world.call("GET", "/readyz")).status, 200);
    const [first, second] = [await open(), await open()];
    expect([first.status, second.text]).toEqual([201, first.text]);
    expect(await world.stateOf(request)).toBe("notified");
    const fileIds = await phone.shareAndUpload(request.id, LOGS);
    await world.until(() => world.stateOf(request), "linked", { withinMs: 30_000 });
    await world.until(() => world.blobs(request), { ingest: [], evidence: fileIds.toSorted() });
  });
});

describe("while the queue is away", () => {
  test("agents and users notice nothing, and all that waited is done when it is back", async ({ world }) => {
    const phone = await world.phone();
    const mend = await loseQueue(world);
    onTestFinished(mend);
    const request = await world.agent.requestLogs({ userId: phone.userId });
    expect(request).toMatchObject({ state: "requested", reach: "pending" });
    // The app fetches at its next start; it needs no push.
    expect(await phone.requests()).toEqual([expect.objectContaining({ id: request.id })]);
    const fileIds = await phone.shareAndUpload(request.id, LOGS);
    expect(await world.stateOf(request)).toBe("uploaded");
    expect((await world.call("GET", "/readyz")).status).toBe(200);
    expect((await world.blobs(request)).ingest).toEqual(fileIds.toSorted());

    await mend();
    await world.until(() => world.stateOf(request), "linked", { withinMs: 30_000 });
    await world.until(() => world.blobs(request), { ingest: [], evidence: fileIds.toSorted() });
    expect(phone.prompts()).toEqual([]);
  });
});

describe("while the file store is away", () => {
  test("an answer is recorded and answered without links; the links come when it is back", async ({ world }) => {
    const { phone, request } = await world.asked();
    const body = await phone.consentBody(request.id, "share", LOGS);
    await world.wires.blobs.cut();
    onTestFinished(world.wires.blobs.mend);
    const answer = await phone.send("POST", `/v1/log-requests/${request.id}:consent`, { body });
    expect([answer.status, answer.body]).toEqual([201, expect.objectContaining({ state: "consented", links: [] })]);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    const links = await phone.send("POST", `/v1/log-requests/${request.id}:createUploadLinks`, { body: {} });
    expect([links.status, links.headers.get("x-ms-error-code")]).toEqual([503, "blob_store_unavailable"]);
    expect(Number(links.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await world.stateOf(request)).toBe("consented");

    await world.wires.blobs.mend();
    const later = await phone.createUploadLinks(request.id);
    expect(later.links).toHaveLength(2);
    const fileIds = await phone.shareAndUpload(request.id, LOGS);
    await world.until(() => world.stateOf(request), "linked");
    expect((await world.blobs(request)).evidence).toEqual(fileIds.toSorted());
  });

  test("what was uploaded waits for its check, no request is given up, and a deadline decides nothing", async ({
    world,
  }) => {
    const [one, other] = [await world.asked(), await world.asked()];
    const { files } = await one.phone.share(one.request.id, LOGS);
    await other.phone.shareAndUpload(other.request.id, LOGS.slice(0, 1)).then(async () => {
      await world.until(() => world.stateOf(other.request), "linked");
    });
    const { links } = await one.phone.createUploadLinks(one.request.id);
    for (const [index, link] of links.entries()) await one.phone.upload(link, LOGS[index]?.bytes ?? new Uint8Array());
    await world.wires.blobs.cut();
    onTestFinished(world.wires.blobs.mend);
    await world.sql("update log_request set upload_by = now() where id = $1", [one.request.id]);
    const complete = await one.phone.complete(
      one.request.id,
      files.map(({ id }) => id),
    );
    expect(complete.state).toBe("uploaded");
    await world.until(
      async () => world.sql("select from log_file where owner_id = $1 and verify_attempt > 0", [one.request.id]),
      [{}, {}],
    );
    expect(await world.stateOf(one.request)).toBe("uploaded");
    const download = await world.agent.send(
      "POST",
      `/v1/files/${(await world.agent.request(other.request.id)).files[0]?.id}:createDownloadUrl`,
    );
    expect([200, 503]).toContain(download.status);

    await world.wires.blobs.mend();
    await world.until(() => world.stateOf(one.request), "linked", { withinMs: 30_000 });
    const told = (await world.agent.timeline(one.request.ticketId)).map(({ type }) => type);
    expect(told.filter((type) => type === "file.linked")).toHaveLength(2);
  });
});

describe("while the hub is away", () => {
  test("a request waits with its reach pending, can be answered, and is pushed when the hub is back", async ({
    world,
  }) => {
    const [one, other] = [await world.phone(), await world.phone()];
    await world.wires.hub.cut();
    onTestFinished(world.wires.hub.mend);
    const waiting = await world.agent.requestLogs({ userId: one.userId });
    const answered = await world.agent.requestLogs({ userId: other.userId });
    await world.until(
      async () => (await world.agent.request(waiting.id)).pushes,
      [expect.objectContaining({ state: "waiting", reason: expect.any(String), nextAttemptAt: expect.any(String) })],
    );
    expect(await world.agent.request(waiting.id)).toMatchObject({ state: "requested", reach: "pending" });
    expect(await other.decline(answered.id)).toMatchObject({ state: "declined" });

    await world.wires.hub.mend();
    await world.until(
      async () => world.agent.request(waiting.id),
      expect.objectContaining({ state: "notified", reach: "pushed" }),
    );
    expect(one.prompts()).toEqual([waiting.id]);
    expect(other.prompts()).toEqual([]);
  });

  test("a phone that registers is told to the hub later, and then asked", async ({ world }) => {
    await world.wires.hub.cut();
    onTestFinished(world.wires.hub.mend);
    const phone = world.pickUp({ userId: "registers-in-trouble" });
    expect((await phone.register()).status).toBe(201);
    const request = await world.agent.requestLogs({ userId: phone.userId });
    await world.until(
      async () => world.agent.installations(phone.userId),
      [expect.objectContaining({ hubSync: "pending", hubSyncReason: expect.any(String) })],
    );
    await world.wires.hub.mend();
    await world.until(() => phone.prompts(), [request.id]);
  });

  test("throttled it is left alone for as long as it says, and the push goes out once", async ({ world }) => {
    const phone = await world.phone();
    world.hub.failNext({ operation: "send", status: 403, retryAfterSeconds: 2 });
    const before = performance.now();
    const request = await world.agent.requestLogs({ userId: phone.userId });
    await world.until(() => world.stateOf(request), "notified");
    expect(performance.now() - before).toBeGreaterThan(1_900);
    expect(phone.pushesOf(request.id)).toHaveLength(1);
  });

  test("with a wrong key the agent reads that an operator is needed, and the app still works", async ({ world }) => {
    const phone = await world.phone();
    world.hub.failNext({ operation: "send", status: 401, times: "always" });
    onTestFinished(() => world.hub.clearFaults());
    const request = await world.agent.requestLogs({ userId: phone.userId });
    await world.until(
      async () => world.agent.request(request.id),
      expect.objectContaining({ state: "requested", reach: "refused", reachReason: expect.any(String) }),
    );
    expect(await phone.decline(request.id)).toMatchObject({ state: "declined" });
  });
});

test("an operator sees in readyz and metrics what is away and what waits", async ({ world }) => {
  const { request } = await world.asked();
  const ready = await world.call("GET", "/readyz");
  expect(ready.body).toMatchObject({
    ready: true,
    // Nothing of links for blocks: no setting asks for any.
    parts: { database: { state: "ok" }, blobs: expect.toSatisfy((part: object) => !("detail" in part)) },
  });
  const metrics = await world.call("GET", "/metrics");
  expect(metrics.headers.get("content-type")).toContain("text/plain");
  for (const name of ["oldest_overdue_request_seconds", "outbox_age_seconds", "pushes", "verify_failures"])
    expect(metrics.text).toContain(`# TYPE beckon_${name} gauge`);
  expect(metrics.text).toMatch(/beckon_requests\{state="notified"\} [1-9]/);
  expect(metrics.text).not.toContain(request.id);
});
