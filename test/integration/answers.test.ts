import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import type { ProblemBody } from "#test/support/api-calls.ts";
import { freezeLog } from "#test/support/phone.ts";
import { worldTest } from "#test/support/world.ts";

const test = worldTest();

const ASKED = "beckon.log-request";
const CLOSED = "beckon.log-request-closed";

describe("an answer", () => {
  test("that comes a second time and is equal gets what was recorded, with links for as long as they are of use", async ({
    world,
  }) => {
    const { phone, request } = await world.asked();
    const logs = [freezeLog("a.log", "first"), freezeLog("b.log", "second")];
    const first = await phone.share(request.id, logs);
    const body = await phone.consentBody(request.id, "share", logs.toReversed());
    const again = await phone.send("POST", `/v1/log-requests/${request.id}:consent`, { body });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ decidedAt: first.decidedAt, files: first.files, state: "consented" });
    expect((again.body as typeof first).links).toHaveLength(2);

    for (const [index, link] of first.links.entries()) await phone.upload(link, logs[index]?.bytes ?? new Uint8Array());
    await phone.complete(
      request.id,
      first.files.map(({ id }) => id),
    );
    await world.until(() => world.stateOf(request), "linked");
    const late = await phone.send("POST", `/v1/log-requests/${request.id}:consent`, { body });
    expect([late.status, late.body]).toEqual([
      200,
      expect.objectContaining({ state: "linked", decidedAt: first.decidedAt, links: [] }),
    ]);
    const told = await world.agent.timeline(request.ticketId);
    expect(told.filter(({ type }) => type === "request.consented")).toHaveLength(1);
  });

  test("is given to a prompt that calls the logs what the user's app calls them, and this is what is recorded", async ({
    world,
  }) => {
    const { phone, request } = await world.asked();
    expect((await phone.read(request.id)).consentValues).toMatchObject({ collectors: "App log" });
    await phone.share(request.id, [freezeLog("a.log", "first")]);
    const receipt = await phone.send("GET", `/v1/log-requests/${request.id}/receipt`);
    expect(receipt.body).toMatchObject({ shown: { collectors: "App log" } });
  });

  test("that comes a second time and differs is refused, and says what was answered and when", async ({ world }) => {
    const { phone, request } = await world.asked();
    const logs = [freezeLog("a.log", "first")];
    const first = await phone.share(request.id, logs);
    const share = await phone.consentBody(request.id, "share", [freezeLog("a.log", "other bytes")]);
    const decline = await phone.consentBody(request.id, "decline", []);
    for (const body of [share, decline]) {
      const answer = await phone.send("POST", `/v1/log-requests/${request.id}:consent`, { body });
      expect([answer.status, answer.body]).toEqual([
        409,
        expect.objectContaining({
          error: expect.objectContaining({ code: "already_answered" }),
          decision: "share",
          decidedAt: first.decidedAt,
        }),
      ]);
    }
    await phone.withdraw(request.id);
    const afterwards = await phone.send("POST", `/v1/log-requests/${request.id}:consent`, { body: decline });
    expect(afterwards.body).toMatchObject({ error: { code: "already_answered" }, state: "withdrawn" });
    const same = await phone.consentBody(request.id, "share", logs);
    expect((await phone.send("POST", `/v1/log-requests/${request.id}:consent`, { body: same })).status).toBe(200);
  });

  test("tells the ticket what the device found and did not send, once and for good", async ({ world }) => {
    const { phone, request } = await world.asked();
    const leftOut = [
      { collector: "app", name: "a\u0308.log.9", sizeBytes: 6_000_000_000, reason: "over_max_bytes" },
      { collector: "media", reason: "no_collector" },
    ];
    const share = await phone.consentBody(request.id, "share", [freezeLog("a.log", "first")]);
    const path = `/v1/log-requests/${request.id}:consent`;
    const decline = await phone.consentBody(request.id, "decline", []);
    const refused = await phone.send("POST", path, { body: { ...decline, leftOut } });
    expect((refused.body as ProblemBody).error).toMatchObject({ code: "invalid_request", target: "leftOut" });

    expect((await phone.send("POST", path, { body: { ...share, leftOut } })).status).toBe(201);
    const again = await phone.send("POST", path, { body: share });
    expect(again.status).toBe(200); // it makes no other answer of it
    const told = [{ ...leftOut[0], name: "ä.log.9" }, leftOut[1]];
    const { consent } = await world.agent.request(request.id);
    expect(consent?.leftOut).toEqual(told);
    expect(await phone.receipt(request.id)).toMatchObject({ leftOut: told });
    const timeline = await world.agent.timeline(request.ticketId);
    expect(timeline.find(({ type }) => type === "request.consented")?.data).toMatchObject({ files: 1, leftOut: 2 });
  });

  test("given on two phones at once is one answer; the prompt goes down on the other", async ({ world }) => {
    const one = await world.phone();
    const other = await world.phone(one.userId, { platform: "apns" });
    const request = await world.agent.requestLogs({ userId: one.userId });
    await world.until(() => [one.prompts(), other.prompts()], [[request.id], [request.id]]);
    const bodies = await Promise.all([
      one.consentBody(request.id, "share", [freezeLog("a.log", "of one")]),
      other.consentBody(request.id, "share", [freezeLog("b.log", "of the other")]),
      one.consentBody(request.id, "decline", []),
    ]);
    const answers = await Promise.all(
      bodies.map((body) => one.send("POST", `/v1/log-requests/${request.id}:consent`, { body })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const { status, body } of answers)
      expect(status === 201 || (body as ProblemBody).error.code === "already_answered").toBe(true);
    await world.until(() => [one.prompts(), other.prompts()], [[], []]);
    expect(await world.sql("select from consent where request_id = $1", [request.id])).toHaveLength(1);
  });

  test("of nothing found ends the request, and the agent reads why", async ({ world }) => {
    const { phone, request } = await world.asked();
    expect(await phone.share(request.id, [])).toMatchObject({ state: "rejected", files: [], links: [] });
    expect(await world.agent.request(request.id)).toMatchObject({ state: "rejected", rejectReason: "no_files" });
    await world.until(() => phone.pushesOf(request.id), [ASKED, CLOSED]);
  });

  test("that says no is kept as a no, and earns nothing", async ({ world }) => {
    const { phone, request } = await world.asked();
    expect(await phone.decline(request.id)).toMatchObject({ state: "declined", decision: "decline", links: [] });
    const links = await phone.send("POST", `/v1/log-requests/${request.id}:createUploadLinks`, { body: {} });
    expect([links.status, links.headers.get("x-ms-error-code")]).toEqual([409, "not_consented"]);
    const complete = await phone.send("POST", `/v1/log-requests/${request.id}:complete`, {
      body: { files: [{ fileId: randomUUID(), outcome: "uploaded" }] },
    });
    expect([complete.status, complete.headers.get("x-ms-error-code")]).toEqual([409, "not_consented"]);
    expect(await phone.receipt(request.id)).toMatchObject({ decision: "decline", state: "declined", files: [] });
    await world.until(() => phone.pushesOf(request.id), [ASKED, CLOSED]);
  });

  test("after the agent cancelled is too late; the prompt comes down on every phone", async ({ world }) => {
    const one = await world.phone();
    const other = await world.phone(one.userId, { platform: "browser" });
    const request = await world.agent.requestLogs({ userId: one.userId });
    await world.until(() => [one.prompts(), other.prompts()], [[request.id], [request.id]]);
    const body = await one.consentBody(request.id, "share", [freezeLog("a.log", "x")]);
    expect(await world.agent.cancel(request.id)).toMatchObject({ state: "cancelled" });
    const answer = await one.send("POST", `/v1/log-requests/${request.id}:consent`, { body });
    expect([answer.status, answer.body]).toEqual([
      409,
      expect.objectContaining({ error: expect.objectContaining({ code: "request_closed" }), state: "cancelled" }),
    ]);
    await world.until(() => [one.prompts(), other.prompts()], [[], []]);
    expect(await world.agent.cancel(request.id)).toMatchObject({ state: "cancelled" });
    expect(await one.requests()).toEqual([]);
  });

  test("after its time is over is too late, even when no worker has noticed yet", async ({ world }) => {
    const { phone, request } = await world.asked();
    const body = await phone.consentBody(request.id, "share", [freezeLog("a.log", "x")]);
    await world.sql("update log_request set answer_by = now() - interval '1 second' where id = $1", [request.id]);
    const answer = await phone.send("POST", `/v1/log-requests/${request.id}:consent`, { body });
    expect([answer.status, answer.body]).toEqual([
      409,
      expect.objectContaining({ error: expect.objectContaining({ code: "request_closed" }), state: "expired" }),
    ]);
    await world.until(() => phone.prompts(), []);
    const told = await world.agent.timeline(request.ticketId);
    expect(told.filter(({ type }) => type === "request.expired")).toHaveLength(1);
  });

  test("from an app that was never pushed counts like any other", async ({ world }) => {
    const request = await world.agent.requestLogs({ userId: "no-app-yet" });
    expect(request).toMatchObject({ state: "requested", reach: "no_installation" });
    const app = world.pickUp({ userId: "no-app-yet" });
    expect(await app.requests()).toEqual([expect.objectContaining({ id: request.id })]);
    const answer = await app.share(request.id, [freezeLog("a.log", "x")]);
    expect(answer).toMatchObject({ state: "consented" });
  });
});

