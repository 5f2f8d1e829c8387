import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, vi } from "vitest";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import { createStore } from "#adapters/postgres/create-store.ts";
import { setsSomethingGoing, TOLD_OUTSIDE } from "#flow/pipeline.ts";
import { deleteExpiredFiles } from "#flow/retention/delete-expired-files.ts";
import type { ConnectionBody } from "#test/support/agent.ts";
import { ATTACHMENT_LIMIT_BYTES, connectedTest, workItemOf } from "#test/support/azure-devops/connected-world.ts";
import type { AzureDevOps } from "#test/support/azure-devops/start-azure-devops.ts";
import { exportZip, zipOf } from "#test/support/export-zips.ts";
import { freezeLog } from "#test/support/phone.ts";
import { sendForm } from "#test/support/send-form.ts";
import type { World } from "#test/support/world.ts";

const test = connectedTest();

vi.setConfig({ testTimeout: 60_000 });

const LOGS = ["a.log", "b.log"].map((name) => freezeLog(name, `of ${name}`));
const LARGE = freezeLog("large.blog", randomBytes(ATTACHMENT_LIMIT_BYTES + 1).toString("latin1"));

/** A ticket with a work item, and a request on it that its user has been asked. */
async function connected(world: World) {
  const { phone, request } = await world.asked();
  const ticket = await world.agent.ticket(request.ticketId);
  await world.agent.createWorkItem(ticket.id);
  await synced(world, ticket.id);
  return { phone, request, ticket };
}

const connectionOf = async (world: World, ticketId: string) => (await world.agent.ticket(ticketId)).connection;
const synced = (world: World, ticketId: string) =>
  world.until(async () => (await connectionOf(world, ticketId))?.state, "synced");

const factsOf = async (world: World, ticketId: string, type: string) =>
  (await world.agent.timeline(ticketId)).filter((fact) => fact.type === type);

const told = (devops: AzureDevOps, ticket: { readonly number: number }, words: string) =>
  (workItemOf(devops, ticket)?.history ?? []).filter((text) => text.includes(words)).length;

/** What the sweep does once a minute. */
async function deleteExpired(world: World): Promise<void> {
  const { store, dueWork, clock, close } = await createStore({
    databaseUrl: world.databaseUrl,
    needsRelay: setsSomethingGoing,
    connections: { system: "azure-devops", types: TOLD_OUTSIDE, newTickets: false },
    ids: uuidV7,
  });
  await deleteExpiredFiles({ store, dueWork, clock }, new AbortController().signal);
  await close();
}

