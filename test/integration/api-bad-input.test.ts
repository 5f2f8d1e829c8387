import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import type { ProblemBody } from "#test/support/api-calls.ts";
import { freezeLog } from "#test/support/phone.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest();

/** Which fields an answer complains about, and how. */
function complaints(body: unknown): Record<string, string> {
  const { error } = body as ProblemBody;
  return Object.fromEntries((error.details ?? []).map(({ target, message }) => [target, message]));
}

describe("what nobody may see", () => {
  test("looks the same to a user: another user's request, one that does not exist, and what is no id at all", async ({
    world,
  }) => {
    const { request } = await world.asked();
    const stranger = world.pickUp({ userId: "a-stranger" });
    const headers = { "x-request-id": "the-same-for-all" };
    const paths: readonly ((id: string) => readonly [method: string, path: string, body?: unknown])[] = [
      (id) => ["GET", `/v1/me/log-requests/${id}`],
      (id) => ["POST", `/v1/log-requests/${id}:seen`, {}],
      (id) => ["POST", `/v1/log-requests/${id}:complete`, { files: [{ fileId: randomUUID(), outcome: "uploaded" }] }],
      (id) => ["POST", `/v1/log-requests/${id}:withdraw`, {}],
      (id) => ["POST", `/v1/log-requests/${id}:createUploadLinks`, {}],
      (id) => ["POST", `/v1/log-requests/${id}:snooze`, { snoozeUntil: request.answerBy }],
      (id) => ["GET", `/v1/log-requests/${id}/receipt`],
    ] as const;
    const texts = new Set<string>();
    for (const path of paths) {
      for (const id of [request.id, randomUUID(), "no-id-at-all", "%20", "1' or '1'='1"]) {
        const [method, url, body] = path(encodeURI(id));
        const answer = await stranger.send(method, url, { headers, ...(body === undefined ? {} : { body }) });
        expect([url, answer.status]).toEqual([url, 404]);
        expect(answer.headers.get("x-ms-error-code")).toBe("not_found");
        texts.add(answer.text);
      }
    }
    expect([...texts]).toHaveLength(1);
  });

  test("looks the same to an agent as to a user: a ticket that does not exist and what is no id at all", async ({
    world,
  }) => {
    const headers = { "x-request-id": "the-same-for-all" };
    const toUser = await world.pickUp({ userId: "x" }).send("GET", `/v1/me/log-requests/${randomUUID()}`, { headers });
    const body = { userId: "someone", reason: "why", collectors: ["app"] };
    const answers = await Promise.all(
      [randomUUID(), "no-id"].flatMap((id) => [
        world.agent.send("GET", `/v1/tickets/${id}`, { headers }),
        world.agent.send("GET", `/v1/tickets/${id}/timeline`, { headers }),
        world.agent.send("POST", `/v1/tickets/${id}/log-requests`, { headers, body }),
        world.agent.send("GET", `/v1/log-requests/${id}`, { headers }),
        world.agent.send("POST", `/v1/log-requests/${id}:cancel`, { headers }),
        world.agent.send("POST", `/v1/files/${id}:createDownloadUrl`, { headers }),
        world.agent.send("GET", `/v1/nowhere/${id}`, { headers }),
      ]),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set([toUser.text]));
  });
});

describe("a user who is not on the ticket", () => {
  test("may not be asked, and is not", async ({ world }) => {
    const ticket = await world.agent.openTicket({ userId: "the-caller", participants: [{ userId: "the-callee" }] });
    const answer = await world.agent.send("POST", `/v1/tickets/${ticket.id}/log-requests`, {
      body: { userId: "somebody-else", reason: "why", collectors: ["app"] },
    });
    expect([answer.status, answer.headers.get("x-ms-error-code")]).toEqual([422, "user_not_on_ticket"]);
    expect(await world.agent.list(`/v1/log-requests?ticketId=${ticket.id}`)).toEqual([]);
    const callee = await world.agent.requestLogs({ ticketId: ticket.id, userId: "the-callee" });
    expect(callee).toMatchObject({ userId: "the-callee", reach: "no_installation" });
  });

  test("lends no installation to somebody else's request", async ({ world }) => {
    const phone = await world.phone();
    const ticket = await world.agent.openTicket({ userId: "another-caller" });
    const answer = await world.agent.send("POST", `/v1/tickets/${ticket.id}/log-requests`, {
      body: { userId: "another-caller", installationId: phone.installationId, reason: "why", collectors: ["app"] },
    });
    expect([answer.status, answer.headers.get("x-ms-error-code")]).toEqual([422, "installation_not_of_user"]);
  });
});

