import { expect } from "vitest";
import { freezeLog, sha256Of } from "#test/support/phone.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest();

test("an agent gets the very bytes that the user shared, and the user takes one file back", async ({ world }) => {
  const feed = await world.feed();
  const phone = await world.phone();
  const ticket = await world.agent.openTicket({ userId: phone.userId });
  const request = await world.agent.requestLogs({ userId: phone.userId, ticketId: ticket.id });
  expect(request).toMatchObject({ state: "requested", reach: "pending", ticketId: ticket.id });

  // Asked: the push carries the request's id and its deadline, and nothing else.
  await world.until(() => phone.pushesOf(request.id), ["beckon.log-request"]);
  const [message] = phone.messages();
  expect(JSON.parse(message?.body ?? "")).toEqual({
    message: {
      android: { priority: "HIGH", ttl: expect.stringMatching(/^863\d\ds$/), collapse_key: `beckon-${request.id}` },
      data: { type: "beckon.log-request", v: "1", requestId: request.id, answerBy: request.answerBy },
    },
  });
  await world.until(() => world.stateOf(request), "notified");
  expect(await world.agent.request(request.id)).toMatchObject({ reach: "pushed" });

  // Seen: the app fetches the rest, and shows the agent's words in a text that it can prove later.
  expect(await phone.requests()).toEqual([
    expect.objectContaining({
      id: request.id,
      state: "notified",
      ticketNumber: ticket.number,
      reason: request.reason,
      consentText: expect.objectContaining({ version: "default-1", locale: "en" }),
    }),
  ]);
  expect(await phone.see(request.id)).toMatchObject({ state: "seen" });

  // Shared: only now are there links, one for each file that the user agreed to.
  const logs = [freezeLog("app.log", "the first line\n"), freezeLog("app.1.log", "an older line\n")];
  const answer = await phone.share(request.id, logs);
  expect(answer).toMatchObject({ state: "consented", decision: "share" });
  const [first = "", second = ""] = answer.files.map(({ id }) => id);
  expect(answer.links.map(({ fileId }) => fileId)).toEqual([first, second]);
  for (const [index, link] of answer.links.entries()) {
    expect((await phone.upload(link, logs[index]?.bytes ?? new Uint8Array())).status).toBe(201);
  }
  expect(await phone.complete(request.id, [first])).toMatchObject({ state: "consented" });
  expect(await phone.complete(request.id, [second])).toMatchObject({ state: "uploaded" });
  await world.until(() => phone.pushesOf(request.id), ["beckon.log-request", "beckon.log-request-closed"]);
  expect(phone.prompts()).toEqual([]);

  // Linked: verified, and moved to where no link of a device leads.
  await world.until(() => world.stateOf(request), "linked");
  await world.until(() => world.blobs(), {
    ingest: [],
    evidence: [first, second].toSorted(),
  });
  const { files } = await world.agent.ticket(ticket.id);
  expect(files).toEqual(
    logs.map(({ announced }, index) =>
      expect.objectContaining({
        ...announced,
        modifiedAt: expect.anything(),
        id: [first, second][index],
        state: "linked",
      }),
    ),
  );
  const download = await world.agent.createDownloadUrl(first);
  const response = await fetch(download.url);
  expect(response.headers.get("content-disposition")).toContain("attachment");
  expect(response.headers.get("content-disposition")).toContain("app.log");
  expect(sha256Of(await response.bytes())).toBe(logs[0]?.announced.sha256);

  // Taken back: the link that was given out is dead, the blob is gone, the record stays, and the user knows who had it.
  expect(await phone.withdraw(request.id, [first])).toMatchObject({
    state: "linked",
    downloadedBefore: [{ fileId: first, agentId: "alex" }],
  });
  await world.until(async () => (await fetch(download.url)).status, 404);
  await world.until(() => world.blobs(), { ingest: [], evidence: [second] });
  const again = await world.agent.send("POST", `/v1/files/${first}:createDownloadUrl`);
  expect(again.status).toBe(410);
  expect(again.body).toMatchObject({ error: { code: "file_gone" }, reason: "withdrawn" });
  const left = await world.agent.request(request.id);
  expect(left).toMatchObject({ state: "linked", fileCounts: { consented: 2, uploaded: 2, linked: 1 } });
  expect(left.files.find(({ id }) => id === first)).toMatchObject({
    state: "deleted",
    reason: "withdrawn",
    name: "app.log",
    deletedAt: expect.any(String),
  });

  // The receipt says what was asked, what was shown, and what stands.
  expect(await phone.receipt(request.id)).toMatchObject({
    requestId: request.id,
    ticketNumber: ticket.number,
    asked: { agentId: "alex", reason: request.reason, collectors: ["app"] },
    decision: "share",
    consentText: { version: "default-1", locale: "en", text: expect.stringContaining("{reason}") },
    shown: { reason: request.reason, retentionDays: "30", files: "app.log, app.1.log" },
    files: [
      { id: first, state: "deleted" },
      { id: second, state: "linked" },
    ],
  });

  // Every fact is told once, on the ticket, in the audit and live.
  const timeline = await world.agent.timeline(ticket.id);
  const told = timeline.map(({ type }) => type);
  expect(told.toSorted()).toEqual(
    [
      "ticket.created",
      "request.created",
      "push.accepted",
      "request.notified",
      "request.seen",
      "request.consented",
      "links.created",
      "push.accepted",
      "file.uploaded",
      "file.uploaded",
      "request.uploaded",
      "file.linked",
      "file.linked",
      "request.linked",
      "file.downloadLinkCreated",
      "file.deleted",
    ].toSorted(),
  );
  const milestones = told.filter((type) => type.startsWith("request.") || type === "file.deleted");
  expect(milestones).toEqual([
    "request.created",
    "request.notified",
    "request.seen",
    "request.consented",
    "request.uploaded",
    "request.linked",
    "file.deleted",
  ]);
  const audited = await world.sql<{ type: string }>(
    "select type from audit_event where ticket_id = $1 order by xid, sequence",
    [ticket.id],
  );
  expect(audited.map(({ type }) => type)).toEqual(told);
  await world.until(
    () => feed.events.filter(({ data }) => data.ticketId === ticket.id).map(({ data }) => data),
    timeline.map((entry) => ({ ...entry, id: expect.any(String) })),
  );

  // A console that was away comes back where it was.
  const { id: lastEventId = "" } = feed.events[4] ?? {};
  const resumed = await world.feed({ lastEventId });
  await world.until(() => resumed.events, feed.events.slice(5));
});