test("an answer cannot be given in the name of somebody else's phone, nor by a phone that was not asked", async ({
  world,
}) => {
  const [mine, second, foreign] = [await world.phone("owner"), await world.phone("owner"), await world.phone()];
  const request = await world.agent.requestLogs({ userId: "owner", installationId: mine.installationId });
  const body = await mine.consentBody(request.id, "decline", []);
  for (const { installationId } of [foreign, second]) {
    const answer = await mine.send("POST", `/v1/log-requests/${request.id}:consent`, {
      body: { ...body, installationId },
    });
    expect([answer.status, answer.headers.get("x-ms-error-code")]).toEqual([422, "installation_not_of_user"]);
  }
  expect(await mine.decline(request.id)).toMatchObject({ state: "declined" });
});

describe("a user without the app", () => {
  test("is asked all the same, and pushed as soon as the app is there", async ({ world }) => {
    const request = await world.agent.requestLogs({ userId: "late-comer" });
    expect(request).toMatchObject({ state: "requested", reach: "no_installation" });
    // The first push has found nobody. One that is still to be sent may find the phone in the hub before Beckon knows that it
    // is there, and then the phone is pushed twice, under the same collapse id.
    const nextPush = () => world.sql("select push_next_at from log_request where id = $1", [request.id]);
    await world.until(nextPush, [{ push_next_at: null }]);
    const phone = await world.phone("late-comer");
    await world.until(() => phone.pushesOf(request.id), [ASKED]);
    await world.until(
      async () => await world.agent.request(request.id),
      expect.objectContaining({ state: "notified", reach: "pushed" }),
    );
  });
});

