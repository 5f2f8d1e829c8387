import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import { createStore } from "#adapters/postgres/create-store.ts";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import { setsSomethingGoing } from "#flow/pipeline.ts";
import { deleteExpiredFiles } from "#flow/retention/delete-expired-files.ts";
import { freezeLog } from "#test/support/phone.ts";
import { uniqueName } from "#test/support/servers.ts";
import { worldTest, type World } from "#test/support/world.ts";

const test = worldTest();

const LOGS = ["a.log", "b.log"].map((name) => freezeLog(name, `of ${name}`));

const someone = (world: World) => world.pickUp({ userId: uniqueName("user") });
const reportOf = async (world: World, ticketId: string, reportId: string) =>
  (await world.agent.reports(ticketId)).find(({ id }) => id === reportId);
const reportState = async (world: World, { ticketId, reportId }: { ticketId: string; reportId: string }) =>
  (await reportOf(world, ticketId, reportId))?.state;

describe("a user who reports an issue", () => {
  test("has a ticket with their words, the call and the files, verified as any other", async ({ world }) => {
    const phone = someone(world);
    const callId = randomUUID();
    const created = await phone.reportAndUpload(
      {
        text: "My call froze\nand then it ended",
        callIds: [callId],
        participantId: "8:acs:participant",
        sdkVersion: "azure-communication-calling/1.36.1",
        answers: { mood: "bad", network: ["wifi", "vpn"], score: 2 },
      },
      LOGS,
    );
    expect(created).toMatchObject({ ticketIsNew: true, state: "open", uploadBy: expect.any(String) });
    await world.until(() => reportState(world, created), "linked");
    const ticket = await world.agent.ticket(created.ticketId);
    expect(ticket).toMatchObject({
      subject: "My call froze",
      description: "My call froze\nand then it ended",
      userId: phone.userId,
      callIds: [callId],
      files: LOGS.map(({ announced: { name, sha256 } }) => ({
        name,
        sha256,
        state: "linked",
        reportId: created.reportId,
      })),
    });
    expect(await reportOf(world, created.ticketId, created.reportId)).toMatchObject({
      origin: "links",
      userId: phone.userId,
      participantId: "8:acs:participant",
      sdkVersion: "azure-communication-calling/1.36.1",
      answers: { mood: "bad", network: ["wifi", "vpn"], score: 2 },
      fileCounts: { consented: 2, uploaded: 2, linked: 2, refused: 0, missing: 0 },
      consent: { consentText: { version: "report-1", locale: "en" }, shown: { retentionDays: "30" } },
    });
    expect((await world.agent.timeline(created.ticketId)).map(({ type, reportId }) => [type, reportId])).toEqual([
      ["ticket.created", undefined],
      ...["report.created", "links.created", "file.uploaded", "file.uploaded", "report.uploaded"].map((type) => [
        type,
        created.reportId,
      ]),
      ...["file.linked", "file.linked", "report.linked"].map((type) => [type, created.reportId]),
    ]);
    await world.until(() => world.blobs({ id: created.reportId }), {
      ingest: [],
      evidence: created.fileIds.toSorted(),
    });
    const { url } = await world.agent.createDownloadUrl(created.fileIds[0] ?? "");
    expect(await (await fetch(url)).text()).toBe("of a.log");
    const content = await world.agent.send("GET", `/v1/files/${created.fileIds[1]}/content`);
    expect([content.status, content.text]).toEqual([200, "of b.log"]);
  });

  test("without files has said it all at once", async ({ world }) => {
    const created = await someone(world).report({ text: "" });
    expect(created).toMatchObject({ state: "linked", files: [], links: [], ticketIsNew: true });
    const { subject } = await world.agent.ticket(created.ticketId);
    expect(subject).toBe("Report from the app");
    const told = (await world.agent.timeline(created.ticketId)).map(({ type }) => type);
    expect(told).toEqual(["ticket.created", "report.created", "report.linked"]);
  });

  test("sees on the receipt what was said, shown and kept", async ({ world }) => {
    const phone = someone(world);
    const terms = await phone.reportTerms();
    const created = await phone.reportAndUpload({ shown: { files: "a.log and b.log", controller: "Mallory" } }, LOGS);
    await world.until(() => reportState(world, created), "linked");
    expect(await phone.reportReceipt(created.reportId)).toMatchObject({
      reportId: created.reportId,
      ticketNumber: created.ticketNumber,
      reported: { origin: "links", text: "My call froze" },
      consentText: { version: "report-1", text: terms.consentText.text },
      shown: { ...terms.consentValues, files: "a.log and b.log", totalSize: "16 B" },
      state: "linked",
      files: [{ name: "a.log" }, { name: "b.log" }],
    });
  });

  test("is one report, sent again a week later without having heard of the first, and never another's", async ({
    world,
  }) => {
    const [phone, appReportId] = [someone(world), randomUUID()];
    const body = { ...(await phone.reportBody({ text: "My call froze" }, LOGS)), appReportId };
    const post = (more: object = {}) => phone.send("POST", "/v1/reports", { body: { ...body, ...more } });
    // At once from two processes of the app, and later when no Idempotency-Key is remembered any more.
    const answers = [...(await Promise.all([post(), post()])), await post({ deviceNow: "2026-12-01T00:00:00Z" })];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map((one) => (one.body as { reportId: string }).reportId)).size).toBe(1);
    const [created] = answers.map((one) => one.body as { reportId: string; ticketId: string; links: unknown[] });
    expect(created?.links).toHaveLength(LOGS.length);
    expect(await world.agent.reports(created?.ticketId ?? "")).toHaveLength(1);

    const other = await post({ text: "Something else" });
    expect([other.status, other.headers.get("x-ms-error-code")]).toEqual([422, "idempotency_key_reused"]);
    expect(other.body).toMatchObject({ error: { details: [{ target: "appReportId" }] } });
    const stranger = someone(world);
    const theirs = { ...(await stranger.reportBody({ text: "My call froze" }, LOGS)), appReportId };
    const answer = await stranger.send("POST", "/v1/reports", { body: theirs });
    expect(answer.status).toBe(201);
    expect((answer.body as { reportId: string }).reportId).not.toBe(created?.reportId);
  });

  test("reaches its ticket with its files when it is sent again after the time to upload was over", async ({
    world,
  }) => {
    const phone = someone(world);
    const body = { ...(await phone.reportBody({ text: "My call froze" }, LOGS)), appReportId: randomUUID() };
    const post = async () =>
      (await phone.send("POST", "/v1/reports", { body })).body as Awaited<ReturnType<typeof phone.report>>;
    // The answer is lost on the way, so nothing is uploaded.
    const lost = await post();
    await world.sql("update report set upload_by = now() - interval '1 second' where id = $1::uuid", [lost.reportId]);
    await world.until(() => reportState(world, lost), "rejected");

    const again = await post();
    expect(again).toMatchObject({ ticketId: lost.ticketId, ticketIsNew: false, state: "open" });
    expect(again.links).toHaveLength(LOGS.length);
    // And once more: from here on it is this one.
    expect((await post()).reportId).toBe(again.reportId);
    expect((await world.agent.reports(lost.ticketId)).map(({ id, state }) => [id, state])).toEqual([
      [again.reportId, "open"],
      [lost.reportId, "rejected"],
    ]);
  });

  test("is heard of live by agents", async ({ world }) => {
    const feed = await world.feed();
    const created = await someone(world).report();
    await world.until(
      () => feed.events.filter(({ data }) => data.ticketId === created.ticketId).map(({ data }) => data.type),
      ["ticket.created", "report.created", "report.linked"],
    );
  });

  test("after a survey is known to come from one", async ({ world }) => {
    const surveyId = randomUUID();
    const created = await someone(world).report({ surveyId, answers: { overallRating: 1, issues: ["Freezes"] } });
    expect(await reportOf(world, created.ticketId, created.reportId)).toMatchObject({ origin: "survey", surveyId });
  });
});

