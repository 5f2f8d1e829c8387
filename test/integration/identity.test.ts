import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import { createInstallationTokens } from "#http/authenticate.ts";
import { createDevIssuer } from "#app/dev-issuer.ts";
import { succeeded } from "#test/support/api-calls.ts";
import { freezeLog } from "#test/support/phone.ts";
import { startTestIssuer } from "#test/support/test-issuer.ts";
import { createWorld, worldTest } from "#test/support/world.ts";

const test = worldTest();

describe("who is not known", () => {
  test("gets nowhere: no token, garbage, another issuer's, another audience's, one that grew old", async ({
    world,
  }) => {
    const foreign = await createDevIssuer(world.apiUrl, "another deployment's key, of 32 characters");
    const expired = await createInstallationTokens(world.settings.DEPLOYMENT_KEY).create({
      userId: "someone",
      expiresAt: Date.now() - 1_000,
    });
    const elsewhere = await createInstallationTokens("another deployment's key, of 32 characters").create({
      userId: "someone",
      expiresAt: Date.now() + 60_000,
    });
    const deviceToken = await world.tokenOf("beckon-devices", "someone");
    const agentToken = await world.tokenOf("beckon-agents", "alex");
    const tampered = `${agentToken.slice(0, -6)}AAAAAA`;
    const headless = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${agentToken.split(".")[1] ?? ""}.`;
    const asAgent = [
      undefined,
      "garbage",
      "a.b.c",
      tampered,
      headless,
      deviceToken,
      await foreign.createToken("beckon-agents", "alex"),
    ];
    const asDevice = [
      undefined,
      "garbage",
      agentToken,
      expired,
      elsewhere,
      await foreign.createToken("beckon-devices", "x"),
    ];
    const asKey = [undefined, "garbage", agentToken, deviceToken];
    const trials = [
      ...asAgent.map((token) => ["GET", "/v1/tickets", token] as const),
      ...asDevice.map((token) => ["GET", "/v1/me/log-requests", token] as const),
      ...asKey.map((token) => ["PUT", "/v1/users/someone", token] as const),
    ];
    for (const [method, path, token] of trials) {
      const answer = await world.call(method, path, token === undefined ? {} : { token });
      expect([path, answer.status, answer.headers.get("x-ms-error-code")]).toEqual([path, 401, "unauthenticated"]);
      expect(answer.headers.get("www-authenticate")).toContain("Bearer");
    }
  });
});

describe("an agent's roles", () => {
  test("let an auditor read everything and write nothing", async ({ world }) => {
    const { phone, request } = await world.asked();
    const [fileId = ""] = await phone.shareAndUpload(request.id, [freezeLog("a.log", "x")]);
    await world.until(() => world.stateOf(request), "linked");
    const auditor = world.as("otto");
    for (const path of [
      "/v1/tickets",
      `/v1/tickets/${request.ticketId}`,
      `/v1/tickets/${request.ticketId}/timeline`,
      "/v1/log-requests",
      `/v1/log-requests/${request.id}`,
      "/v1/agents",
      "/v1/users",
      `/v1/users/${phone.userId}`,
      `/v1/users/${phone.userId}/installations`,
    ]) {
      const answer = await auditor.send("GET", path);
      expect([path, answer.status]).toEqual([path, 200]);
    }
    const writes = [
      ["POST", "/v1/tickets", { subject: "x" }],
      ["PATCH", `/v1/tickets/${request.ticketId}`, { subject: "x" }],
      ["PUT", "/v1/tickets/by-external/jira/1", { subject: "x" }],
      [
        "POST",
        `/v1/tickets/${request.ticketId}/log-requests`,
        { userId: phone.userId, reason: "x", collectors: ["app"] },
      ],
      ["POST", `/v1/log-requests/${request.id}:cancel`, undefined],
      ["POST", `/v1/log-requests/${request.id}:remind`, undefined],
      ["POST", `/v1/files/${fileId}:createDownloadUrl`, undefined],
    ] as const;
    for (const [method, path, body] of writes) {
      const answer = await auditor.send(method, path, body === undefined ? {} : { body });
      expect([path, answer.status, answer.headers.get("x-ms-error-code")]).toEqual([path, 403, "forbidden"]);
    }
    const feed = await world.feed({ person: "otto" });
    expect(feed.status).toBe(200);
  });

  test("let a lead and an admin work like an agent, and let nobody work who has none", async ({ world }) => {
    for (const person of ["lena", "ada"]) await world.as(person).openTicket();
    const nobody = await world.as("a passer-by").send("GET", "/v1/tickets");
    expect([nobody.status, nobody.body]).toEqual([
      403,
      expect.objectContaining({ detail: expect.stringContaining("none of the roles") }),
    ]);
  });
});

describe("an installation token", () => {
  test("lets one app of one user work, and not another of the same user", async ({ world }) => {
    const key = await world.createKey();
    const installationId = randomUUID();
    const { token } = await succeeded<{ token: string }>(
      world.call("POST", "/v1/installation-tokens", { token: key, body: { userId: "signed-in", installationId } }),
    );
    const phone = world.pickUp({ userId: "signed-in", installationId, token });
    expect((await phone.register()).status).toBe(201);
    const other = world.pickUp({ userId: "signed-in", token });
    expect((await other.register()).status).toBe(404);
    expect((await other.unregister()).status).toBe(404);

    const forAll = await world.agent.requestLogs({ userId: "signed-in" });
    const forThis = await world.agent.requestLogs({ userId: "signed-in", installationId });
    const second = await world.phone("signed-in");
    const forOther = await world.agent.requestLogs({ userId: "signed-in", installationId: second.installationId });
    expect((await phone.requests()).map(({ id }) => id).toSorted()).toEqual([forAll.id, forThis.id].toSorted());
    const foreign = await phone.send("GET", `/v1/me/log-requests/${forOther.id}`);
    const unknown = await phone.send("GET", `/v1/me/log-requests/${randomUUID()}`);
    expect([foreign.status, foreign.headers.get("x-ms-error-code")]).toEqual([404, "not_found"]);
    expect([unknown.status, unknown.headers.get("x-ms-error-code")]).toEqual([404, "not_found"]);
    expect(await phone.decline(forAll.id)).toMatchObject({ state: "declined" });
  });

  test("is made only with a key that stands, and dies with its time", async ({ world }) => {
    const key = await world.createKey();
    const create = (token: string) =>
      world.call("POST", "/v1/installation-tokens", { token, body: { userId: "x", ttlSeconds: 60 } });
    expect((await create(key)).status).toBe(201);
    expect((await create("bk_made-up")).status).toBe(401);
    await world.sql("update api_key set revoked_at = now()");
    await world.until(async () => (await create(key)).status, 401);
    const facts = await world.sql("select from audit_event where type = 'installationToken.created' and user_id = 'x'");
    expect(facts.length).toBeGreaterThan(0);
  });
});

describe("a phone that changes hands", () => {
  test("shows the old user's prompt no longer before it is the new user's, and asks only the new one from then on", async ({
    world,
  }) => {
    const { phone, request } = await world.asked();
    const successor = world.pickUp({ userId: "the-new-owner", installationId: phone.installationId });
    await world.agent.requestLogs({ userId: "the-new-owner" });
    await succeeded(successor.register());
    await world.until(() => phone.prompts().filter((id) => id === request.id), []);
    await world.until(
      async () => (await world.agent.installations("the-new-owner")).map(({ id, hubSync }) => [id, hubSync]),
      [[phone.installationId, "synced"]],
    );
    await world.until(() => successor.prompts(), [expect.not.stringContaining(request.id)]);
    expect(await world.agent.installations(phone.userId)).toEqual([]);
    // The old user's request stands: on their next phone they are asked again.
    expect(await world.stateOf(request)).toBe("notified");
    const next = await world.phone(phone.userId);
    await world.until(() => next.prompts(), [request.id]);
    const audited = await world.sql<{ type: string }>(
      "select type from audit_event where installation_id = $1 and type = 'installation.takenOver'",
      [phone.installationId],
    );
    expect(audited).toHaveLength(1);
  });

  test("is not signed out by the user who had it before", async ({ world }) => {
    const phone = await world.phone();
    const successor = world.pickUp({ userId: "the-next-owner", installationId: phone.installationId });
    await succeeded(successor.register());
    expect((await phone.unregister()).status).toBe(404);
    expect((await successor.unregister()).status).toBe(204);
    await world.until(() => world.agent.installations("the-next-owner"), []);
    await world.until(
      () =>
        world.hub
          .installations(world.hubName)
          .filter((each) => each["installationId"] === `beckon-${phone.installationId}`),
      [],
    );
  });
});

describe("a colleague", () => {
  test("is known by name once they have used Beckon, is found by it, and by their id", async ({ world }) => {
    const lena = world.as("lena");
    await lena.openTicket();
    type Found = { readonly id: string; readonly name?: string; readonly roles: readonly string[] };
    const find = (query: string) => world.agent.list<Found>(`/v1/agents?${query}`);
    await world.until(
      () => find("query=lena+le"),
      [expect.objectContaining({ id: "lena", name: "Lena Lead", roles: ["lead"] })],
    );
    await world.until(
      async () => (await find("id=alex&id=lena&id=nobody")).map(({ id, name }) => [id, name]),
      [
        ["alex", "Alex Agent"],
        ["lena", "Lena Lead"],
      ],
    );
    expect((await find("id=lena")).map(({ id }) => id)).toEqual(["lena"]);
    const tooMany = await world.agent.send("GET", `/v1/agents?${"id=x&".repeat(101)}`);
    expect([tooMany.status, tooMany.body]).toEqual([
      400,
      expect.objectContaining({ detail: expect.stringContaining("100") }),
    ]);
    const user = await world.phone();
    expect((await user.send("GET", "/v1/agents")).status).toBe(401);
  });
});

test("the organisation's own identity provider is believed: its issuer, audience, keys, roles and times", async () => {
  await using issuer = await startTestIssuer();
  const world = await createWorld({
    worker: false,
    settings: { AGENT_ISSUER: issuer.url, AGENT_ROLES_CLAIM: "groups", AGENT_SUBJECT_CLAIM: "oid" },
  });
  try {
    const read = async (token: string) => {
      const answer = await world.call("POST", "/v1/tickets", { token, body: { subject: "x" } });
      return [answer.status, (answer.body as { detail?: string }).detail];
    };
    const claims = { sub: "pairwise", oid: "the-agent", groups: ["agent"], aud: "beckon-agents" };
    expect(await read(await issuer.sign(claims))).toEqual([201, undefined]);
    expect(await read(await issuer.sign({ ...claims, groups: "lead other" }))).toEqual([201, undefined]);
    expect(await read(await issuer.sign({ ...claims, aud: "other-api" }))).toEqual([
      401,
      expect.stringContaining("'aud'"),
    ]);
    expect(await read(await issuer.sign({ ...claims, iss: "https://elsewhere.example" }))).toEqual([
      401,
      expect.stringContaining("'iss'"),
    ]);
    expect(await read(await issuer.sign({ ...claims, expiresInSeconds: -120 }))).toEqual([
      401,
      expect.stringContaining("expired"),
    ]);
    expect(await read(await issuer.sign({ ...claims, notBeforeInSeconds: 120 }))).toEqual([
      401,
      expect.stringContaining("'nbf'"),
    ]);
    expect(await read(await issuer.sign({ ...claims, oid: undefined }))).toEqual([
      401,
      expect.stringContaining("'oid'"),
    ]);
    expect(await read(await issuer.signWithAnotherKey(claims))).toEqual([401, expect.stringContaining("not genuine")]);
    expect(await read(await issuer.signSymmetric(claims))).toEqual([401, expect.stringContaining("not genuine")]);
    expect(await read(await issuer.sign({ ...claims, groups: ["caretaker"] }))).toEqual([
      403,
      expect.stringContaining("'groups'"),
    ]);
    const named = await issuer.sign({ ...claims, preferred_username: "alex@support.example" });
    expect(await read(named)).toEqual([201, undefined]);
    await world.until(
      () => world.sql("select id, name from agent"),
      [{ id: "the-agent", name: "alex@support.example" }],
    );
    const [fact] = await world.sql<{ actor_id: string }>(
      "select actor_id from audit_event where type = 'ticket.created'",
    );
    expect(fact?.actor_id).toBe("the-agent");
  } finally {
    await world.close();
  }
});
