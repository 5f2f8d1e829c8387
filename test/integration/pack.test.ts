import { createHash, randomBytes, randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import { packManifest } from "#contract/packs.ts";
import { freezeLog, sha256Of, type FrozenLog } from "#test/support/phone.ts";
import { uniqueName } from "#test/support/servers.ts";
import { unzip } from "#test/support/unzip.ts";
import { worldTest, type World } from "#test/support/world.ts";

const test = worldTest();

/** What no compressor makes smaller. */
function noise(name: string, sizeBytes: number): FrozenLog {
  const bytes = Uint8Array.from(randomBytes(sizeBytes));
  const announced = { ...freezeLog(name, "").announced, sizeBytes, sha256: sha256Of(bytes) };
  return { announced, bytes };
}

const ask = async (
  world: World,
  ticketId: string,
  { person = "alex", signal }: { person?: string; signal?: AbortSignal } = {},
) =>
  fetch(new URL(`/v1/tickets/${ticketId}/pack`, world.apiUrl), {
    headers: { authorization: `Bearer ${await world.tokenOf("beckon-agents", person)}` },
    ...(signal && { signal }),
  });

/** Downloads a pack, and holds manifest and hashes to what is in it. */
async function packOf(world: World, ticketId: string) {
  const response = await ask(world, ticketId);
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/zip"]);
  const entries = await unzip(Buffer.from(await response.arrayBuffer()));
  const manifest = packManifest.parse(JSON.parse(entries.get("manifest.json")?.toString() ?? ""));
  const sums = [...entries]
    .filter(([path]) => path !== "manifest.sha256")
    .map(([path, content]) => `${createHash("sha256").update(content).digest("hex")}  ${path}\n`);
  expect(entries.get("manifest.sha256")?.toString()).toBe(sums.join(""));
  const paths = manifest.files.flatMap(({ path }) => (path === undefined ? [] : [path]));
  expect([...entries.keys()]).toEqual([...paths, "manifest.json", "manifest.sha256"]);
  return { response, entries, manifest };
}

const readings = async (world: World, ticketId: string) =>
  (await world.agent.timeline(ticketId))
    .filter(({ type }) => type === "file.read" || type === "pack.created")
    .map(({ type, fileId, actor }) => [type, fileId, actor.id]);

async function linked(world: World, logs: readonly FrozenLog[]) {
  const { phone, request } = await world.asked();
  const fileIds = await phone.shareAndUpload(request.id, logs);
  await world.until(() => world.stateOf(request), "linked");
  return { phone, request, fileIds };
}

describe("an agent who hands a ticket over", () => {
  test("has every file of it in one zip, with where it came from, and each reading is written down", async ({
    world,
  }) => {
    const userId = uniqueName("user");
    const phone = world.pickUp({ userId });
    await phone.register({ appVersion: "7.1", osVersion: "Android 16", sdkVersion: "beckon/0.1", model: "Pixel" });
    const callId = randomUUID();
    const ticket = await world.agent.openTicket({ userId, callIds: [callId], subject: "Frozen" });
    const request = await world.agent.requestLogs({ userId, ticketId: ticket.id, collectors: ["app", "acs-calling"] });
    const shared = [
      freezeLog("a.log", "of a\n".repeat(2_000)),
      freezeLog("A.log", "in capitals"),
      freezeLog("..\\..\u202egpj.log", "with a bad name"),
      freezeLog("nothing.log", ""),
      freezeLog("call.blog", "encrypted", "acs-calling"),
    ];
    const fileIds = await phone.shareAndUpload(request.id, shared, [
      { collector: "app", name: "old.log", reason: "over_max_bytes" },
    ]);
    await world.until(() => world.stateOf(request), "linked");
    const report = await phone.reportAndUpload(
      {
        ticketId: ticket.id,
        text: "It froze",
        callIds: [callId, "call-2"],
        participantId: "8:acs:p",
        surveyId: "survey-1",
        sdkVersion: "azure-communication-calling/1.36.1",
        installationId: phone.installationId,
      },
      [freezeLog("a.log", "of the report")],
    );
    await world.until(
      async () => (await world.agent.reports(ticket.id)).find(({ id }) => id === report.reportId)?.state,
      "linked",
    );

    const { response, entries, manifest } = await packOf(world, ticket.id);
    expect(response.headers.get("content-disposition")).toBe(
      `attachment; filename="beckon-ticket-${ticket.number}.zip"`,
    );
    const contents = new Map(manifest.files.map(({ id, path = "" }) => [id, entries.get(path)?.toString()]));
    for (const [index, id] of fileIds.entries())
      expect(contents.get(id)).toBe(Buffer.from(shared[index]?.bytes ?? []).toString());
    expect(contents.get(report.fileIds[0] ?? "")).toBe("of the report");
    expect([...entries.keys()].toSorted()).toEqual(
      [
        `request-${request.id}/app/a.log`,
        `request-${request.id}/app/A-2.log`,
        `request-${request.id}/app/__.._gpj.log`,
        `request-${request.id}/app/nothing.log`,
        `request-${request.id}/acs-calling/call.blog`,
        `report-${report.reportId}/app/a.log`,
        "manifest.json",
        "manifest.sha256",
      ].toSorted(),
    );
    expect(manifest).toMatchObject({
      type: "beckon.pack",
      createdBy: "alex",
      ticket: { id: ticket.id, number: ticket.number, subject: "Frozen" },
      callIds: [callId, "call-2"],
      participantIds: ["8:acs:p"],
      surveyIds: ["survey-1"],
      sdkVersions: ["azure-communication-calling/1.36.1"],
      installations: [
        {
          id: phone.installationId,
          appVersion: "7.1",
          osVersion: "Android 16",
          sdkVersion: "beckon/0.1",
          model: "Pixel",
        },
      ],
      requests: [
        {
          id: request.id,
          consent: {
            decision: "share",
            consentText: { version: "default-1", locale: "en", sha256: expect.any(String), text: expect.any(String) },
            shown: { reason: request.reason, retentionDays: "30" },
            leftOut: [{ collector: "app", name: "old.log", reason: "over_max_bytes" }],
            decidedAt: expect.any(String),
          },
        },
      ],
      reports: [{ id: report.reportId, text: "It froze", consent: { consentText: { version: "report-1" } } }],
      consentTexts: [{ version: "default-1" }, { version: "report-1", text: expect.any(String) }],
    });
    const read = await readings(world, ticket.id);
    expect(read[0]).toEqual(["pack.created", undefined, "alex"]);
    expect(new Set(read.slice(1).map(([, id]) => id))).toEqual(new Set([...fileIds, ...report.fileIds]));
    expect(read).toHaveLength(1 + fileIds.length + 1);
    expect(await phone.withdraw(request.id)).toMatchObject({
      downloadedBefore: fileIds.map((fileId) => expect.objectContaining({ fileId, agentId: "alex" })),
    });
  });

  test("reads of what is not in it why, and nobody has read that", async ({ world }) => {
    const logs = ["a.log", "b.log", "c.log"].map((name) => freezeLog(name, `of ${name}`));
    const { phone, request, fileIds } = await linked(world, logs);
    const [a = "", b = ""] = fileIds;
    await phone.withdraw(request.id, [a]);
    const again = await world.agent.requestLogs({ userId: phone.userId, ticketId: request.ticketId });
    const { files } = await phone.share(again.id, logs.slice(0, 2));
    await phone.complete(again.id, [files[0]?.id ?? ""], "given_up");
    const declined = await world.agent.requestLogs({ userId: phone.userId, ticketId: request.ticketId });
    await phone.decline(declined.id);
    const { manifest } = await packOf(world, request.ticketId);
    expect(Object.fromEntries(manifest.files.map(({ id, notPacked, reason }) => [id, [notPacked, reason]]))).toEqual({
      [a]: ["deleted", "withdrawn"],
      [b]: [undefined, undefined],
      [fileIds[2] ?? ""]: [undefined, undefined],
      [files[0]?.id ?? ""]: ["missing", "given_up"],
      [files[1]?.id ?? ""]: ["under_way", undefined],
    });
    expect(manifest.requests.map(({ id, consent }) => [id, consent?.decision])).toEqual([
      [request.id, "share"],
      [again.id, "share"],
      [declined.id, "decline"],
    ]);
    expect((await readings(world, request.ticketId)).map(([, id]) => id)).toEqual([undefined, b, fileIds[2]]);
  });

  test("has a manifest also of a ticket without files", async ({ world }) => {
    const ticket = await world.agent.openTicket();
    const { entries, manifest } = await packOf(world, ticket.id);
    expect([...entries.keys()]).toEqual(["manifest.json", "manifest.sha256"]);
    expect(manifest).toMatchObject({ files: [], requests: [], reports: [], ticket: { id: ticket.id } });
  });

  test("must name a ticket; an auditor may read it, a user may not", async ({ world }) => {
    const path = (id: string) => `/v1/tickets/${id}/pack`;
    for (const id of [randomUUID(), "none"])
      expect((await world.agent.send("GET", path(id))).headers.get("x-ms-error-code")).toBe("not_found");
    const { request, phone } = await linked(world, [freezeLog("a.log", "of a")]);
    expect((await world.as("otto").send("GET", path(request.ticketId))).status).toBe(200);
    expect((await phone.send("GET", path(request.ticketId))).status).toBe(401);
    const looked = await fetch(new URL(path(request.ticketId), world.apiUrl), {
      method: "HEAD",
      headers: { authorization: `Bearer ${await world.tokenOf("beckon-agents", "alex")}` },
    });
    expect([looked.status, looked.headers.get("content-type")]).toEqual([200, "application/zip"]);
    expect((await readings(world, request.ticketId)).map(([type, , who]) => [type, who])).toEqual([
      ["pack.created", "otto"],
      ["file.read", "otto"],
    ]);
  });

  test("is told so when the file store is away", async ({ world }) => {
    const { request } = await linked(world, [freezeLog("a.log", "of a")]);
    await world.wires.blobs.cut();
    try {
      const answer = await world.agent.send("GET", `/v1/tickets/${request.ticketId}/pack`);
      expect([answer.status, answer.headers.get("x-ms-error-code")]).toEqual([503, "blob_store_unavailable"]);
    } finally {
      await world.wires.blobs.mend();
    }
    await packOf(world, request.ticketId);
  });
});

describe("while a pack is under way", () => {
  /** More than every buffer between file store and reader holds. */
  const BIG_BYTES = 48 * 1024 * 1024;

  /** A pack whose reader has taken a little of its first file, and waits. */
  async function begun(world: World) {
    const held = await linked(world, [noise("big.blog", BIG_BYTES), freezeLog("small.log", "of small")]);
    const response = await ask(world, held.request.ticketId);
    const reader = response.body?.getReader();
    if (!reader) throw new Error("There is no body");
    const first = (await reader.read()).value ?? new Uint8Array();
    const rest = async () => {
      const pieces = [first];
      for (let next = await reader.read(); !next.done; next = await reader.read()) pieces.push(next.value);
      return Buffer.concat(pieces);
    };
    return { ...held, rest, reader };
  }

  test("a file that its user takes back before its turn is not in it", async ({ world }) => {
    const { phone, request, fileIds, rest } = await begun(world);
    await phone.withdraw(request.id, [fileIds[1] ?? ""]);
    const entries = await unzip(await rest());
    const manifest = packManifest.parse(JSON.parse(entries.get("manifest.json")?.toString() ?? ""));
    expect(manifest.files.map(({ path, notPacked, reason }) => [path !== undefined, notPacked, reason])).toEqual([
      [true, undefined, undefined],
      [false, "deleted", "withdrawn"],
    ]);
    expect((await readings(world, request.ticketId)).map(([, id]) => id)).toEqual([undefined, fileIds[0]]);
  });

  test("a file that its user takes back from it breaks it off: no finished pack holds it", async ({ world }) => {
    const { phone, request, fileIds, rest } = await begun(world);
    await phone.withdraw(request.id, [fileIds[0] ?? ""]);
    await expect(rest()).rejects.toThrow("terminated");
    const { manifest } = await packOf(world, request.ticketId);
    expect(manifest.files.map(({ notPacked }) => notPacked)).toEqual(["deleted", undefined]);
  });

  test("an agent may have some at once; those whose reader left count no more", async ({ world }) => {
    const { request, reader } = await begun(world);
    // A server that is busy may break one off, and then lets one more in: never more than a few.
    const others: Response[] = [];
    let refused = await ask(world, request.ticketId);
    while (refused.status !== 429 && others.length < 9) {
      others.push(refused);
      refused = await ask(world, request.ticketId);
    }
    expect([refused.status, refused.headers.get("x-ms-error-code")]).toEqual([429, "rate_limited"]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(others.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(2);
    await Promise.all([reader.cancel(), ...others.map(async ({ body }) => body?.cancel())]);
    await world.until(async () => {
      const next = await ask(world, request.ticketId);
      await next.body?.cancel();
      return next.status;
    }, 200);
  });
});