describe("the ticket of a report", () => {
  test("is the open one of the same call and user", async ({ world }) => {
    const [phone, callId, other] = [someone(world), randomUUID(), randomUUID()];
    const first = await phone.report({ callIds: [callId] });
    const second = await phone.report({ callIds: [other, callId], text: "again" });
    expect(second).toMatchObject({ ticketId: first.ticketId, ticketIsNew: false });
    expect((await world.agent.ticket(first.ticketId)).callIds).toEqual([callId, other]);
    expect((await world.agent.reports(first.ticketId)).map(({ text }) => text)).toEqual(["again", "My call froze"]);
    // Another user's report of that call is a ticket of its own, and so is one after the ticket was solved.
    expect(await someone(world).report({ callIds: [callId] })).toMatchObject({ ticketIsNew: true });
    const { headers } = await world.agent.send("GET", `/v1/tickets/${first.ticketId}`);
    await world.agent.send("PATCH", `/v1/tickets/${first.ticketId}`, {
      body: { state: "solved" },
      headers: { "if-match": headers.get("etag") ?? "" },
    });
    expect(await phone.report({ callIds: [callId] })).toMatchObject({ ticketIsNew: true });
  });

  test("is one, however many reports of a call come at once", async ({ world }) => {
    const [phone, callId] = [someone(world), randomUUID()];
    const reports = await Promise.all(Array.from({ length: 8 }, () => phone.report({ callIds: [callId] })));
    expect(new Set(reports.map(({ ticketId }) => ticketId)).size).toBe(1);
    expect(reports.filter(({ ticketIsNew }) => ticketIsNew)).toHaveLength(1);
  });

  test("is the one that it names, if that is the user's", async ({ world }) => {
    const phone = someone(world);
    const mine = await world.agent.openTicket({ userId: phone.userId });
    const asParticipant = await world.agent.openTicket({ participants: [{ userId: phone.userId }] });
    const others = await world.agent.openTicket({ userId: "somebody-else" });
    for (const { id } of [mine, asParticipant])
      expect(await phone.report({ ticketId: id })).toMatchObject({ ticketId: id, ticketIsNew: false });
    for (const ticketId of [others.id, randomUUID()]) {
      const answer = await phone.send("POST", "/v1/reports", { body: { ticketId, text: "mine?" } });
      expect([answer.status, answer.headers.get("x-ms-error-code")]).toEqual([404, "not_found"]);
    }
    expect(await world.agent.reports(others.id)).toEqual([]);
  });

  test("is found by call, survey, participant and SDK version", async ({ world }) => {
    const [callId, surveyId, sdkVersion] = [randomUUID(), randomUUID(), `calling/${randomUUID()}`];
    const participantId = uniqueName("8:acs");
    const { ticketId } = await someone(world).report({ callIds: [callId], surveyId, sdkVersion, participantId });
    const idsOf = async (query: string) =>
      (await world.agent.list<{ id: string }>(`/v1/tickets?${query}`)).map(({ id }) => id);
    for (const query of [
      `callId=${callId}`,
      `surveyId=${surveyId}`,
      `sdkVersion=${encodeURIComponent(sdkVersion)}`,
      ...[callId, surveyId, sdkVersion, participantId].map((words) => `query=${encodeURIComponent(words)}`),
    ])
      expect(await idsOf(query), query).toEqual([ticketId]);
    expect(await idsOf(`surveyId=${randomUUID()}`)).toEqual([]);
  });
});

