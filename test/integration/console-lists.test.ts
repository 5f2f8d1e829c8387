import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import type { AuditEventBody } from "#contract/audit.ts";
import type { ConsentPreview } from "#contract/consent-preview.ts";
import type { Insights } from "#contract/insights.ts";
import type { SystemBody } from "#contract/system.ts";
import type { TemplateBody } from "#contract/templates.ts";
import type { LogRequestBody } from "#test/support/agent.ts";
import type { ProblemBody } from "#test/support/api-calls.ts";
import { freezeLog } from "#test/support/phone.ts";
import { uniqueName } from "#test/support/servers.ts";
import { worldTest, type World } from "#test/support/world.ts";

const test = worldTest();

const get = async <Body>(world: World, person: string, path: string): Promise<Body> => {
  const { status, text, body } = await world.as(person).send("GET", path);
  if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`);
  return body as Body;
};

describe("reason templates", () => {
  const reason = { name: "Echo", reason: "To see where the echo comes from." };

  test("three are there from the first day, in English and German", async ({ world }) => {
    const { value } = await get<{ value: TemplateBody[] }>(world, "otto", "/v1/templates");
    expect(value.map(({ id }) => id)).toEqual(["app-trouble", "call-drops", "poor-sound"]);
    for (const { texts, collectors, updatedBy } of value) {
      expect(Object.keys(texts).toSorted()).toEqual(["de", "en"]);
      expect(collectors.length).toBeGreaterThan(0);
      expect(updatedBy).toBe("system");
    }
  });

  test("a lead writes one and removes it, an agent only reads", async ({ world }) => {
    const path = "/v1/templates/echo";
    const body = { texts: { en: reason }, collectors: ["media"], windowHours: 24, answerByHours: 48 };
    expect((await world.as("alex").send("PUT", path, { body })).status).toBe(403);
    const made = await world.as("lena").send("PUT", path, { body });
    expect([made.status, made.body]).toMatchObject([201, { id: "echo", ...body, updatedBy: "lena" }]);
    const changed = await world.as("ada").send("PUT", path, { body: { texts: { en: reason, de: reason } } });
    expect([changed.status, changed.body]).toMatchObject([200, { collectors: [], updatedBy: "ada" }]);
    expect(changed.body).not.toHaveProperty("windowHours");
    expect((await world.as("lena").send("DELETE", path)).status).toBe(204);
    expect((await world.as("lena").send("DELETE", path)).status).toBe(204);
    const { value } = await get<{ value: TemplateBody[] }>(world, "alex", "/v1/templates");
    expect(value.map(({ id }) => id)).not.toContain("echo");
    expect((await world.as("lena").send("PUT", path, { body })).status).toBe(201);
    const facts = await world.sql<{ type: string; actor_id: string; data: unknown }>(
      "select type, actor_id, data from audit_event where data ->> 'templateId' = 'echo' order by sequence",
    );
    expect(facts.map(({ type, actor_id }) => [type, actor_id])).toEqual([
      ["template.put", "lena"],
      ["template.put", "ada"],
      ["template.deleted", "lena"],
      ["template.put", "lena"],
    ]);
    // The audit keeps which languages, and never the words.
    expect(JSON.stringify(facts)).not.toContain("echo comes from");
  });

  test("every mistake of one is named", async ({ world }) => {
    const body = { texts: { en: { name: "", reason: "x" } }, collectors: ["App"], windowHours: 0, more: 1 };
    const answer = await world.as("lena").send("PUT", "/v1/templates/wrong", { body });
    expect(answer.status).toBe(400);
    const { error } = answer.body as ProblemBody;
    expect(error.details?.map(({ target }) => target).toSorted()).toEqual(
      ["collectors[0]", "more", "texts.en.name", "windowHours"].toSorted(),
    );
    expect((await world.as("lena").send("PUT", "/v1/templates/No%20id", { body: {} })).status).toBe(404);
    expect((await world.as("lena").send("PUT", "/v1/templates/none", { body: { texts: {} } })).status).toBe(400);
  });
});

describe("the preview", () => {
  test("is what the phone then shows, word for word, in the user's language", async ({ world }) => {
    const phone = await world.phone();
    await phone.register({ locale: "de-AT", collectors: [{ name: "app" }] });
    const ticket = await world.agent.openTicket({ userId: phone.userId });
    const draft = { userId: phone.userId, reason: "Warum Anrufe enden", collectors: ["app"] };
    const answer = await world.agent.send("POST", "/v1/consent-preview", { body: { ...draft, ticketId: ticket.id } });
    const preview = answer.body as ConsentPreview;
    expect(preview).toMatchObject({ userLocale: "de-AT", consentText: { locale: "de" } });

    const request = await world.agent.requestLogs({ ...draft, ticketId: ticket.id });
    const shown = await phone.read(request.id);
    expect(preview.consentText).toEqual(shown.consentText);
    const { uploadBy: _later, ...values } = preview.consentValues;
    expect(shown.consentValues).toMatchObject(values);
    expect(Object.keys(preview.consentValues).toSorted()).toEqual(Object.keys(shown.consentValues).toSorted());
  });

  test("says times as the phone does, in the zone of its device where nobody said another", async ({ world }) => {
    const phone = await world.phone();
    await phone.register({ timeZone: "Asia/Tokyo" });
    const window = { from: "2026-11-20T09:00:00Z", to: "2026-11-20T10:30:00Z" };
    const draft = { userId: phone.userId, reason: "Why calls end", collectors: ["app"], window };
    const { body } = await world.agent.send("POST", "/v1/consent-preview", { body: draft });
    const { consentValues, userTimeZone } = body as ConsentPreview;
    expect(userTimeZone).toBe("Asia/Tokyo");
    expect(consentValues["window"]).toMatch(/6:00.*7:30.PM/);
    const request = await world.agent.requestLogs(draft);
    expect((await phone.read(request.id)).consentValues["window"]).toBe(consentValues["window"]);
    await phone.decline(request.id);
    expect((await phone.receipt(request.id)).shown["window"]).toBe(consentValues["window"]);
  });

  test("leaves open what is not written yet, and saves nothing", async ({ world }) => {
    const userId = uniqueName("nobody");
    const { status, body } = await world.as("otto").send("POST", "/v1/consent-preview", {
      body: { userId, locale: "de" },
    });
    expect([status, (body as ConsentPreview).consentText.locale]).toEqual([200, "de"]);
    expect(body).not.toHaveProperty("userLocale");
    for (const name of ["reason", "ticketNumber", "collectors"])
      expect((body as ConsentPreview).consentValues).not.toHaveProperty(name);
    expect((body as ConsentPreview).consentValues).toMatchObject({ retentionDays: "30" });
    expect(await world.sql("select id from app_user where id = $1", [userId])).toEqual([]);
    expect(await world.sql("select type from audit_event where user_id = $1", [userId])).toEqual([]);
  });

  test("is not made for another user's installation, nor for a ticket that is not there", async ({ world }) => {
    const phone = await world.phone();
    const send = (body: object) => world.agent.send("POST", "/v1/consent-preview", { body });
    expect((await send({ userId: "another", installationId: phone.installationId })).status).toBe(422);
    expect((await send({ userId: phone.userId, ticketId: randomUUID() })).status).toBe(404);
  });
});

describe("views of the requests", () => {
  const idsIn = async (world: World, person: string, query: string): Promise<string[]> =>
    (await world.as(person).list<LogRequestBody>(`/v1/log-requests?limit=2&${query}`)).map(({ id }) => id);

  test("show each agent what is theirs, what waits, what is ready, and what needs attention", async ({ world }) => {
    const unreachable = await world.as("lena").requestLogs();
    const asked = await world.asked();
    const shared = await world.asked();
    await shared.phone.shareAndUpload(shared.request.id, [freezeLog("app.log", "whole")]);
    const partly = await world.asked();
    const logs = [freezeLog("a.log", "here"), freezeLog("b.log", "never comes")];
    const { files, links } = await partly.phone.share(partly.request.id, logs);
    const first = links.find(({ fileId }) => fileId === files[0]?.id);
    if (!first || !logs[0]) throw new Error("There is no link");
    await partly.phone.upload(first, logs[0].bytes);
    await partly.phone.complete(partly.request.id, [files[0]?.id ?? ""]);
    await partly.phone.complete(partly.request.id, [files[1]?.id ?? ""], "given_up");
    const empty = await world.asked();
    await empty.phone.share(empty.request.id, []);
    const declined = await world.asked();
    await declined.phone.decline(declined.request.id);
    const expired = await world.asked();
    await world.sql("update log_request set answer_by = now() - interval '1 second' where id = $1::uuid", [
      expired.request.id,
    ]);
    const states: [{ id: string }, string][] = [
      [shared.request, "linked"],
      [partly.request, "linked"],
      [empty.request, "rejected"],
      [declined.request, "declined"],
      [expired.request, "expired"],
    ];
    for (const [request, state] of states) await world.until(() => world.stateOf(request), state);

    const ours = new Set([
      unreachable.id,
      ...[asked, shared, partly, empty, declined, expired].map((one) => one.request.id),
    ]);
    const view = async (person: string, query: string) =>
      (await idsIn(world, person, query)).filter((id) => ours.has(id)).toSorted();
    const ids = (...some: { id: string }[]) => some.map(({ id }) => id).toSorted();
    expect(await view("lena", "view=mine")).toEqual([unreachable.id]);
    expect(await view("alex", "view=mine")).not.toContain(unreachable.id);
    expect(await view("alex", "view=waiting")).toEqual(ids(unreachable, asked.request));
    expect(await view("alex", "view=waiting&state=notified,linked")).toEqual(ids(asked.request));
    expect(await view("alex", "view=ready")).toEqual(ids(shared.request, partly.request));
    expect(await view("alex", "view=attention")).toEqual(
      ids(unreachable, partly.request, empty.request, expired.request),
    );
    expect(await view("alex", "view=mine&agentId=lena")).toEqual([]);
    expect(await view("alex", "view=waiting&agentId=lena")).toEqual([unreachable.id]);

    // What is over for its ticket, or happened before yesterday, needs nobody.
    const { headers } = await world.agent.send("GET", `/v1/tickets/${empty.request.ticketId}`);
    const change = { body: { state: "solved" }, headers: { "if-match": headers.get("etag") ?? "" } };
    expect((await world.agent.send("PATCH", `/v1/tickets/${empty.request.ticketId}`, change)).status).toBe(200);
    await world.sql("update log_request set ended_at = now() - interval '25 hours' where id = $1::uuid", [
      expired.request.id,
    ]);
    expect(await view("alex", "view=attention")).toEqual(ids(unreachable, partly.request));
    expect((await world.agent.send("GET", "/v1/log-requests?view=nonsense")).status).toBe(400);
  });
});

describe("a list of requests", () => {
  test("names the ticket and the person, so that nobody has to look up each row", async ({ world }) => {
    const [userId, nameless] = [uniqueName("user"), uniqueName("user")];
    const ticket = await world.agent.openTicket({ userId, participants: [{ userId: nameless }] });
    await world.sql("update app_user set label = 'Mara Muster' where id = $1", [userId]);
    for (const asked of [userId, nameless]) await world.agent.requestLogs({ ticketId: ticket.id, userId: asked });
    const listed = await world.agent.list<LogRequestBody>(`/v1/log-requests?ticketId=${ticket.id}`);
    const names = ({ ticketNumber, ticketSubject, userLabel }: LogRequestBody) => [
      ticketNumber,
      ticketSubject,
      userLabel,
    ];
    expect(listed.map(names)).toEqual([
      [ticket.number, ticket.subject, undefined],
      [ticket.number, ticket.subject, "Mara Muster"],
    ]);
    expect(names(await world.agent.request(listed[1]?.id ?? ""))).toEqual([
      ticket.number,
      ticket.subject,
      "Mara Muster",
    ]);
    expect(names(await world.agent.cancel(listed[1]?.id ?? ""))).toEqual([
      ticket.number,
      ticket.subject,
      "Mara Muster",
    ]);
  });
});

describe("collectors and insights", () => {
  test("what apps can produce is listed with its names and sizes", async ({ world }) => {
    const name = uniqueName("sensor").slice(0, 40).toLowerCase();
    const said = [
      { label: "Sensors", typicalSizeBytes: 100 },
      { label: "Sensors", typicalSizeBytes: 300 },
      { label: "Sensoren", typicalSizeBytes: 900 },
      {},
    ];
    for (const each of said) await (await world.phone()).register({ collectors: [{ name, ...each }] });
    const { value } = await get<{ value: { name: string }[] }>(world, "alex", "/v1/collectors");
    expect(value.find((collector) => collector.name === name)).toEqual({
      name,
      labels: ["Sensors", "Sensoren"],
      typicalSizeBytes: { smallest: 100, median: 300, largest: 900 },
      installations: 4,
      platforms: ["fcmv1"],
    });
  });

  test("the funnel counts how far the requests of a time came", async ({ world }) => {
    const shared = await world.asked({ platform: "apns" });
    await shared.phone.shareAndUpload(shared.request.id, [freezeLog("app.log", "whole")]);
    await world.until(() => world.stateOf(shared.request), "linked");
    const declined = await world.asked({ platform: "apns" });
    await declined.phone.decline(declined.request.id);
    const seen = await world.asked({ platform: "apns" });
    await seen.phone.see(seen.request.id);
    const alone = await world.agent.requestLogs();
    // In a time of their own, an answer after 60 and 120 seconds, on the ticket after 300.
    const day = "2026-03-04";
    for (const { id } of [shared.request, declined.request, seen.request, alone])
      await world.sql("update log_request set created_at = '2026-03-04T12:00:00Z' where id = $1::uuid", [id]);
    for (const [request, at] of [
      [shared.request, "12:01:00"],
      [declined.request, "12:02:00"],
    ] as const)
      await world.sql("update consent set decided_at = $2::timestamptz where request_id = $1::uuid", [
        request.id,
        `${day}T${at}Z`,
      ]);
    await world.sql(
      "update ticket_event set at = '2026-03-04T12:05:00Z' where type = 'request.linked' and request_id = $1::uuid",
      [shared.request.id],
    );

    const figures = await get<Insights>(world, "otto", `/v1/insights?from=${day}T00:00:00Z&to=2026-03-05T00:00:00Z`);
    expect(figures).toMatchObject({
      from: `${day}T00:00:00.000Z`,
      funnel: { asked: 4, pushed: 3, seen: 3, answered: 2, shared: 1, linked: 1 },
      states: { linked: 1, declined: 1, seen: 1, requested: 1 },
      timeToAnswer: { count: 2, medianSeconds: 90 },
      timeToLink: { count: 1, medianSeconds: 300 },
      days: [{ day, asked: 4, shared: 1, declined: 1, expired: 0 }],
    });
    const [platform, ...others] = figures.platforms;
    expect(others).toEqual([]);
    expect(platform).toMatchObject({ platform: "apns", requests: 3, states: { linked: 1, declined: 1, seen: 1 } });
    expect(platform?.pushes.accepted).toBeGreaterThanOrEqual(3);

    const none = await get<Insights>(world, "otto", "/v1/insights?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z");
    expect(none).toMatchObject({ funnel: { asked: 0 }, timeToAnswer: { count: 0 }, platforms: [], days: [] });
    expect(none.timeToAnswer).not.toHaveProperty("medianSeconds");
    for (const query of ["from=2026-03-05T00:00:00Z&to=2026-03-04T00:00:00Z", "from=2024-01-01T00:00:00Z"])
      expect((await world.agent.send("GET", `/v1/insights?${query}`)).status).toBe(400);
  });
});

describe("the audit", () => {
  test("is read by those who may, newest first, page by page, and by what they look for", async ({ world }) => {
    const request = await world.agent.requestLogs();
    await world.agent.cancel(request.id);
    expect((await world.agent.send("GET", "/v1/audit-events")).status).toBe(403);
    for (const person of ["lena", "otto", "ada"]) {
      const events = await world
        .as(person)
        .list<AuditEventBody>(`/v1/audit-events?limit=1&ticketId=${request.ticketId}`);
      expect(events.map(({ type }) => type)).toEqual(["request.cancelled", "request.created", "ticket.created"]);
    }
    const find = async (query: string) =>
      (await world.as("otto").list<AuditEventBody>(`/v1/audit-events?limit=200&${query}`)).map(({ type }) => type);
    const own = `requestId=${request.id}`;
    expect(await find(`${own}&type=request.created`)).toEqual(["request.created"]);
    expect(await find(`${own}&type=request.created,request.cancelled&actorId=alex`)).toHaveLength(2);
    expect(await find(`${own}&actorId=lena`)).toEqual([]);
    expect(await find(`userId=${request.userId}&type=request.created`)).toEqual(["request.created"]);
    const created = request.createdAt;
    expect(await find(`${own}&from=${created}`)).toHaveLength(2);
    expect(await find(`${own}&to=${created}`)).toEqual([]);
    expect((await world.as("otto").send("GET", "/v1/audit-events?type=nonsense")).status).toBe(400);
    expect((await world.as("otto").send("GET", "/v1/audit-events?after=nonsense")).status).toBe(400);
  });

  test("comes as one CSV, whose cells are text to a spreadsheet", async ({ world }) => {
    const userId = `=HYPERLINK("https://evil.example","${randomUUID()}")`;
    const ticket = await world.agent.openTicket({ userId });
    for (let n = 0; n < 3; n += 1)
      await world.agent.requestLogs({ ticketId: ticket.id, userId, reason: "words that stay out of the audit" });
    const question = `/v1/audit-events?ticketId=${ticket.id}&limit=1`;
    const asked = await world.as("otto").send("GET", question, { headers: { accept: "text/csv" } });
    expect(asked.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(asked.headers.get("content-disposition")).toContain("attachment");
    const [head, ...lines] = asked.text.trimEnd().split("\r\n");
    expect(head).toBe("id,at,type,actorKind,actorId,ticketId,requestId,reportId,fileId,userId,installationId,data");
    expect(lines).toHaveLength(4);
    expect(lines[0]).toContain(`"'=HYPERLINK(""https://evil.example""`);
    expect(asked.text).not.toContain("words that stay");
    const byQuery = await world.as("otto").send("GET", `${question}&format=csv`);
    expect(byQuery.text).toBe(asked.text);
    expect((await world.agent.send("GET", `${question}&format=csv`)).status).toBe(403);
  });
});

