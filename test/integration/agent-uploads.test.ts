import { randomBytes, randomUUID } from "node:crypto";
import { request as httpRequest } from "node:http";
import { describe, expect } from "vitest";
import { createStore } from "#adapters/postgres/create-store.ts";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import type { AgentUploadBody } from "#contract/agent-uploads.ts";
import { packManifest } from "#contract/packs.ts";
import { setsSomethingGoing } from "#flow/pipeline.ts";
import { deleteExpiredFiles } from "#flow/retention/delete-expired-files.ts";
import { succeeded, type ApiAnswer } from "#test/support/api-calls.ts";
import { EXPORTED_AT, exportZip, manifestOf, zipOf } from "#test/support/export-zips.ts";
import { freezeLog, sha256Of } from "#test/support/phone.ts";
import { sendForm } from "#test/support/send-form.ts";
import { uniqueName } from "#test/support/servers.ts";
import { unzip } from "#test/support/unzip.ts";
import { worldTest, type World } from "#test/support/world.ts";

const MAX_BYTES = 3 * 1024 ** 2;
const test = worldTest({ settings: { REPORT_MAX_BYTES: String(MAX_BYTES), REPORT_MAX_FILE_BYTES: String(MAX_BYTES) } });

interface Sending {
  readonly person?: string;
  readonly ticketId: string;
  readonly fileName?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly lengthBytes?: number;
}

async function send(world: World, zip: Uint8Array, sending: Sending): Promise<ApiAnswer> {
  const { person = "alex", ticketId, fileName, contentType = "application/zip", ...rest } = sending;
  const query = fileName === undefined ? "" : `?${new URLSearchParams({ fileName }).toString()}`;
  const token = await world.tokenOf("beckon-agents", person);
  return sendForm(world.apiUrl, [zip], { token, contentType, path: `/v1/tickets/${ticketId}/files${query}`, ...rest });
}

const added = async (answer: Promise<ApiAnswer>) => {
  const { status, text, body } = await answer;
  if (status !== 201) throw new Error(`The API answered ${status}: ${text}`);
  return body as AgentUploadBody;
};

const codeOf = ({ status, headers }: ApiAnswer) => [status, headers.get("x-ms-error-code")];
const uploadsOf = (world: World, ticketId: string) =>
  world.agent.list<AgentUploadBody>(`/v1/tickets/${ticketId}/agent-uploads?limit=1`);
const idsOf = (upload: AgentUploadBody) => upload.files.map(({ id }) => id).toSorted();

/** Nothing on the ticket, and no blob that was not there before. */
async function expectNothing(world: World, ticketId: string, blobsBefore: Awaited<ReturnType<World["blobs"]>>) {
  await world.until(() => world.blobs(), blobsBefore);
  expect((await world.agent.ticket(ticketId)).files).toEqual([]);
  expect(await uploadsOf(world, ticketId)).toEqual([]);
  expect((await world.agent.timeline(ticketId)).map(({ type }) => type)).toEqual(["ticket.created"]);
}