describe("an agent who wants a work item", () => {
  test("gets one that leads back, with what the user shares on it", async ({ world, devops }) => {
    const { phone, request, ticket } = await connected(world);
    const made = workItemOf(devops, ticket);
    expect(made).toMatchObject({ twins: 0, state: "New", hyperlinks: [ticket.webUrl], attachments: [] });
    expect(await connectionOf(world, ticket.id)).toEqual({
      system: "azure-devops",
      state: "synced",
      itemId: made?.id,
      webUrl: `${devops.url}/Support%20Cases/_workitems/edit/${made?.id}`,
      syncedAt: expect.any(String),
      files: [],
    });

    const fileIds = await phone.shareAndUpload(request.id, LOGS);
    await world.until(() => workItemOf(devops, ticket)?.attachments.toSorted(), ["a.log", "b.log"]);
    expect(
      devops.attachments
        .all()
        .map(({ sha256 = "" }) => sha256)
        .toSorted(),
    ).toEqual(LOGS.map(({ announced }) => announced.sha256).toSorted());
    await world.until(() => told(devops, ticket, "The log files are on the ticket."), 1);
    expect(told(devops, ticket, "The user agreed to share log files.")).toBe(1);
    await synced(world, ticket.id);
    const { files } = (await connectionOf(world, ticket.id)) as ConnectionBody;
    expect(files.toSorted((a, b) => a.fileId.localeCompare(b.fileId))).toEqual(
      fileIds.toSorted().map((fileId) => ({ fileId, shownAs: "attachment", state: "there" })),
    );
    // The ticket is found by the work item's id, here and by whoever comes from there.
    const found = await world.agent.list<{ id: string }>(
      `/v1/tickets?externalSystem=azure-devops&externalId=${made?.id}`,
    );
    expect(found.map(({ id }) => id)).toEqual([ticket.id]);
    const facts = (await world.agent.timeline(ticket.id)).filter(({ type }) => type.startsWith("connection."));
    expect(facts.map(({ type }) => type)).toEqual([
      "connection.opened",
      "connection.made",
      "connection.fileAdded",
      "connection.fileAdded",
    ]);
    expect(facts[0]?.actor).toEqual({ kind: "agent", id: "alex" });
  });

  test("who asks twice gets one", async ({ world, devops }) => {
    const ticket = await world.agent.openTicket();
    await Promise.all([1, 2, 3].map(() => world.agent.createWorkItem(ticket.id)));
    await synced(world, ticket.id);
    await world.agent.createWorkItem(ticket.id);
    expect(workItemOf(devops, ticket)?.twins).toBe(0);
    expect(await factsOf(world, ticket.id, "connection.opened")).toHaveLength(1);
  });

  test("for a ticket that is a work item already gets that one", async ({ world, devops }) => {
    const { id } = devops.items.create("Bug", [{ op: "add", path: "/fields/System.Title", value: "Calls drop" }]);
    const ticket = await world.agent.openTicket({ externalSystem: "azure-devops", externalId: String(id) });
    await world.agent.createWorkItem(ticket.id);
    await synced(world, ticket.id);
    expect(await connectionOf(world, ticket.id)).toMatchObject({ itemId: String(id) });
    expect(workItemOf(devops, ticket)).toBeUndefined();
    expect(devops.items.get(id).fields["System.Title"]).toBe("Calls drop");
  });

  test("is told that there is no such ticket, and an auditor that they may not", async ({ world }) => {
    const none = "0195a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b";
    expect((await world.agent.send("POST", `/v1/tickets/${none}:createWorkItem`)).status).toBe(404);
    const ticket = await world.agent.openTicket();
    expect((await world.as("audrey").send("POST", `/v1/tickets/${ticket.id}:createWorkItem`)).status).toBe(403);
  });
});

describe("a file that Azure DevOps does not take", () => {
  test("because it is too large becomes a link to the file here, which leads to it", async ({ world, devops }) => {
    const { phone, request, ticket } = await connected(world);
    const [small = "", large = ""] = await phone.shareAndUpload(request.id, [freezeLog("a.log", "small"), LARGE]);
    const webUrl = `${world.apiUrl}/files/${large}`;
    await world.until(() => workItemOf(devops, ticket)?.hyperlinks, [ticket.webUrl, webUrl]);
    expect(workItemOf(devops, ticket)?.attachments).toEqual(["a.log"]);
    const file = await world.agent.file(large);
    expect(file).toMatchObject({ id: large, requestId: request.id, webUrl });
    expect((await world.agent.ticket(ticket.id)).files.map((each) => each.webUrl).toSorted()).toEqual(
      [small, large].map((id) => `${world.apiUrl}/files/${id}`).toSorted(),
    );
  });

  test("although it should becomes a link as well", async ({ world, devops }) => {
    const { phone, request, ticket } = await connected(world);
    devops.attachments.limitBytes = 1;
    const [fileId = ""] = await phone.shareAndUpload(request.id, [freezeLog("a.log", "more than a byte")]);
    await world.until(() => workItemOf(devops, ticket)?.hyperlinks, [ticket.webUrl, `${world.apiUrl}/files/${fileId}`]);
    devops.attachments.limitBytes = 60 * 1024 * 1024;
  });
});