describe("a repeated report", () => {
  test("under one Idempotency-Key is one report, with fresh links for what is not there", async ({ world }) => {
    const phone = someone(world);
    const body = await phone.reportBody({}, LOGS);
    const headers = { "idempotency-key": randomUUID() };
    const post = () => phone.send("POST", "/v1/reports", { body, headers });
    const [first, twin] = await Promise.all([post(), post()]);
    expect([first.status, twin.status]).toEqual([201, 201]);
    const created = first.body as Awaited<ReturnType<typeof phone.report>>;
    expect(twin.body).toMatchObject({ reportId: created.reportId, ticketIsNew: true });
    const [link] = created.links;
    if (!link) throw new Error("There is no link");
    expect((await phone.upload(link, LOGS[0]?.bytes ?? new Uint8Array())).status).toBe(201);
    await phone.completeReport(created.reportId, [link.fileId]);
    const again = (await post()).body as typeof created;
    expect(again.links.map(({ fileId }) => fileId)).toEqual([created.files[1]?.id]);
    expect(await world.agent.reports(created.ticketId)).toHaveLength(1);
    const kept = await world.sql<{ body: string }>("select body from idempotency_key where key = $1", [
      headers["idempotency-key"],
    ]);
    expect(kept.map(({ body: text }) => text).join()).not.toContain("sig=");
    const other = await phone.send("POST", "/v1/reports", { body: { ...body, text: "other" }, headers });
    expect([other.status, other.headers.get("x-ms-error-code")]).toEqual([422, "idempotency_key_reused"]);
  });
});