describe("a zip that the device exported", () => {
  const FILES = {
    "acs-calling/Anruf „ß“ 💥.blog": randomBytes(70_000) as Uint8Array<ArrayBuffer>,
    "a.log": "ICE failed\n",
    "empty.log": "",
  };

  test("is its files on the ticket, proven, at the moment of the answer", async ({ world }) => {
    const [userId, callId] = [uniqueName("user"), randomUUID()];
    const ticket = await world.agent.openTicket({ userId });
    const feed = await world.feed();
    const zip = await exportZip(FILES, { callIds: [callId], appVersion: "7.1" });
    const upload = await added(send(world, zip, { ticketId: ticket.id, fileName: "von Ada.zip" }));
    expect(upload).toMatchObject({
      ticketId: ticket.id,
      agentId: "alex",
      basis: "export",
      zip: { name: "von Ada.zip", sizeBytes: zip.length, sha256: sha256Of(zip) },
      callIds: [callId],
      appVersion: "7.1",
      exportedAt: EXPORTED_AT.toISOString(),
    });
    expect(upload.doubt).toBeUndefined();
    const expected = [
      { collector: "acs-calling", name: "Anruf „ß“ 💥.blog", sha256: sha256Of(FILES["acs-calling/Anruf „ß“ 💥.blog"]) },
      { collector: "app", name: "a.log", sha256: sha256Of(Buffer.from("ICE failed\n")) },
      { collector: "app", name: "empty.log", sha256: sha256Of(new Uint8Array()) },
    ].map((file) => ({ ...file, state: "linked", agentUploadId: upload.id, modifiedAt: EXPORTED_AT.toISOString() }));
    const standing = await world.agent.ticket(ticket.id);
    expect(standing.files).toHaveLength(3);
    for (const file of expected) expect(standing.files).toContainEqual(expect.objectContaining(file));
    for (const file of standing.files) {
      expect(file.unproven).toBeUndefined();
      expect(Date.parse(file.deleteAfter ?? "")).toBeGreaterThan(Date.now() + 29 * 86_400_000);
    }
    expect(await uploadsOf(world, ticket.id)).toEqual([upload]);

    // Each is read, downloaded and packed as an upload is; the zip itself is gone.
    const fileId = (name: string) => upload.files.find((file) => file.name === name)?.id ?? "";
    const read = await world.agent.send("GET", `/v1/files/${fileId("a.log")}/content`);
    expect(read.text).toBe("ICE failed\n");
    const { url } = await world.agent.createDownloadUrl(fileId("Anruf „ß“ 💥.blog"));
    const downloaded = new Uint8Array(await (await fetch(url)).arrayBuffer());
    expect(sha256Of(downloaded)).toBe(expected[0]?.sha256);
    await world.until(() => world.blobs({ id: upload.id }), { ingest: [], evidence: idsOf(upload) });

    // What is written down of it, and what the others hear.
    const consent = await world.sql(
      "select basis, user_id, decision, text_sha256 from consent where agent_upload_id = $1",
      [upload.id],
    );
    expect(consent).toEqual([{ basis: "export", user_id: userId, decision: "share", text_sha256: null }]);
    const facts = (await world.agent.timeline(ticket.id)).map(({ type, actor, data }) => [
      type,
      actor.id,
      data["agentUploadId"],
    ]);
    const linked = expected.map(() => ["file.linked", "alex", upload.id]);
    expect(facts.slice(1, 5)).toEqual([["agentUpload.created", "alex", upload.id], ...linked]);
    await world.until(
      () => feed.events.filter(({ data }) => data.ticketId === ticket.id).map(({ data }) => data.type),
      expect.arrayContaining(["agentUpload.created", "file.linked"]),
    );
    const audit = await world.sql("select type from audit_event where ticket_id = $1 and type like 'agentUpload%'", [
      ticket.id,
    ]);
    expect(audit).toHaveLength(1);
    const found = await world.agent.list<{ id: string }>(`/v1/tickets?callId=${callId}`);
    expect(found.map(({ id }) => id)).toEqual([ticket.id]);
  });

  test("may go on a ticket that is closed, or that has no user, as a report may", async ({ world }) => {
    const ticket = await world.agent.openTicket();
    await world.agent.changeTicket(ticket.id, { state: "closed" });
    const upload = await added(send(world, await exportZip({ "a.log": "hi" }), { ticketId: ticket.id }));
    expect(upload).toMatchObject({ basis: "export", zip: { name: "export.zip" } });
    expect(await world.sql("select user_id from consent where agent_upload_id = $1", [upload.id])).toEqual([
      { user_id: null },
    ]);
  });

  test("says what the device left out, and what the window covers", async ({ world }) => {
    const ticket = await world.agent.openTicket();
    const zip = await exportZip({ "a.log": "hi", "large.log": "x".repeat(9_000) }, { maxBytes: 1_000 });
    const upload = await added(send(world, zip, { ticketId: ticket.id }));
    expect(upload.leftOut).toMatchObject([{ collector: "app", name: "large.log", reason: "over_max_bytes" }]);
    expect((await uploadsOf(world, ticket.id))[0]?.leftOut).toEqual(upload.leftOut);
  });
});