describe("a take-back", () => {
  test("takes the file off the work item, has its bytes deleted there, and says so on both sides", async ({
    world,
    devops,
  }) => {
    const { phone, request, ticket } = await connected(world);
    const before = devops.attachments.all();
    const [first = "", second = "", large = ""] = await phone.shareAndUpload(request.id, [...LOGS, LARGE]);
    await world.until(() => workItemOf(devops, ticket)?.attachments.toSorted(), ["a.log", "b.log"]);
    await synced(world, ticket.id);
    const mine = () => devops.attachments.all().filter((attachment) => !before.includes(attachment));
    expect(mine()).toHaveLength(2);
    const { downloadedBefore } = await phone.withdraw(request.id, [first, large]);
    expect(downloadedBefore).toEqual([{ fileId: first, agentId: "azure-devops", at: expect.any(String) }]);
    await world.until(() => workItemOf(devops, ticket)?.attachments, ["b.log"]);
    await synced(world, ticket.id);
    expect(workItemOf(devops, ticket)?.hyperlinks).toEqual([ticket.webUrl]);
    expect(mine().map(({ fileName }) => fileName)).toEqual(["b.log"]);
    expect(told(devops, ticket, "a.log: the user took this file back. It is removed.")).toBe(1);
    const removed = await factsOf(world, ticket.id, "connection.fileRemoved");
    expect(new Map(removed.map(({ fileId, data }) => [fileId, data["bytes"]]))).toEqual(
      new Map([
        [first, "deleted"],
        [large, "none"],
      ]),
    );
    expect((await connectionOf(world, ticket.id))?.files).toContainEqual({
      fileId: second,
      shownAs: "attachment",
      state: "there",
    });
  });

  test("where Azure DevOps will not delete the bytes says that they may be left", async ({ world, devops }) => {
    const { phone, request, ticket } = await connected(world);
    await phone.shareAndUpload(request.id, LOGS.slice(0, 1));
    await world.until(() => workItemOf(devops, ticket)?.attachments, ["a.log"]);
    devops.letDelete(false);
    await phone.withdraw(request.id);
    await world.until(async () => (await factsOf(world, ticket.id, "connection.fileRemoved")).length, 1);
    devops.letDelete(true);
    const [removed] = await factsOf(world, ticket.id, "connection.fileRemoved");
    expect(removed?.data).toEqual({ system: "azure-devops", bytes: "left" });
    expect(workItemOf(devops, ticket)?.attachments).toEqual([]);
  });

  test("while the file is on its way to the work item keeps it from ever hanging there", async ({ world, devops }) => {
    const { phone, request, ticket } = await connected(world);
    const { reached, go } = devops.hold(/POST .*\/attachments/);
    await phone.shareAndUpload(request.id, LOGS.slice(0, 1));
    await reached;
    await phone.withdraw(request.id);
    go();
    await world.until(() => told(devops, ticket, "a.log: the user took this file back."), 1);
    await synced(world, ticket.id);
    expect(workItemOf(devops, ticket)?.attachments).toEqual([]);
    expect(devops.items.all().flatMap(({ relations }) => relations.map(({ url }) => url))).not.toContainEqual(
      expect.stringContaining("a.log"),
    );
  });

  test("of retention goes the same way", async ({ world, devops }) => {
    const { phone, request, ticket } = await connected(world);
    await phone.shareAndUpload(request.id, LOGS.slice(0, 1));
    await world.until(() => workItemOf(devops, ticket)?.attachments, ["a.log"]);
    await world.sql("update log_file set delete_after = now() - interval '1 second' where owner_id = $1", [request.id]);
    await deleteExpired(world);
    await world.until(() => workItemOf(devops, ticket)?.attachments, []);
    await world.until(() => told(devops, ticket, "a.log: the time for which this file is kept is over."), 1);
  });
});

test("a file that was taken back before it came is no news there", async ({ world, devops }) => {
  const { phone, request, ticket } = await connected(world);
  await phone.share(request.id, LOGS);
  await phone.withdraw(request.id);
  await world.until(() => told(devops, ticket, "The user took the consent back."), 1);
  expect(told(devops, ticket, "a.log")).toBe(0);
});

describe("what a user reports", () => {
  test("hangs on the work item of its ticket, is told there, and comes off again when it is taken back", async ({
    world,
    devops,
  }) => {
    const { phone, ticket } = await connected(world);
    const others = new Set(devops.attachments.all().map(({ id }) => id));
    const report = await phone.reportAndUpload({ ticketId: ticket.id, text: "It froze again" }, LOGS);
    await world.until(() => workItemOf(devops, ticket)?.attachments.toSorted(), ["a.log", "b.log"]);
    await world.until(() => told(devops, ticket, "A user reported an issue."), 1);
    await phone.withdrawReport(report.reportId);
    await world.until(() => workItemOf(devops, ticket)?.attachments, []);
    await world.until(() => told(devops, ticket, "A user took the files of their report back."), 1);
    await world.until(async () => (await factsOf(world, ticket.id, "connection.fileRemoved")).length, 2);
    expect(devops.attachments.all().filter(({ id }) => !others.has(id))).toEqual([]);
    // The user's words stay in Beckon.
    expect(JSON.stringify(workItemOf(devops, ticket))).not.toContain("It froze again");
  });
});