describe("the upload of a report", () => {
  test("is refused file by file where the bytes are not those that were announced", async ({ world }) => {
    const phone = someone(world);
    const created = await phone.report({}, LOGS);
    const [good, bad] = created.links;
    if (!good || !bad) throw new Error("There are no links");
    await phone.upload(good, LOGS[0]?.bytes ?? new Uint8Array());
    await phone.upload(bad, Uint8Array.from(Buffer.from("OF B.LOG")));
    await phone.completeReport(created.reportId, [good.fileId, bad.fileId]);
    await world.until(() => reportState(world, created), "linked");
    const { files } = await world.agent.ticket(created.ticketId);
    expect(files.map(({ name, state, reason }) => [name, state, reason])).toEqual([
      ["a.log", "linked", undefined],
      ["b.log", "refused", "hash_differs"],
    ]);
    await world.until(() => world.blobs({ id: created.reportId }), { ingest: [], evidence: [good.fileId] });
  });

  test("that is given up ends the report, whose words stay", async ({ world }) => {
    const phone = someone(world);
    const created = await phone.report({}, LOGS);
    const ids = created.files.map(({ id }) => id);
    expect(await phone.completeReport(created.reportId, ids, "given_up")).toMatchObject({ state: "rejected" });
    expect(await reportOf(world, created.ticketId, created.reportId)).toMatchObject({
      rejectReason: "upload_abandoned",
      text: "My call froze",
    });
    const none = await phone.send("POST", `/v1/reports/${created.reportId}:createUploadLinks`, { body: {} });
    expect([none.status, none.headers.get("x-ms-error-code")]).toEqual([409, "request_closed"]);
    const nothing = await phone.send("POST", `/v1/reports/${created.reportId}:withdraw`, { body: {} });
    expect([nothing.status, nothing.headers.get("x-ms-error-code")]).toEqual([409, "nothing_to_withdraw"]);
  });

  test("that nobody goes on with ends at its deadline; what is there is taken", async ({ world }) => {
    const phone = someone(world);
    const [came, stayed] = [await phone.report({}, LOGS), await phone.report({}, LOGS)];
    const [link] = came.links;
    if (!link) throw new Error("There is no link");
    await phone.upload(link, LOGS[0]?.bytes ?? new Uint8Array());
    await world.sql("update report set upload_by = now() - interval '1 second' where id = any($1::uuid[])", [
      [came.reportId, stayed.reportId],
    ]);
    await world.until(() => reportState(world, came), "linked");
    await world.until(() => reportState(world, stayed), "rejected");
    const { files } = await world.agent.ticket(came.ticketId);
    expect(files.map(({ state, reason }) => [state, reason])).toEqual([
      ["linked", undefined],
      ["missing", "upload_deadline"],
    ]);
  });

  test("waits for a file store that is away, and the report is saved all the same", async ({ world }) => {
    const phone = someone(world);
    const body = await phone.reportBody({}, LOGS);
    await world.wires.blobs.cut();
    const answer = await phone.send("POST", "/v1/reports", { body });
    await world.wires.blobs.mend();
    expect([answer.status, answer.headers.has("retry-after")]).toEqual([201, true]);
    const { reportId, links } = answer.body as Awaited<ReturnType<typeof phone.report>>;
    expect(links).toEqual([]);
    const later = await phone.send("POST", `/v1/reports/${reportId}:createUploadLinks`, { body: {} });
    expect((later.body as { links: unknown[] }).links).toHaveLength(2);
  });
});