describe("a zip whose manifest does not hold", () => {
  test.for([
    ["has none", zipOf([["a.log", "hi"]]), { doubt: "no_manifest" }],
    [
      "names other bytes",
      zipOf([
        ["manifest.json", manifestOf([{ path: "a.log" }])],
        ["a.log", "hi"],
      ]),
      { doubt: "hash_differs", doubtPath: "a.log" },
    ],
    [
      "names less than there is",
      zipOf([
        ["manifest.json", manifestOf([])],
        ["b.log", "hi"],
      ]),
      { doubt: "extra_file", doubtPath: "b.log" },
    ],
  ] as const)(
    "because it %s is kept as it came, as one file that says everywhere that it is unproven",
    async ([, making, doubt], { world }) => {
      const zip = await making;
      const ticket = await world.agent.openTicket({ userId: uniqueName("user") });
      const upload = await added(send(world, zip, { ticketId: ticket.id, fileName: "logs.zip" }));
      expect(upload).toMatchObject({ basis: "agent_upload", ...doubt, callIds: [] });
      const file = {
        collector: "agent-upload",
        name: "logs.zip",
        sha256: sha256Of(zip),
        state: "linked",
        unproven: true,
      };
      expect(upload.files).toMatchObject([file]);
      expect((await world.agent.ticket(ticket.id)).files).toMatchObject([file]);
      expect(await world.agent.file(idsOf(upload)[0] ?? "")).toMatchObject(file);
      expect((await world.agent.timeline(ticket.id)).find(({ type }) => type === "file.linked")?.data).toMatchObject({
        unproven: true,
      });
      expect(await world.sql("select basis from consent where agent_upload_id = $1", [upload.id])).toEqual([
        { basis: "agent_upload" },
      ]);
      await world.until(() => world.blobs({ id: upload.id }), { ingest: [], evidence: idsOf(upload) });

      const authorization = `Bearer ${await world.tokenOf("beckon-agents", "alex")}`;
      const pack = await fetch(new URL(`/v1/tickets/${ticket.id}/pack`, world.apiUrl), { headers: { authorization } });
      const entries = await unzip(Buffer.from(await pack.arrayBuffer()));
      expect(entries.get(`unproven-${upload.id}/agent-upload/logs.zip`)).toEqual(zip);
      const manifest = packManifest.parse(JSON.parse(String(entries.get("manifest.json"))));
      expect(manifest.files).toMatchObject([{ ...file, path: `unproven-${upload.id}/agent-upload/logs.zip` }]);
      expect(manifest.agentUploads).toMatchObject([{ id: upload.id, basis: "agent_upload", ...doubt }]);
    },
  );
});