describe("later", () => {
  test("takes the prompt down on every phone, and brings it back when its time has come", async ({ world }) => {
    const one = await world.phone();
    const other = await world.phone(one.userId, { platform: "browser" });
    const request = await world.agent.requestLogs({ userId: one.userId });
    await world.until(() => [one.prompts(), other.prompts()], [[request.id], [request.id]]);
    const snoozeUntil = new Date(Date.now() + 1_500).toISOString();
    expect(await one.snooze(request.id, snoozeUntil)).toMatchObject({ snoozedUntil: snoozeUntil });
    await world.until(() => [one.pushesOf(request.id), other.prompts()], [[ASKED, CLOSED], []]);
    const reminder = await world.agent.send("POST", `/v1/log-requests/${request.id}:remind`);
    expect([reminder.status, reminder.headers.get("x-ms-error-code")]).toEqual([409, "request_not_open"]);
    await world.until(() => [one.prompts(), other.prompts()], [[request.id], [request.id]]);
    expect(one.pushesOf(request.id)).toEqual([ASKED, CLOSED, ASKED]);
    expect((await world.agent.request(request.id)).snoozedUntil).toBeUndefined();
    expect((await one.decline(request.id)).state).toBe("declined");
  });

  test("is not never, not the past, and not after the answer", async ({ world }) => {
    const { phone, request } = await world.asked();
    const snooze = async (until: string) => {
      const answer = await phone.send("POST", `/v1/log-requests/${request.id}:snooze`, {
        body: { snoozeUntil: until },
      });
      return [answer.status, answer.headers.get("x-ms-error-code")];
    };
    expect(await snooze(new Date(Date.parse(request.answerBy) + 1_000).toISOString())).toEqual([
      400,
      "invalid_request",
    ]);
    expect(await snooze("2020-01-01T00:00:00Z")).toEqual([400, "invalid_request"]);
    await phone.decline(request.id);
    expect(await snooze(request.answerBy)).toEqual([409, "request_not_open"]);
  });
});