describe("a body that is not as it should be", () => {
  test("is told every field that is wrong, and what would be right", async ({ world }) => {
    const ticket = await world.agent.openTicket({ userId: "someone" });
    const answer = await world.agent.send("POST", `/v1/tickets/${ticket.id}/log-requests`, {
      body: {
        user: "someone",
        reason: "",
        collectors: ["app", "App Log"],
        window: { from: "yesterday", to: "2026-11-22T09:30:00Z", zone: "CET" },
        maxBytes: "50 MB",
        maxFiles: 501,
        answerBy: "2026-11-22 09:30",
      },
    });
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
    expect(answer.body).toMatchObject({ type: "urn:beckon:problem:invalid_request", status: 400 });
    const said = complaints(answer.body);
    expect(Object.keys(said).toSorted()).toEqual(
      [
        "answerBy",
        "collectors[1]",
        "maxBytes",
        "maxFiles",
        "reason",
        "user",
        "userId",
        "window.from",
        "window.zone",
      ].toSorted(),
    );
    expect(said).toMatchObject({
      user: expect.stringContaining("known are: userId, installationId, reason"),
      userId: "is missing",
      reason: "must be at least 1 characters",
      "collectors[1]": expect.stringContaining("lower-case"),
      "window.from": expect.stringContaining("RFC 3339"),
      "window.zone": expect.stringContaining("known are: from, to"),
      maxBytes: "must be a number",
      maxFiles: "must be at most 500",
    });
  });

  test("is named as what it is: no JSON, another type, another encoding, too large", async ({ world }) => {
    const post = (raw: string, headers: Record<string, string> = {}) =>
      world.agent.send("POST", "/v1/tickets", { raw, headers });
    const cases = [
      [await post("{ subject: 'no' }"), 400, "not_json"],
      [await post('{ "subject": '), 400, "not_json"],
      [await post("subject=x", { "content-type": "application/x-www-form-urlencoded" }), 415, "unsupported_media_type"],
      [await post('{"subject":"x"}', { "content-encoding": "gzip" }), 415, "unsupported_media_type"],
      [await post(JSON.stringify({ subject: "x", description: "y".repeat(70_000) })), 413, "body_too_large"],
      [await post("[]"), 400, "invalid_request"],
      [await post("null"), 400, "invalid_request"],
      [await post(""), 400, "invalid_request"],
    ] as const;
    expect(cases.map(([{ status, headers }]) => [status, headers.get("x-ms-error-code")])).toEqual(
      cases.map(([, status, code]) => [status, code]),
    );
    const [tooLarge] = cases[4];
    expect(tooLarge.body).toMatchObject({ detail: "This operation takes at most 65536 bytes." });
    // The connection still serves: what was refused has not poisoned it.
    expect((await post('{"subject":"fine"}')).status).toBe(201);
  });

  test("cannot ask for less than a minute or more than four weeks, or for a window that ends before it begins", async ({
    world,
  }) => {
    const ticket = await world.agent.openTicket({ userId: "someone" });
    const ask = async (more: object) => {
      const answer = await world.agent.send("POST", `/v1/tickets/${ticket.id}/log-requests`, {
        body: { userId: "someone", reason: "why", collectors: ["app"], ...more },
      });
      return [answer.status, complaints(answer.body)];
    };
    const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
    const answerBy = expect.stringContaining("at least a minute and at most 28 days");
    expect(await ask({ answerBy: inSeconds(30) })).toEqual([400, { answerBy }]);
    expect(await ask({ answerBy: inSeconds(-3600) })).toEqual([400, { answerBy }]);
    expect(await ask({ answerBy: inSeconds(29 * 86_400) })).toEqual([400, { answerBy }]);
    expect(await ask({ window: { from: inSeconds(0), to: inSeconds(-60) } })).toEqual([
      400,
      { "window.from": "'from' must not be after 'to'" },
    ]);
    expect(await ask({ collectors: ["app", "app"] })).toEqual([400, { collectors: "must not repeat" }]);
  });

  test("does not get past a query either", async ({ world }) => {
    const unknown = await world.agent.send("GET", "/v1/tickets?subject=x&limit=1000");
    expect(unknown.status).toBe(400);
    expect(complaints(unknown.body)).toEqual({
      subject: expect.stringContaining("known are: query, number"),
      limit: "must be at most 200",
    });
    const cursor = await world.agent.send("GET", "/v1/tickets?after=made-up");
    expect([cursor.status, cursor.headers.get("x-ms-error-code")]).toEqual([400, "invalid_request"]);
  });
});