describe("what is refused", () => {
  test.for([
    ["no zip", Buffer.from("hello"), [422, "unusable_zip"]],
    ["nothing at all", Buffer.alloc(0), [422, "unusable_zip"]],
    ["a zip without files", zipOf([]), [422, "unusable_zip"]],
    ["a path that leads out", zipOf([["../../x", "hi"]]), [422, "unusable_zip"]],
    [
      "a zip whose end is missing",
      exportZip({ "a.log": "hi" }).then((zip) => zip.subarray(0, -9)),
      [422, "unusable_zip"],
    ],
    ["more than is taken", randomBytes(MAX_BYTES + 1), [413, "body_too_large"]],
    [
      "more than is taken, once it is unpacked",
      exportZip({ "a.log": "a".repeat(MAX_BYTES + 1) }),
      [413, "body_too_large"],
    ],
  ] as const)("%s leaves nothing, and its key is as new", async ([, making, code], { world }) => {
    const zip = await making;
    const ticket = await world.agent.openTicket();
    const before = await world.until(() => world.blobs(), { ingest: [], evidence: expect.any(Array) });
    const headers = { "idempotency-key": randomUUID() };
    for (const lengthBytes of [undefined, zip.length]) {
      const answer = await send(world, zip, {
        ticketId: ticket.id,
        headers,
        ...(lengthBytes === undefined ? {} : { lengthBytes }),
      });
      expect(codeOf(answer)).toEqual(code);
    }
    await expectNothing(world, ticket.id, before);
    await added(send(world, await exportZip({ "a.log": "hi" }), { ticketId: ticket.id, headers }));
  });

  test("says which part of the call is wrong", async ({ world }) => {
    const { id: ticketId } = await world.agent.openTicket();
    const zip = await exportZip({ "a.log": "hi" });
    const codes = await Promise.all(
      [
        send(world, zip, { ticketId, contentType: "multipart/form-data; boundary=b" }),
        send(world, zip, { ticketId, headers: { "content-encoding": "gzip" } }),
        send(world, zip, { ticketId, fileName: "../x.zip" }),
        send(world, zip, { ticketId, fileName: "a\u202epiz.exe" }),
        send(world, zip, { ticketId: randomUUID() }),
        send(world, zip, { ticketId: "T-1" }),
      ].map(async (answer) => codeOf(await answer)),
    );
    expect(codes).toEqual([
      [415, "unsupported_media_type"],
      [415, "unsupported_media_type"],
      [400, "invalid_request"],
      [400, "invalid_request"],
      [404, "not_found"],
      [404, "not_found"],
    ]);
  });

  test("auditors add and remove nothing, users' devices and keys neither", async ({ world }) => {
    const ticket = await world.agent.openTicket();
    const zip = await exportZip({ "a.log": "hi" });
    expect(codeOf(await send(world, zip, { ticketId: ticket.id, person: "otto" }))).toEqual([403, "forbidden"]);
    const upload = await added(send(world, zip, { ticketId: ticket.id }));
    const [fileId = ""] = idsOf(upload);
    expect(codeOf(await world.as("otto").send("DELETE", `/v1/files/${fileId}`))).toEqual([403, "forbidden"]);
    const device = await world.tokenOf("beckon-devices", "somebody");
    const path = `/v1/tickets/${ticket.id}/files`;
    for (const token of [device, await world.createKey()]) {
      const answer = await sendForm(world.apiUrl, [zip], { token, contentType: "application/zip", path });
      expect(answer.status).toBe(401);
    }
  });

  test("a connection that ends half-way leaves nothing", async ({ world }) => {
    const ticket = await world.agent.openTicket();
    const before = await world.until(() => world.blobs(), { ingest: [], evidence: expect.any(Array) });
    const zip = await exportZip({ "a.log": randomBytes(900_000) as Uint8Array<ArrayBuffer> });
    const token = await world.tokenOf("beckon-agents", "alex");
    const key = randomUUID();
    const leases = () => world.sql("select from idempotency_key where key = $1 and lease_token is not null", [key]);
    const request = httpRequest(new URL(`/v1/tickets/${ticket.id}/files`, world.apiUrl), {
      method: "POST",
      agent: false,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/zip",
        "content-length": zip.length,
        "idempotency-key": key,
      },
    });
    const ended = new Promise((resolve) => request.once("error", resolve));
    request.write(zip.subarray(0, 600_000));
    await world.until(leases, [{}]);
    request.destroy(new Error("gone"));
    await ended;
    // Given back: whoever took it in has done what there was to do.
    await world.until(leases, []);
    await expectNothing(world, ticket.id, before);
  });
});

describe("the same key", () => {
  test("with the same zip gets the first answer, with another is refused, also of two at once", async ({ world }) => {
    const ticket = await world.agent.openTicket();
    const headers = { "idempotency-key": randomUUID() };
    const zip = await exportZip({ "a.log": "hi" });
    const twins = await Promise.all([1, 2].map(() => added(send(world, zip, { ticketId: ticket.id, headers }))));
    expect(twins[1]).toEqual(twins[0]);
    expect(await added(send(world, zip, { ticketId: ticket.id, headers }))).toEqual(twins[0]);
    expect(await uploadsOf(world, ticket.id)).toHaveLength(1);
    const other = await exportZip({ "a.log": "ho" });
    expect(codeOf(await send(world, other, { ticketId: ticket.id, headers }))).toEqual([422, "idempotency_key_reused"]);
    const elsewhere = await world.agent.openTicket();
    expect(codeOf(await send(world, zip, { ticketId: elsewhere.id, headers }))).toEqual([
      422,
      "idempotency_key_reused",
    ]);
    expect((await world.agent.ticket(elsewhere.id)).files).toEqual([]);
  });
});