describe("a user who takes a report back", () => {
  test("leaves its words and the record that there were files", async ({ world }) => {
    const phone = someone(world);
    const created = await phone.reportAndUpload({}, LOGS);
    await world.until(() => reportState(world, created), "linked");
    const [a = "", b = ""] = created.fileIds;
    const { url } = await world.agent.createDownloadUrl(a);
    expect(await phone.withdrawReport(created.reportId, [b])).toMatchObject({ state: "linked" });
    expect(await phone.withdrawReport(created.reportId)).toMatchObject({
      state: "withdrawn",
      downloadedBefore: [{ fileId: a, agentId: "alex" }],
    });
    await world.until(() => world.blobs({ id: created.reportId }), { ingest: [], evidence: [] });
    await world.until(async () => (await fetch(url)).status, 404);
    const { files } = await world.agent.ticket(created.ticketId);
    expect(files.map(({ state, reason }) => [state, reason])).toEqual([
      ["deleted", "withdrawn"],
      ["deleted", "withdrawn"],
    ]);
    expect(await phone.reportReceipt(created.reportId)).toMatchObject({
      state: "withdrawn",
      withdrawnAt: expect.any(String),
      reported: { text: "My call froze" },
    });
    const told = (await world.agent.timeline(created.ticketId)).map(({ type }) => type);
    expect(told.filter((type) => type === "report.withdrawn")).toHaveLength(1);
  });

  test("or whose time is over has the files deleted", async ({ world }) => {
    const created = await someone(world).reportAndUpload({}, LOGS);
    await world.until(() => reportState(world, created), "linked");
    // The removal of what was ingested is still to be written down, and would write the old time over ours.
    const waiting = "select from log_file where owner_id = $1 and cleanup_at is not null";
    await world.until(() => world.sql(waiting, [created.reportId]), []);
    await world.sql("update log_file set delete_after = now() - interval '1 second' where owner_id = $1", [
      created.reportId,
    ]);
    const postgres = await createStore({ databaseUrl: world.databaseUrl, needsRelay: setsSomethingGoing, ids: uuidV7 });
    await deleteExpiredFiles(postgres, AbortSignal.timeout(10_000));
    await postgres.close();
    await world.until(() => world.blobs({ id: created.reportId }), { ingest: [], evidence: [] });
    const gone = (await world.agent.timeline(created.ticketId)).filter(({ type }) => type === "file.deleted");
    expect(gone.map(({ reportId, data }) => [reportId, data])).toEqual(
      LOGS.map(() => [created.reportId, { reason: "retention" }]),
    );
  });
});

describe("a report that is not as it should be", () => {
  test("of another user looks like none at all", async ({ world }) => {
    const { reportId } = await someone(world).report({}, LOGS);
    const stranger = someone(world);
    for (const [method, path] of [
      ["GET", "/receipt"],
      ["POST", ":withdraw"],
      ["POST", ":createUploadLinks"],
      ["POST", ":complete"],
    ] as const) {
      const body = path === ":complete" ? { files: [{ fileId: randomUUID(), outcome: "uploaded" }] } : {};
      const call = method === "GET" ? {} : { body };
      expect((await stranger.send(method, `/v1/reports/${reportId}${path}`, call)).status, path).toBe(404);
    }
  });

  test("says which of its parts is wrong", async ({ world }) => {
    const phone = someone(world);
    const good = await phone.reportBody({}, LOGS);
    const refusals = [
      [{ ...good, consentText: undefined }, 400, "invalid_request"],
      [
        { ...good, consentText: { version: "report-1", locale: "en", sha256: "0".repeat(64) } },
        400,
        "unknown_consent_text",
      ],
      [{ ...good, files: [...good.files, ...good.files] }, 400, "invalid_request"],
      [{ ...good, text: "x".repeat(10_001) }, 400, "invalid_request"],
      [{ ...good, answers: { a: { b: "nested" } } }, 400, "invalid_request"],
      [{ ...good, text: "with \0 in it" }, 400, "invalid_request"],
      [{ ...good, files: [{ ...good.files[0], sizeBytes: 513 * 1024 * 1024 }] }, 413, "report_too_large"],
    ] as const;
    for (const [body, status, code] of refusals) {
      const answer = await phone.send("POST", "/v1/reports", { body });
      expect([answer.status, answer.headers.get("x-ms-error-code")], JSON.stringify(body).slice(0, 80)).toEqual([
        status,
        code,
      ]);
    }
    const strange = await world.phone();
    const theirs = await phone.send("POST", "/v1/reports", {
      body: { text: "a", installationId: strange.installationId },
    });
    expect([theirs.status, theirs.headers.get("x-ms-error-code")]).toEqual([422, "installation_not_of_user"]);
  });
});