describe("a consent that goes beyond what was asked", () => {
  test("is refused whole, with every reason, and nothing of it is recorded", async ({ world }) => {
    const phone = await world.phone();
    const request = await world.agent.requestLogs({ userId: phone.userId, maxBytes: 10, maxFiles: 2 });
    const body = await phone.consentBody(request.id, "share", [
      freezeLog("a.log", "12345"),
      freezeLog("b.log", "67890", "media"),
      freezeLog("c.log", "too much"),
    ]);
    const answer = await phone.send("POST", `/v1/log-requests/${request.id}:consent`, { body });
    expect([answer.status, answer.headers.get("x-ms-error-code")]).toEqual([400, "consent_exceeds_request"]);
    const { error } = answer.body as ProblemBody;
    expect(error.details?.map(({ target, message }) => `${target}: ${message}`)).toEqual([
      "files[1].collector: 'media' was not asked for; asked were: app.",
      "files: 3 files were named; at most 2 were asked for.",
      "files: The files are 18 bytes together; at most 10 were asked for.",
    ]);
    const after = await world.agent.request(request.id);
    expect(after).toMatchObject({ files: [], fileCounts: { consented: 0 } });
    expect(after.consent).toBeUndefined();
    expect(await phone.decline(request.id)).toMatchObject({ state: "declined" });
  });

  test("is refused when it names a text that nobody registered, or another hash of it", async ({ world }) => {
    const { phone, request } = await world.asked();
    const body = await phone.consentBody(request.id, "share", [freezeLog("a.log", "x")]);
    for (const consentText of [
      { ...body.consentText, sha256: "0".repeat(64) },
      { ...body.consentText, version: "default-0" },
      { ...body.consentText, locale: "fr" },
    ]) {
      const answer = await phone.send("POST", `/v1/log-requests/${request.id}:consent`, {
        body: { ...body, consentText },
      });
      expect([answer.status, answer.headers.get("x-ms-error-code")]).toEqual([400, "unknown_consent_text"]);
    }
    expect((await world.agent.request(request.id)).consent).toBeUndefined();
    expect(await world.sql("select from consent where request_id = $1", [request.id])).toEqual([]);
  });

  test("is refused when it is no answer: a decline with files, two files of one name, a hash in capitals", async ({
    world,
  }) => {
    const { phone, request } = await world.asked();
    const log = freezeLog("a.log", "x");
    const body = await phone.consentBody(request.id, "share", [log]);
    const wrong = [
      { ...body, decision: "decline" },
      { ...body, files: [log.announced, { ...log.announced, sizeBytes: 2 }] },
      { ...body, files: [{ ...log.announced, sha256: log.announced.sha256.toUpperCase() }] },
    ];
    const said = [];
    for (const each of wrong) {
      const answer = await phone.send("POST", `/v1/log-requests/${request.id}:consent`, { body: each });
      said.push([answer.status, complaints(answer.body)]);
    }
    expect(said).toEqual([
      [400, { files: "a 'decline' names no files" }],
      [400, { files: "two files have the same collector and name" }],
      [400, { "files[0].sha256": "must be 64 lower-case hex digits" }],
    ]);
  });
});

test("every answer carries its own id, keeps out of caches, and says nothing about us", async ({ world }) => {
  const answer = await world.agent.send("GET", "/v1/tickets", { headers: { "x-request-id": "mine-1" } });
  expect(answer.headers.get("x-request-id")).toBe("mine-1");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("x-powered-by")).toBeNull();
  expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  const odd = await world.agent.send("GET", "/v1/tickets", { headers: { "x-request-id": "<script>" } });
  expect(odd.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
});
