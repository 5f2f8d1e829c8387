import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import { freezeLog } from "#test/support/phone.ts";
import { worldTest, type World } from "#test/support/world.ts";

const test = worldTest();

const LOGS = ["a.log", "b.log", "c.log"].map((name) => freezeLog(name, `of ${name}`));

async function linked(world: World) {
  const { phone, request } = await world.asked();
  const fileIds = await phone.shareAndUpload(request.id, LOGS);
  await world.until(() => world.stateOf(request), "linked");
  return { phone, request, fileIds };
}

describe("a user who takes it all back", () => {
  test("after the files were linked leaves nothing but the record that it happened", async ({ world }) => {
    const { phone, request, fileIds } = await linked(world);
    const { url } = await world.agent.createDownloadUrl(fileIds[1] ?? "");
    expect((await fetch(url)).status).toBe(200);
    expect(await phone.withdraw(request.id)).toMatchObject({
      state: "withdrawn",
      files: fileIds.map((id) => ({ id, state: "deleted", reason: "withdrawn" })),
      downloadedBefore: [{ fileId: fileIds[1], agentId: "alex" }],
    });
    await world.until(() => world.blobs(request), { ingest: [], evidence: [] });
    await world.until(async () => (await fetch(url)).status, 404);
    expect(await phone.receipt(request.id)).toMatchObject({
      decision: "share",
      state: "withdrawn",
      withdrawnAt: expect.any(String),
    });
    const { files } = await world.agent.ticket(request.ticketId);
    expect(files.map(({ name, state }) => [name, state])).toEqual(
      LOGS.map(({ announced }) => [announced.name, "deleted"]),
    );
    // Once more changes nothing, and says the same.
    expect(await phone.withdraw(request.id)).toMatchObject({
      state: "withdrawn",
      downloadedBefore: [{ fileId: fileIds[1], agentId: "alex" }],
    });
    const told = (await world.agent.timeline(request.ticketId)).map(({ type }) => type);
    expect(told.filter((type) => type === "request.withdrawn")).toHaveLength(1);
    expect(told.filter((type) => type === "file.deleted")).toHaveLength(3);
  });

  test("while the upload is under way gets nothing linked, whatever still arrives", async ({ world }) => {
    const { phone, request } = await world.asked();
    const { links, files } = await phone.share(request.id, LOGS);
    const [first, second] = links;
    if (!first || !second) throw new Error("There are no links");
    await phone.upload(first, LOGS[0]?.bytes ?? new Uint8Array());
    expect(await phone.withdraw(request.id)).toMatchObject({ state: "withdrawn" });
    await world.until(() => world.blobs(request), { ingest: [], evidence: [] });
    // A link that is out can still be used for some minutes. What it brings is nobody's, and the sweep's.
    await phone.upload(second, LOGS[1]?.bytes ?? new Uint8Array());
    const late = await phone.send("POST", `/v1/log-requests/${request.id}:complete`, {
      body: { files: files.map(({ id }) => ({ fileId: id, outcome: "uploaded" })) },
    });
    expect([late.status, late.body]).toEqual([200, expect.objectContaining({ state: "withdrawn" })]);
    const none = await phone.send("POST", `/v1/log-requests/${request.id}:createUploadLinks`, { body: {} });
    expect([none.status, none.headers.get("x-ms-error-code")]).toEqual([409, "request_closed"]);
    const detail = await world.agent.request(request.id);
    expect(detail.files.map(({ state }) => state)).toEqual(["deleted", "deleted", "deleted"]);
  });

  test("at the very moment that the files are verified ends with nothing kept", async ({ world }) => {
    const asked = await Promise.all(Array.from({ length: 6 }, () => world.asked()));
    await Promise.all(
      asked.map(async ({ phone, request }) => {
        await phone.shareAndUpload(request.id, LOGS);
        await phone.withdraw(request.id);
      }),
    );
    for (const { request } of asked) {
      await world.until(() => world.blobs(request), { ingest: [], evidence: [] });
      const { state, files } = await world.agent.request(request.id);
      expect([state, files.map((file) => file.state)]).toEqual(["withdrawn", ["deleted", "deleted", "deleted"]]);
      const told = (await world.agent.timeline(request.ticketId)).map(({ type }) => type);
      expect(told.filter((type) => type === "request.withdrawn")).toHaveLength(1);
      expect(told.lastIndexOf("file.linked")).toBeLessThan(told.indexOf("request.withdrawn"));
    }
  });
});