describe("a reminder", () => {
  test("pushes again, twice at most, and takes the place of the first", async ({ world }) => {
    const { phone, request } = await world.asked();
    expect(await world.agent.remind(request.id)).toMatchObject({ reminders: 1 });
    await world.until(() => phone.pushesOf(request.id), [ASKED, ASKED]);
    expect(await world.agent.remind(request.id)).toMatchObject({ reminders: 2 });
    await world.until(() => phone.pushesOf(request.id), [ASKED, ASKED, ASKED]);
    const third = await world.agent.send("POST", `/v1/log-requests/${request.id}:remind`);
    expect([third.status, third.headers.get("x-ms-error-code")]).toEqual([409, "too_many_reminders"]);
    expect(phone.prompts()).toEqual([request.id]);
    await phone.decline(request.id);
    const late = await world.agent.send("POST", `/v1/log-requests/${request.id}:remind`);
    expect([late.status, late.headers.get("x-ms-error-code")]).toEqual([409, "request_not_open"]);
  });
});

test("a reminder whose answer was lost is sent again as the same one, also by twins at once", async ({ world }) => {
  const { phone, request } = await world.asked();
  const remind = (key: string) =>
    world.agent.send("POST", `/v1/log-requests/${request.id}:remind`, { headers: { "idempotency-key": key } });
  const first = await remind("one");
  expect([first.status, first.body]).toEqual([200, expect.objectContaining({ reminders: 1 })]);
  await world.until(() => phone.pushesOf(request.id), [ASKED, ASKED]);
  const again = await Promise.all([remind("one"), remind("one")]);
  expect(again.map(({ status, text }) => [status, text])).toEqual([
    [200, first.text],
    [200, first.text],
  ]);
  const twins = await Promise.all([remind("two"), remind("two")]);
  expect(twins.map(({ status }) => status)).toEqual([200, 200]);
  expect((await world.agent.request(request.id)).reminders).toBe(2);
  await world.until(() => phone.pushesOf(request.id), [ASKED, ASKED, ASKED]);
  // A refusal keeps no key.
  expect((await remind("three")).status).toBe(409);
});