describe("what an agent adds", () => {
  test("hangs there with whether it is proven, and comes off when it is removed, in the agent's name", async ({
    world,
    devops,
  }) => {
    const { ticket } = await connected(world);
    const add = async (zip: Buffer) => {
      const token = await world.tokenOf("beckon-agents", "alex");
      const path = `/v1/tickets/${ticket.id}/files`;
      return sendForm(world.apiUrl, [zip], { token, contentType: "application/zip", path });
    };
    await add(await exportZip({ "exported.log": "of the device" }));
    await add(await zipOf([["found.log", "of nobody"]]));
    await world.until(() => workItemOf(devops, ticket)?.attachments.toSorted(), ["export.zip", "exported.log"]);
    const notes = () =>
      devops.items.all().flatMap(({ relations }) => relations.map(({ attributes }) => attributes["comment"]));
    expect(notes()).toEqual(
      expect.arrayContaining([
        expect.stringContaining("checked against the export's manifest"),
        expect.stringContaining("Unproven"),
      ]),
    );
    await world.until(() => told(devops, ticket, "An agent added log files that the user had exported."), 1);
    await world.until(() => told(devops, ticket, "An agent added a file that is unproven."), 1);
    const { files } = await world.agent.ticket(ticket.id);
    const unproven = files.find((file) => file.unproven);
    await world.agent.send("DELETE", `/v1/files/${unproven?.id ?? ""}`);
    await world.until(() => workItemOf(devops, ticket)?.attachments, ["exported.log"]);
    await world.until(() => told(devops, ticket, "export.zip: an agent removed this file."), 1);
  });
});

describe("what happens on the ticket", () => {
  test("is told to the work item, once", async ({ world, devops }) => {
    const { phone, request, ticket } = await connected(world);
    await phone.decline(request.id);
    await world.until(() => told(devops, ticket, "The user declined to share log files."), 1);
    await synced(world, ticket.id);
    expect(workItemOf(devops, ticket)?.history).toHaveLength(1);
  });

  test("gives the work item the state that it has for the ticket's, and words where it has none", async ({
    world,
    devops,
  }) => {
    const ticket = await world.agent.openTicket();
    await world.agent.createWorkItem(ticket.id);
    await synced(world, ticket.id);
    await world.agent.changeTicket(ticket.id, { state: "solved" });
    await world.until(() => workItemOf(devops, ticket)?.state, "Resolved");
    await world.agent.changeTicket(ticket.id, { state: "closed" });
    await world.until(() => told(devops, ticket, "The ticket is closed."), 1);
    expect(workItemOf(devops, ticket)?.state).toBe("Resolved");
    expect(told(devops, ticket, "The ticket is solved.")).toBe(0);
  });
});