describe("what was added", () => {
  test("is removed by who added it, a lead or an admin, and a tombstone stays", async ({ world }) => {
    const ticket = await world.agent.openTicket();
    const zip = await exportZip({ "a.log": "hi", "b.log": "ho" });
    const upload = await added(send(world, zip, { ticketId: ticket.id }));
    const [first = "", second = ""] = idsOf(upload);
    const remove = (person: string, fileId: string) => world.as(person).send("DELETE", `/v1/files/${fileId}`);
    const ofLena = await added(send(world, zip, { ticketId: ticket.id, person: "lena" }));
    const [lenas = ""] = idsOf(ofLena);
    expect((await uploadsOf(world, ticket.id)).map(({ id }) => id)).toEqual([ofLena.id, upload.id]);
    expect(codeOf(await remove("alex", lenas))).toEqual([403, "forbidden"]);
    expect((await remove("ada", lenas)).body).toMatchObject({ state: "deleted", reason: "removed" });
    const gone = await remove("alex", first);
    expect([gone.status, gone.body]).toMatchObject([
      200,
      { state: "deleted", reason: "removed", name: expect.any(String) },
    ]);
    expect((await remove("alex", first)).body).toEqual(gone.body);
    expect((await remove("lena", second)).body).toMatchObject({ state: "deleted", reason: "removed" });
    expect(codeOf(await world.agent.send("POST", `/v1/files/${first}:createDownloadUrl`))).toEqual([410, "file_gone"]);
    await world.until(() => world.blobs({ id: upload.id }), { ingest: [], evidence: [] });
    const facts = (await world.agent.timeline(ticket.id)).filter(({ type }) => type === "file.deleted");
    expect(facts.map(({ actor, data }) => [actor.id, data["reason"]])).toEqual([
      ["ada", "removed"],
      ["alex", "removed"],
      ["lena", "removed"],
    ]);
    expect(codeOf(await remove("alex", randomUUID()))).toEqual([404, "not_found"]);
  });

  test("and what a user shared is not an agent's to remove", async ({ world }) => {
    const { phone, request } = await world.asked();
    await phone.shareAndUpload(request.id, [freezeLog("app.log", "hi")]);
    await world.until(() => world.stateOf(request), "linked");
    const [file] = (await world.agent.request(request.id)).files;
    const answer = await world.as("ada").send("DELETE", `/v1/files/${file?.id ?? ""}`);
    expect(codeOf(answer)).toEqual([409, "not_removable"]);
    expect((await world.agent.request(request.id)).files).toMatchObject([{ state: "linked" }]);
  });

  test("goes when its time is over, like everything", async ({ world }) => {
    const ticket = await world.agent.openTicket();
    const upload = await added(send(world, await exportZip({ "a.log": "hi" }), { ticketId: ticket.id }));
    // The removal of what was ingested is still to be written down, and would write the old time over ours.
    const waiting = "select from log_file where owner_id = $1 and cleanup_at is not null";
    await world.until(() => world.sql(waiting, [upload.id]), []);
    await world.sql("update log_file set delete_after = now() - interval '1 second' where owner_id = $1", [upload.id]);
    const postgres = await createStore({ databaseUrl: world.databaseUrl, needsRelay: setsSomethingGoing, ids: uuidV7 });
    await deleteExpiredFiles(postgres, AbortSignal.timeout(20_000));
    await postgres.close();
    expect((await world.agent.ticket(ticket.id)).files).toMatchObject([{ state: "deleted", reason: "retention" }]);
    await world.until(() => world.blobs({ id: upload.id }), { ingest: [], evidence: [] });
  });
});

test("while the file store is away it says so, and the same key works later", async ({ world }) => {
  const ticket = await world.agent.openTicket();
  const headers = { "idempotency-key": randomUUID() };
  const zip = await exportZip({ "a.log": "hi" });
  await world.wires.blobs.cut();
  const answer = await send(world, zip, { ticketId: ticket.id, headers });
  expect(codeOf(answer)).toEqual([503, "blob_store_unavailable"]);
  await world.wires.blobs.mend();
  await added(send(world, zip, { ticketId: ticket.id, headers }));
  expect(await succeeded(world.agent.send("GET", `/v1/tickets/${ticket.id}/agent-uploads`))).toMatchObject({
    value: [{}],
  });
});