describe("settings and state", () => {
  test("say where each value comes from, how the deployment fares, and no secret", async ({ world }) => {
    const { text } = await world.as("ada").send("GET", "/v1/system");
    const system = JSON.parse(text) as SystemBody;
    const setting = (name: string) => system.settings.find((one) => one.name === name);
    expect(setting("RETENTION_DAYS")).toMatchObject({ source: "default", value: "30", secret: false });
    expect(setting("HUB_NAME")).toMatchObject({ source: "environment", value: "beckon" });
    expect(setting("PUBLIC_URL")).toMatchObject({ source: "unset" });
    expect(setting("DEPLOYMENT_KEY")).toEqual({
      name: "DEPLOYMENT_KEY",
      meaning: setting("DEPLOYMENT_KEY")?.meaning,
      source: "environment",
      secret: true,
    });
    const { DATABASE_URL, REDIS_URL, HUB_CONNECTION_STRING, DEPLOYMENT_KEY, BLOB_ACCOUNT_KEY } = world.environment;
    const sharedKey = /SharedAccessKey=([^;]+)/.exec(HUB_CONNECTION_STRING ?? "")?.[1];
    for (const secret of [DATABASE_URL, REDIS_URL, HUB_CONNECTION_STRING, DEPLOYMENT_KEY, BLOB_ACCOUNT_KEY, sharedKey])
      if (secret !== undefined) expect(text).not.toContain(secret);
    expect(system.versions).toMatchObject({ node: process.version, database: expect.stringMatching(/^\d+/) });
    expect(system.versions.migration).toMatch(/^\d{14}_/);
    expect(Object.keys(system.queue.jobs ?? {})).toContain("push");
    expect(system.parts).toMatchObject({ database: { state: "ok" }, queue: { state: "ok" }, blobs: { state: "ok" } });
    expect(system.outbox.oldestDueSeconds).toBeGreaterThanOrEqual(0);
    expect((await world.agent.send("GET", "/v1/system")).status).toBe(403);
  });

  test("tell when the sweep came last", async ({ world }) => {
    const lastSweep = async () => (await get<SystemBody>(world, "lena", "/v1/system")).lastSweepAt !== undefined;
    await world.until(lastSweep, true, { withinMs: 25_000 });
  });
});
