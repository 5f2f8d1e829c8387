import { describe, expect } from "vitest";
import { freezeLog } from "#test/support/phone.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest();

const LOGS = [freezeLog("came.log", "came in time"), freezeLog("never.log", "never came")];

describe("nobody answers", () => {
  test("in time: the request expires by itself, and the prompt comes down", async ({ world }) => {
    const { phone, request } = await world.asked();
    await phone.see(request.id);
    await world.sql("update log_request set answer_by = now() where id = $1", [request.id]);
    await world.until(() => world.stateOf(request), "expired");
    await world.until(() => phone.prompts(), []);
    expect(await phone.requests()).toEqual([]);
    // What the phone still says of it changes nothing.
    expect(await phone.see(request.id)).toMatchObject({ state: "expired" });
    expect(await phone.read(request.id)).toMatchObject({ state: "expired" });
    const told = (await world.agent.timeline(request.ticketId)).map(({ type }) => type);
    expect(told.filter((type) => type === "request.expired")).toHaveLength(1);
  });

  test("who was never pushed either: that request expires just the same", async ({ world }) => {
    const request = await world.agent.requestLogs({ userId: "never-there" });
    await world.sql("update log_request set answer_by = now() where id = $1", [request.id]);
    await world.until(() => world.stateOf(request), "expired");
  });

  test("what was put off: the end comes all the same, and nobody is asked again", async ({ world }) => {
    const { phone, request } = await world.asked();
    await phone.snooze(request.id, request.answerBy);
    await world.until(() => phone.prompts(), []);
    await world.sql("update log_request set answer_by = now(), snoozed_until = now() where id = $1", [request.id]);
    await world.until(() => world.stateOf(request), "expired");
    await world.until(
      async () => (await world.agent.request(request.id)).pushes.map(({ kind, state }) => `${kind} ${state}`),
      ["ask accepted", "closed accepted", "closed accepted"],
    );
    expect(phone.prompts()).toEqual([]);
  });
});

describe("an upload that nobody finished", () => {
  test("goes on with what is there when its time is over, and names what is missing", async ({ world }) => {
    const { phone, request } = await world.asked();
    const { files, links, uploadBy } = await phone.share(request.id, LOGS);
    expect(Date.parse(uploadBy ?? "") - Date.now()).toBeGreaterThan(23 * 3_600_000);
    const [link] = links;
    if (!link) throw new Error("There is no link");
    await phone.upload(link, LOGS[0]?.bytes ?? new Uint8Array());
    // The phone dies here: it never says that the upload is complete.
    await world.sql("update log_request set upload_by = now() where id = $1", [request.id]);
    await world.until(() => world.stateOf(request), "linked");
    const detail = await world.agent.request(request.id);
    expect(detail.files.map(({ name, state, reason }) => [name, state, reason])).toEqual([
      ["came.log", "linked", undefined],
      ["never.log", "missing", "upload_deadline"],
    ]);
    await world.until(() => world.blobs(request), { ingest: [], evidence: [files[0]?.id] });
    // The phone comes back to life and says so: nothing changes, and it is told how things stand.
    const late = await phone.send("POST", `/v1/log-requests/${request.id}:complete`, {
      body: { files: [{ fileId: files[0]?.id, outcome: "uploaded" }] },
    });
    expect([late.status, late.body]).toEqual([200, expect.objectContaining({ state: "linked" })]);
    const links2 = await phone.send("POST", `/v1/log-requests/${request.id}:createUploadLinks`, { body: {} });
    expect([links2.status, links2.headers.get("x-ms-error-code")]).toEqual([409, "request_closed"]);
  });

  test("is rejected as abandoned when nothing came", async ({ world }) => {
    const { phone, request } = await world.asked();
    await phone.share(request.id, LOGS);
    await world.sql("update log_request set upload_by = now() where id = $1", [request.id]);
    await world.until(() => world.stateOf(request), "rejected");
    expect(await world.agent.request(request.id)).toMatchObject({
      rejectReason: "upload_abandoned",
      fileCounts: { consented: 2, uploaded: 0, missing: 2 },
    });
  });

  test("gets no link that outlives its time", async ({ world }) => {
    const { phone, request } = await world.asked();
    await phone.share(request.id, LOGS);
    await world.sql("update log_request set upload_by = now() + interval '60 seconds' where id = $1", [request.id]);
    const { uploadBy } = await phone.read(request.id);
    const { links } = await phone.createUploadLinks(request.id);
    expect(links).toHaveLength(2);
    for (const { expiresAt, url } of links) {
      expect(Date.parse(expiresAt)).toBeLessThanOrEqual(Date.parse(uploadBy ?? ""));
      const signedUntil = Date.parse(new URL(url).searchParams.get("se") ?? "");
      expect(signedUntil).toBeLessThanOrEqual(Date.parse(uploadBy ?? ""));
    }
  });
});