describe("what arrives that was not agreed to", () => {
  test("is refused file by file, named on the ticket with its reason, and gone from the store", async ({ world }) => {
    const { phone, request } = await world.asked();
    const logs = ["fine.log", "longer.log", "other.log", "nothing.log"].map((name) => freezeLog(name, `of ${name}`));
    const answer = await phone.share(request.id, logs);
    const [fine, longer, other, nothing] = answer.files.map(({ id }) => id);
    const linkOf = (fileId: string | undefined) => {
      const link = answer.links.find((each) => each.fileId === fileId);
      if (!link) throw new Error("There is no link");
      return link;
    };
    const bytes = (text: string) => Uint8Array.from(Buffer.from(text));
    expect((await phone.upload(linkOf(fine), bytes("of fine.log"))).status).toBe(201);
    expect((await phone.upload(linkOf(longer), bytes("of longer.log and more"))).status).toBe(201);
    expect((await phone.upload(linkOf(other), bytes("OF OTHER.LOG"))).status).toBe(201);
    // A link creates once: what is there cannot be replaced by it, nor read, nor deleted.
    expect((await phone.upload(linkOf(fine), bytes("of fine.lo!"))).status).toBe(403);
    expect((await fetch(linkOf(fine).url)).status).toBe(403);
    expect((await fetch(linkOf(fine).url, { method: "DELETE" })).status).toBe(403);
    await phone.complete(request.id, [fine ?? "", longer ?? "", other ?? "", nothing ?? ""]);
    await world.until(() => world.stateOf(request), "linked");
    const { files, fileCounts } = await world.agent.request(request.id);
    expect(files.map(({ name, state, reason }) => [name, state, reason])).toEqual([
      ["fine.log", "linked", undefined],
      ["longer.log", "refused", "size_differs"],
      ["other.log", "refused", "hash_differs"],
      ["nothing.log", "missing", "not_uploaded"],
    ]);
    expect(fileCounts).toEqual({ consented: 4, uploaded: 4, linked: 1, refused: 2, missing: 1 });
    await world.until(() => world.blobs(request), { ingest: [], evidence: [fine] });
    const told = (await world.agent.timeline(request.ticketId)).filter(({ type }) =>
      /^file\.(refused|missing)/.test(type),
    );
    expect(new Map(told.map(({ fileId, data }) => [fileId, data["reason"]]))).toEqual(
      new Map([
        [longer, "size_differs"],
        [other, "hash_differs"],
        [nothing, "not_uploaded"],
      ]),
    );
    expect(told).toHaveLength(3);
  });

  test("cannot be talked into the request: files of nobody, a first outcome that changes, links of others", async ({
    world,
  }) => {
    const { phone, request } = await world.asked();
    const { files } = await phone.share(request.id, [freezeLog("a.log", "x"), freezeLog("b.log", "y")]);
    const [a = "", b = ""] = files.map(({ id }) => id);
    const complete = async (list: readonly object[]) => {
      const answer = await phone.send("POST", `/v1/log-requests/${request.id}:complete`, { body: { files: list } });
      return [answer.status, answer.headers.get("x-ms-error-code")];
    };
    expect(await complete([{ fileId: randomUUID(), outcome: "uploaded" }])).toEqual([400, "invalid_request"]);
    expect(await complete([{ fileId: a, outcome: "given_up" }])).toEqual([200, null]);
    expect(await complete([{ fileId: a, outcome: "given_up" }])).toEqual([200, null]);
    expect(await complete([{ fileId: a, outcome: "uploaded" }])).toEqual([409, "file_outcome_stands"]);
    const { links, there } = await phone.createUploadLinks(request.id);
    expect([links.map(({ fileId }) => fileId), there]).toEqual([[b], []]);
    expect(await complete([{ fileId: b, outcome: "given_up" }])).toEqual([200, null]);
    expect(await world.agent.request(request.id)).toMatchObject({
      state: "rejected",
      rejectReason: "upload_abandoned",
    });
  });

  test("is told apart from what is there already, so that nothing is sent twice", async ({ world }) => {
    const { phone, request } = await world.asked();
    const logs = [freezeLog("a.log", "x"), freezeLog("b.log", "y")];
    const { files, links } = await phone.share(request.id, logs);
    const [first] = links;
    if (!first) throw new Error("There is no link");
    await phone.upload(first, logs[0]?.bytes ?? new Uint8Array());
    const fresh = await phone.createUploadLinks(request.id);
    expect(fresh).toMatchObject({ there: [files[0]?.id], links: [{ fileId: files[1]?.id }] });
  });
});