describe("a user who takes some files back", () => {
  test("keeps the others where they are, until none is left", async ({ world }) => {
    const { phone, request, fileIds } = await linked(world);
    const [a = "", b = "", c = ""] = fileIds;
    expect(await phone.withdraw(request.id, [a])).toMatchObject({ state: "linked" });
    expect(await phone.withdraw(request.id, [a])).toMatchObject({ state: "linked" });
    await world.until(() => world.blobs(request), { ingest: [], evidence: [b, c].toSorted() });
    expect(await phone.withdraw(request.id, [b, c])).toMatchObject({ state: "withdrawn" });
    await world.until(() => world.blobs(request), { ingest: [], evidence: [] });
  });

  test("that were still waited for sends the rest on to the ticket", async ({ world }) => {
    const { phone, request } = await world.asked();
    const { files, links } = await phone.share(request.id, LOGS.slice(0, 2));
    const [sent = "", waitedFor = ""] = files.map(({ id }) => id);
    const [link] = links;
    if (!link) throw new Error("There is no link");
    await phone.upload(link, LOGS[0]?.bytes ?? new Uint8Array());
    expect(await phone.complete(request.id, [sent])).toMatchObject({ state: "consented" });
    expect(await phone.withdraw(request.id, [waitedFor])).toMatchObject({ state: "uploaded" });
    await world.until(() => world.stateOf(request), "linked");
    await world.until(() => world.blobs(request), { ingest: [], evidence: [sent] });
  });

  test("must name files of this request", async ({ world }) => {
    const { phone, request, fileIds } = await linked(world);
    const strange = await phone.send("POST", `/v1/log-requests/${request.id}:withdraw`, {
      body: { fileIds: [fileIds[0], randomUUID()] },
    });
    expect([strange.status, strange.body]).toEqual([
      400,
      expect.objectContaining({ error: expect.objectContaining({ target: "fileIds[1]" }) }),
    ]);
    expect((await world.blobs(request)).evidence).toEqual(fileIds.toSorted());
  });
});

test("where nothing was shared there is nothing to take back", async ({ world }) => {
  const { phone, request } = await world.asked();
  const withdraw = async () => {
    const answer = await phone.send("POST", `/v1/log-requests/${request.id}:withdraw`, { body: {} });
    return [answer.status, answer.headers.get("x-ms-error-code")];
  };
  expect(await withdraw()).toEqual([409, "nothing_to_withdraw"]);
  await phone.decline(request.id);
  expect(await withdraw()).toEqual([409, "nothing_to_withdraw"]);
});

test("an agent who cancels an upload under way lets go of what has come", async ({ world }) => {
  const { phone, request } = await world.asked();
  const { links, files } = await phone.share(request.id, LOGS);
  const [link] = links;
  if (!link) throw new Error("There is no link");
  await phone.upload(link, LOGS[0]?.bytes ?? new Uint8Array());
  await phone.complete(request.id, [files[0]?.id ?? ""]);
  expect(await world.agent.cancel(request.id)).toMatchObject({ state: "cancelled" });
  await world.until(() => world.blobs(request), { ingest: [], evidence: [] });
  const detail = await world.agent.request(request.id);
  expect(detail.files.map(({ state, reason }) => [state, reason])).toEqual([
    ["deleted", "request_cancelled"],
    ["missing", "request_cancelled"],
    ["missing", "request_cancelled"],
  ]);
});

test("an agent cannot cancel what has arrived whole", async ({ world }) => {
  const { request } = await linked(world);
  const answer = await world.agent.send("POST", `/v1/log-requests/${request.id}:cancel`);
  expect([answer.status, answer.headers.get("x-ms-error-code")]).toEqual([409, "cannot_cancel"]);
});
