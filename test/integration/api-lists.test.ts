import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import type { LogRequestBody, TicketBody } from "#test/support/agent.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest({ worker: false });

describe("an agent looks for", () => {
  test("a ticket by its number, its user, a call, another system's id, or words of its subject", async ({ world }) => {
    const subject = `Echo ${randomUUID()}`;
    const created = await world.agent.openTicket({
      subject,
      userId: "list-user",
      participants: [{ userId: "list-callee", callId: "call-7" }],
      callIds: ["call-7", "call-8"],
      externalSystem: "zendesk",
      externalId: "4711",
      assigneeId: "lena",
    });
    await world.agent.openTicket({ subject: "something else" });
    for (const query of [
      `number=${created.number}`,
      "userId=list-user",
      "callId=call-8",
      "externalSystem=zendesk&externalId=4711",
      "assigneeId=lena",
      `query=${encodeURIComponent(subject.split(" ")[1] ?? "")}`,
      "query=call-7",
      "query=4711",
      `query=${created.number}`,
    ]) {
      const found = await world.agent.list<TicketBody>(`/v1/tickets?${query}`);
      expect([query, found.map(({ id }) => id)]).toEqual([query, [created.id]]);
    }
    const closed = await world.agent.send("PATCH", `/v1/tickets/${created.id}`, {
      body: { state: "closed" },
      headers: { "if-match": '"1"' },
    });
    expect(closed.body).toMatchObject({ state: "closed" });
    expect(await world.agent.list("/v1/tickets?state=closed")).toEqual([expect.objectContaining({ id: created.id })]);
  });

  test("the person, by id, name, phone number or mail, and what can be reached of them", async ({ world }) => {
    const token = await world.createKey();
    const body = { label: "Jo Müller", contacts: ["+49 30 901820", "jo@example.org"], locale: "de" };
    const put = async () => (await world.call("PUT", "/v1/users/acs:8:user", { token, body })).status;
    expect([await put(), await put()]).toEqual([201, 200]);
    for (const query of ["acs:8:user", "jo", "MÜLLER", "jo@example", "+49 30"]) {
      const found = await world.agent.list<{ id: string }>(`/v1/users?query=${encodeURIComponent(query)}`);
      expect([query, found.map(({ id }) => id)]).toEqual([query, ["acs:8:user"]]);
    }
    const phone = world.pickUp({ userId: "acs:8:user", platform: "browser" });
    await phone.register();
    const [installation] = await world.agent.installations(encodeURIComponent("acs:8:user"));
    expect(installation).toMatchObject({ id: phone.installationId, hubSync: "pending" });
    // A push channel is a way to reach somebody: it is kept, and never shown.
    expect(JSON.stringify(installation)).not.toContain("push.example");
  });

  test("requests by state, ticket, user and agent, newest first, page by page", async ({ world }) => {
    const ticket = await world.agent.openTicket({ userId: "paged" });
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1)
      ids.unshift((await world.agent.requestLogs({ ticketId: ticket.id, userId: "paged" })).id);
    const other = await world.as("lena").requestLogs({ ticketId: ticket.id, userId: "paged" });
    await world.agent.cancel(ids[0] ?? "");
    const idsOf = async (query: string) =>
      (await world.agent.list<LogRequestBody>(`/v1/log-requests?${query}`)).map(({ id }) => id);
    expect(await idsOf(`ticketId=${ticket.id}&limit=3`)).toEqual([other.id, ...ids]);
    expect(await idsOf(`ticketId=${ticket.id}&agentId=lena`)).toEqual([other.id]);
    expect(await idsOf(`userId=paged&state=cancelled`)).toEqual([ids[0]]);
    expect(await idsOf(`userId=paged&state=requested,notified&limit=2`)).toEqual([other.id, ...ids.slice(1)]);
    const page = await world.agent.send("GET", `/v1/log-requests?ticketId=${ticket.id}&limit=3`, {
      headers: { host: "evil.example", "x-forwarded-host": "evil.example" },
    });
    const { nextLink } = page.body as { nextLink: string };
    expect(nextLink.startsWith(`${world.apiUrl}/v1/log-requests?`)).toBe(true);
  });
});

test("links that people paste lead to where the API is said to be, whatever the Host header says", async ({
  world,
}) => {
  const ticket = await world.agent.openTicket();
  expect(ticket.webUrl).toBe(`${world.apiUrl}/tickets/${ticket.id}`);
});

test("the API describes itself, and its description can be read without the network", async ({ world }) => {
  const document = await world.call("GET", "/openapi.json");
  expect(document.body).toMatchObject({ openapi: "3.1.1" });
  const docs = await world.call("GET", "/docs");
  expect([docs.status, docs.headers.get("content-type")]).toEqual([200, expect.stringContaining("text/html")]);
  const assets = [...docs.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = ""]) => path);
  expect(assets.length).toBeGreaterThan(1);
  for (const path of assets) {
    expect(path.startsWith("/docs/")).toBe(true);
    expect((await world.call("GET", path)).status).toBe(200);
  }
});

describe("a consent text", () => {
  test("can be changed until somebody has seen it, and never after", async ({ world }) => {
    const token = await world.createKey();
    const put = (version: string, text: string) =>
      world.call("PUT", `/v1/consent-texts/${version}/en`, { token, body: { text } });
    expect((await put("house-1", "{reason}? First try.")).status).toBe(200);
    const second = await put("house-1", "{reason}? Second try.");
    const { sha256 } = second.body as { sha256: string };
    const phone = world.pickUp({ userId: "reader" });
    const request = await world.agent.requestLogs({ userId: "reader" });
    const body = {
      ...(await phone.consentBody(request.id, "decline", [])),
      consentText: { version: "house-1", locale: "en", sha256 },
    };
    expect((await phone.send("POST", `/v1/log-requests/${request.id}:consent`, { body })).status).toBe(201);
    const third = await put("house-1", "{reason}? Third try.");
    expect([third.status, third.headers.get("x-ms-error-code")]).toEqual([409, "consent_text_in_use"]);
    expect((await put("house-1", "{reason}? Second try.")).status).toBe(200);
    expect((await phone.receipt(request.id)).consentText).toMatchObject({ text: "{reason}? Second try.", sha256 });
  });

  test("comes in the language of the app, or the nearest there is", async ({ world }) => {
    const phone = world.pickUp({ userId: "polyglot" });
    const request = await world.agent.requestLogs({ userId: "polyglot" });
    for (const [wanted, given] of [
      ["de-AT", "de"],
      ["en-GB", "en"],
      ["fr", "en"],
    ]) {
      const { body } = await phone.send("GET", `/v1/me/log-requests/${request.id}?locale=${wanted}`);
      expect(body).toMatchObject({ consentText: { locale: given } });
    }
  });
});