describe("Azure DevOps in trouble", () => {
  beforeEach(({ devops }: { devops: AzureDevOps }) => devops.endFaults());

  test("throttles, and is asked again after the wait that it asked for", async ({ world, devops }) => {
    const ticket = await world.agent.openTicket();
    devops.fail({ on: /POST .*\$Task/, answer: { status: 429, headers: { "retry-after": "2" } } });
    await world.agent.createWorkItem(ticket.id);
    await world.until(async () => (await connectionOf(world, ticket.id))?.reason, expect.stringContaining("2 s (429)"));
    const { nextAttemptAt = "" } = (await connectionOf(world, ticket.id)) ?? {};
    expect(Date.parse(nextAttemptAt)).toBeGreaterThan(Date.now());
    await synced(world, ticket.id);
    expect((await connectionOf(world, ticket.id))?.reason).toBeUndefined();
    expect(workItemOf(devops, ticket)?.twins).toBe(0);
  });

  test("loses the answer after making the work item, and it is not made twice", async ({ world, devops }) => {
    const ticket = await world.agent.openTicket();
    const before = devops.items.all().length;
    devops.fail({ on: /POST .*\$Task/, done: true });
    await world.agent.createWorkItem(ticket.id);
    await synced(world, ticket.id);
    expect(workItemOf(devops, ticket)?.twins).toBe(0);
    expect(devops.items.all()).toHaveLength(before + 1);
  });

  test("loses the answer after every change, and nothing is told or hung twice", async ({ world, devops }) => {
    const { phone, request, ticket } = await connected(world);
    devops.fail({ on: /PATCH/, done: true, times: 3 });
    await phone.shareAndUpload(request.id, LOGS);
    await world.until(() => workItemOf(devops, ticket)?.attachments.toSorted(), ["a.log", "b.log"]);
    await world.until(() => told(devops, ticket, "The log files are on the ticket."), 1);
    await synced(world, ticket.id);
    expect(told(devops, ticket, "The user agreed to share log files.")).toBe(1);
    expect(told(devops, ticket, "The log files are on the ticket.")).toBe(1);
    expect(await factsOf(world, ticket.id, "connection.fileAdded")).toHaveLength(2);
  });

  test("answers a change that arrived twice with a conflict, and it is told once all the same", async ({
    world,
    devops,
  }) => {
    const { phone, request, ticket } = await connected(world);
    devops.fail({ on: /PATCH/, done: true, answer: { status: 412 } });
    await phone.decline(request.id);
    await world.until(() => told(devops, ticket, "The user declined"), 1);
    await synced(world, ticket.id);
    expect(told(devops, ticket, "The user declined")).toBe(1);
  });

  test("has somebody else at the work item: nothing of theirs and nothing of ours is lost", async ({
    world,
    devops,
  }) => {
    const { phone, request, ticket } = await connected(world);
    const id = Number(workItemOf(devops, ticket)?.id);
    const { reached, go } = devops.hold(/PATCH/);
    await phone.decline(request.id);
    await reached;
    devops.items.touch(id, { "System.History": "I look into it" });
    go();
    await world.until(() => told(devops, ticket, "The user declined"), 1);
    expect(told(devops, ticket, "I look into it")).toBe(1);
  });

  test("refuses the token: the ticket says so in words, the record says it once, and an agent can try again", async ({
    world,
    devops,
  }) => {
    const ticket = await world.agent.openTicket();
    devops.fail({ on: /./, answer: { status: 401 }, times: 50 });
    await world.agent.createWorkItem(ticket.id);
    await world.until(async () => (await connectionOf(world, ticket.id))?.state, "refused");
    expect(await connectionOf(world, ticket.id)).toMatchObject({
      reason: "Azure DevOps refused the token: it is wrong, over, or of another organization (401).",
    });
    const { nextAttemptAt = "" } = (await connectionOf(world, ticket.id)) ?? {};
    expect(Date.parse(nextAttemptAt) - Date.now()).toBeGreaterThan(240_000);
    expect(await factsOf(world, ticket.id, "connection.refused")).toHaveLength(1);
    devops.endFaults();
    await world.agent.createWorkItem(ticket.id);
    await synced(world, ticket.id);
    expect(workItemOf(devops, ticket)?.twins).toBe(0);
  });

  test("does not take the step from one state to another: the rest goes on, and the ticket says why", async ({
    world,
    devops,
  }) => {
    const ticket = await world.agent.openTicket();
    await world.agent.createWorkItem(ticket.id);
    await synced(world, ticket.id);
    devops.fail({ on: /PATCH/, answer: { status: 400, body: { message: "TF401320: Rule Error" } } });
    await world.agent.changeTicket(ticket.id, { state: "solved" });
    await world.until(async () => (await connectionOf(world, ticket.id))?.reason, expect.stringContaining("TF401320"));
    await synced(world, ticket.id);
  });

  test("is away: readiness names it as degraded, and what was wanted is done when it is back", async ({
    world,
    devops,
  }) => {
    devops.fail({ on: /./, times: 4 });
    const ready = await world.call("GET", "/readyz");
    expect(ready.body).toMatchObject({ ready: true, parts: { "azure-devops": { state: "degraded" } } });
    const ticket = await world.agent.openTicket();
    await world.agent.createWorkItem(ticket.id);
    await synced(world, ticket.id);
  });

  test("and its token are in no log, no job and no answer", async ({ world, devops }) => {
    const ticket = await world.agent.openTicket();
    devops.fail({ on: /POST/, answer: { status: 500, body: { message: `what of ${devops.token}` } } });
    await world.agent.createWorkItem(ticket.id);
    await synced(world, ticket.id);
    const secret = Buffer.from(`:${devops.token}`).toString("base64");
    const seen = JSON.stringify([
      world.lines,
      await world.agent.ticket(ticket.id),
      await world.agent.timeline(ticket.id),
      await world.sql("select * from ticket_connection"),
      await world.sql("select * from outbox"),
    ]);
    expect(seen).not.toContain(devops.token);
    expect(seen).not.toContain(secret);
  });
});
