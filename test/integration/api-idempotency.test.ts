import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import { worldTest } from "#test/support/world.ts";

const test = worldTest();

describe("an Idempotency-Key", () => {
  test("makes a repeated ask one ask: the same answer to the byte, and one push", async ({ world }) => {
    const phone = await world.phone();
    const ticket = await world.agent.openTicket({ userId: phone.userId });
    const ask = () =>
      world.agent.send("POST", `/v1/tickets/${ticket.id}/log-requests`, {
        body: { userId: phone.userId, reason: "why", collectors: ["app"] },
        headers: { "idempotency-key": `"${key}"` },
      });
    const key = randomUUID();
    const first = await ask();
    expect(first.status).toBe(202);
    const { id } = first.body as { id: string };
    await world.until(() => phone.pushesOf(id), ["beckon.log-request"]);
    await world.until(() => world.stateOf({ id }), "notified");
    const second = await ask();
    expect([second.status, second.text, second.headers.get("location")]).toEqual([
      202,
      first.text,
      first.headers.get("location"),
    ]);
    expect(await world.agent.list(`/v1/log-requests?ticketId=${ticket.id}`)).toHaveLength(1);
    expect(phone.pushesOf(id)).toHaveLength(1);
  });

  test("makes twenty twins at once one ticket, and one request on it", async ({ world }) => {
    const key = randomUUID();
    const tickets = await Promise.all(
      Array.from({ length: 20 }, () =>
        world.agent.send("POST", "/v1/tickets", {
          body: { subject: `one of ${key}`, userId: "a-twin" },
          headers: { "idempotency-key": key },
        }),
      ),
    );
    expect(new Set(tickets.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(tickets.map(({ text }) => text)).size).toBe(1);
    const [{ id: ticketId } = { id: "" }] = tickets.map(({ body }) => body as { id: string });
    const requests = await Promise.all(
      Array.from({ length: 20 }, () =>
        world.agent.send("POST", `/v1/tickets/${ticketId}/log-requests`, {
          body: { userId: "a-twin", reason: "why", collectors: ["app"] },
          headers: { "idempotency-key": key },
        }),
      ),
    );
    expect(new Set(requests.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(requests.map(({ text }) => text)).size).toBe(1);
    expect(await world.agent.list(`/v1/log-requests?ticketId=${ticketId}`)).toHaveLength(1);
    expect(await world.sql("select from ticket where subject = $1", [`one of ${key}`])).toHaveLength(1);
  });

  test("stands for one body only; the same words in another order are the same body", async ({ world }) => {
    const key = randomUUID();
    const post = (raw: string, person = "alex") =>
      world.as(person).send("POST", "/v1/tickets", { raw, headers: { "idempotency-key": key } });
    const first = await post('{"subject":"a","description":"b"}');
    expect(first.status).toBe(201);
    const reordered = await post('{"description":"b","subject":"a"}');
    expect([reordered.status, reordered.text]).toEqual([201, first.text]);
    const other = await post('{"subject":"a","description":"c"}');
    expect([other.status, other.headers.get("x-ms-error-code")]).toEqual([422, "idempotency_key_reused"]);
    // Another agent's key is another key.
    const another = await post('{"subject":"a","description":"c"}', "lena");
    expect(another.status).toBe(201);
    expect((another.body as { id: string }).id).not.toBe((first.body as { id: string }).id);
  });

  test("is not used up by a call that was refused", async ({ world }) => {
    const ticket = await world.agent.openTicket();
    const key = randomUUID();
    const ask = () =>
      world.agent.send("POST", `/v1/tickets/${ticket.id}/log-requests`, {
        body: { userId: "newcomer", reason: "why", collectors: ["app"] },
        headers: { "idempotency-key": key },
      });
    expect((await ask()).status).toBe(422);
    await world.agent.send("PATCH", `/v1/tickets/${ticket.id}`, {
      body: { userId: "newcomer" },
      headers: { "if-match": '"1"' },
    });
    expect((await ask()).status).toBe(202);
  });

  test("has to be one that can be kept", async ({ world }) => {
    for (const key of ["x".repeat(256), "with space"]) {
      const answer = await world.agent.send("POST", "/v1/tickets", {
        body: { subject: "a" },
        headers: { "idempotency-key": key },
      });
      expect(answer.body).toMatchObject({ status: 400, error: { target: "header Idempotency-Key" } });
    }
  });
});

describe("a ticket that two people change", () => {
  test("is changed by the one who saw it as it is; the other is told, and sees it first", async ({ world }) => {
    const created = await world.agent.send("POST", "/v1/tickets", { body: { subject: "before" } });
    const { id } = created.body as { id: string };
    const etag = created.headers.get("etag") ?? "";
    const patch = (subject: string, headers: Record<string, string>) =>
      world.agent.send("PATCH", `/v1/tickets/${id}`, { body: { subject }, headers });
    const without = await patch("x", {});
    expect([without.status, without.headers.get("x-ms-error-code")]).toEqual([428, "precondition_required"]);
    const changed = await patch("after", { "if-match": etag });
    expect(changed.status).toBe(200);
    const late = await patch("too late", { "if-match": etag });
    expect([late.status, late.headers.get("x-ms-error-code")]).toEqual([412, "precondition_failed"]);
    const garbage = await patch("too late", { "if-match": '"abc"' });
    expect(garbage.status).toBe(412);
    const read = await world.agent.send("GET", `/v1/tickets/${id}`);
    expect([read.headers.get("etag"), read.body]).toEqual([
      changed.headers.get("etag"),
      expect.objectContaining({ subject: "after" }),
    ]);
  });

  test("takes exactly one of many changes that were made at once", async ({ world }) => {
    const { id } = await world.agent.openTicket();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        world.agent.send("PATCH", `/v1/tickets/${id}`, {
          body: { subject: `change ${index}` },
          headers: { "if-match": '"1"' },
        }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(7);
    const timeline = await world.agent.timeline(id);
    expect(timeline.filter(({ type }) => type === "ticket.updated")).toHaveLength(1);
  });
});

test("a ticket of another system is one ticket, however often it is put, even by two at once", async ({ world }) => {
  const key = randomUUID();
  const put = (subject: string) =>
    world.agent.send("PUT", `/v1/tickets/by-external/jira/${key}`, { body: { subject, userId: "caller" } });
  const answers = await Promise.all([put("one"), put("one"), put("one")]);
  expect(answers.map(({ status }) => status).filter((status) => status > 201)).toEqual([]);
  expect(new Set(answers.map(({ body }) => (body as { id: string }).id)).size).toBe(1);
  expect((await put("two")).body).toMatchObject({ subject: "two", externalSystem: "jira", externalId: key });
  const taken = await world.agent.send("POST", "/v1/tickets", {
    body: { subject: "three", externalSystem: "jira", externalId: key },
  });
  expect([taken.status, taken.headers.get("x-ms-error-code")]).toEqual([409, "external_id_taken"]);
});
