import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { memoryStorage } from "#sdk/create-beckon.ts";
import { type Phone, startJourney } from "./journey.ts";

let journey: Awaited<ReturnType<typeof startJourney>>;
beforeAll(async () => {
  journey = await startJourney();
});
afterAll(() => journey.end());

function push(requestId: string, type = "beckon.log-request") {
  return { aps: {}, type, v: 1, requestId, answerBy: "2026-11-22T12:00:00Z" };
}

const shownFor = ({ shown }: Phone, id: string) =>
  shown.filter((one) => one.includes(id)).map((one) => one.replace(` ${id}`, ""));

test("a request that is pushed twice, reminded and fetched at a start is asked once", async () => {
  const { id } = journey.server.addRequest();
  const phone = journey.phone();
  await Promise.all([
    phone.beckon.handle(push(id)),
    phone.beckon.handle({ data: { ...push(id), v: "1" } }),
    phone.beckon.sync(),
  ]);
  await phone.beckon.handle(push(id));
  expect(shownFor(phone, id)).toEqual(["ask"]);
});

test("a push that is not Beckon's is left to others", async () => {
  expect(await journey.phone().beckon.handle({ aps: {}, callId: "1" })).toBe(false);
});

test("a test push that the app could not show is noted as arrived and not shown, and the app hears why", async () => {
  const storage = memoryStorage();
  const fails = [
    () => Promise.reject(new Error("no notification channel")),
    () => {
      throw new Error("no permission");
    },
  ];
  for (const onTestPush of fails) {
    const phone = journey.phone({ storage, onTestPush });
    const testId = crypto.randomUUID();
    expect(await phone.beckon.handle({ type: "beckon.test", v: 1, testId })).toBe(true);
    expect(await storage.get(`beckon/test/${testId}`)).toBe("false");
    expect(phone.errors).toMatchObject([{ message: expect.stringMatching(/^no /) }]);
  }
});

test("a request for another user of this device is not shown", async () => {
  const { id } = journey.server.addRequest({ userId: "bob" });
  const phone = journey.phone();
  expect(await phone.beckon.handle(push(id))).toBe(true);
  expect(phone.shown).toEqual([]);
  await expect(phone.beckon.review(id)).rejects.toMatchObject({
    code: "not_found",
    status: 404,
    retryable: false,
    traceId: "trace-1",
  });
});

test("a prompt comes down when the request was answered elsewhere, and its frozen files are let go", async () => {
  const request = journey.server.addRequest();
  const phone = journey.phone();
  await phone.beckon.handle(push(request.id));
  const review = await phone.beckon.review(request.id);
  expect(review.files).toHaveLength(2);
  request.state = "declined";
  await phone.beckon.handle(push(request.id, "beckon.log-request-closed"));
  expect(shownFor(phone, request.id)).toEqual(["ask", "closed declined"]);
  await vi.waitFor(() => expect(phone.released).toHaveLength(2));
  await expect(phone.beckon.share(request.id)).rejects.toMatchObject({ code: "not_reviewed" });
});

test("a late closing push takes nothing down while the request is still open", async () => {
  const { id } = journey.server.addRequest();
  const phone = journey.phone();
  await phone.beckon.handle(push(id));
  await phone.beckon.handle(push(id, "beckon.log-request-closed"));
  expect(shownFor(phone, id)).toEqual(["ask"]);
});

test("a closing push takes the prompt down also while the server cannot be asked", async () => {
  const { id } = journey.server.addRequest();
  const phone = journey.phone();
  await phone.beckon.handle(push(id));
  journey.server.failNext(id, "reset", 3);
  await expect(phone.beckon.handle(push(id, "beckon.log-request-closed"))).rejects.toMatchObject({
    code: "network",
    retryable: true,
  });
  expect(shownFor(phone, id)).toEqual(["ask", "closed undefined"]);
});

test("a prompt that an earlier run put up comes down at the next start when it has closed", async () => {
  const request = journey.server.addRequest();
  const storage = memoryStorage();
  const before = journey.phone({ storage });
  await before.beckon.sync();
  before.beckon.stop();
  request.state = "expired";
  const phone = journey.phone({ storage });
  await phone.beckon.sync();
  expect(shownFor(phone, request.id)).toEqual(["closed undefined"]);
  await phone.beckon.sync();
  expect(shownFor(phone, request.id)).toEqual(["closed undefined"]);
});

test("a prompt that is put off comes down, and comes back when the time has come", async () => {
  const request = journey.server.addRequest();
  const phone = journey.phone();
  await phone.beckon.handle(push(request.id));
  const until = new Date(Date.now() + 600_000);
  const snoozed = await phone.beckon.snooze(request.id, until);
  expect(snoozed.snoozedUntil).toBe(until.toISOString());
  await phone.beckon.sync();
  expect(shownFor(phone, request.id)).toEqual(["ask", "closed notified"]);
  request.snoozedUntil = new Date(Date.now() - 1).toISOString();
  await phone.beckon.handle(push(request.id));
  expect(shownFor(phone, request.id)).toEqual(["ask", "closed notified", "ask"]);
});

test("the review shows the files as they are frozen, fills the text and says that it was seen", async () => {
  const request = journey.server.addRequest();
  const phone = journey.phone();
  const [review, twin] = await Promise.all([phone.beckon.review(request.id), phone.beckon.review(request.id)]);
  expect(twin).toBe(review);
  expect(review.textFor()).toBe("Share app.log, app.log.1 (40 bytes) for ticket 7? Robin asks.");
  expect(review.textFor(review.files.slice(1))).toContain("app.log.1 (21 bytes)");
  expect(review.totalBytes).toBe(40);
  await journey.server.answered(`${request.id}:seen`);
  expect(request.state).toBe("seen");
});

test("there is nothing to review once the request has ended", async () => {
  const request = journey.server.addRequest({ state: "cancelled" });
  const phone = journey.phone();
  await expect(phone.beckon.review(request.id)).rejects.toMatchObject({ code: "request_closed" });
});

test("all pages of a list are read, from the server that the app named and no other", async () => {
  const ids = Array.from({ length: 5 }, () => journey.server.addRequest({ userId: "cy" }).id);
  const phone = journey.phone({ userId: "cy" });
  expect((await phone.beckon.sync()).map(({ id }) => id)).toEqual(ids);
  expect(phone.shown).toHaveLength(5);
  expect(await phone.beckon.requests(["declined"])).toEqual([]);
});

test("what an install says of itself last is what stands, also when a refresh is under way", async () => {
  const said: unknown[] = [];
  let underWay = 0;
  const { beckon } = journey.phone({
    async fetch(url, init) {
      const isAbout = init?.method === "PUT" && url.includes("/v1/installations/");
      if (!isAbout || typeof init.body !== "string") return fetch(url, init);
      said.push((JSON.parse(init.body) as { notificationsAllowed?: boolean }).notificationsAllowed);
      underWay += 1;
      expect(underWay).toBe(1);
      return fetch(url, init).finally(() => (underWay -= 1));
    },
  });
  const installation = { platform: "fcmv1", pushChannel: "token" } as const;
  await beckon.register({ ...installation, notificationsAllowed: true });
  const [, registered] = await Promise.all([
    beckon.sync(),
    beckon.register({ ...installation, notificationsAllowed: false }),
    beckon.sync(),
  ]);
  expect(registered).toMatchObject({ notificationsAllowed: false });
  expect(said.at(-1)).toBe(false);
});

test("an installation is registered, refreshed at every start, also of the next run, and removed at sign-out", async () => {
  const storage = memoryStorage();
  const installationId = crypto.randomUUID();
  const { beckon } = journey.phone({ storage, installationId });
  const registered = await beckon.register({ platform: "fcmv1", pushChannel: "token", notificationsAllowed: true });
  expect(registered).toMatchObject({
    id: installationId,
    locale: "en",
    collectors: [{ name: "app", label: "App log" }],
  });
  const puts = () =>
    journey.server.calls.filter(({ method, path }) => method === "PUT" && path.endsWith(installationId));
  const next = journey.phone({ storage, installationId });
  await next.beckon.sync();
  expect(puts()).toHaveLength(2);
  expect(puts()[1]?.body).toEqual(puts()[0]?.body);
  await next.beckon.unregister();
  await next.beckon.sync();
  expect(puts()).toHaveLength(2);
});

test("requests are shown also when the registration fails, and the failure is told", async () => {
  const { id } = journey.server.addRequest();
  const phone = journey.phone();
  await phone.beckon.register({ platform: "apns", pushChannel: "token" });
  journey.server.failNext("PUT /v1/installations", { status: 409, code: "conflict" }, 3);
  await expect(phone.beckon.sync()).rejects.toMatchObject({ code: "conflict", retryable: true });
  expect(shownFor(phone, id)).toEqual(["ask"]);
});

test("an expired token is asked for once more, and the app hears when there is none", async () => {
  const asked: boolean[] = [];
  const phone = journey.phone({
    getToken: ({ refresh }) => {
      asked.push(refresh);
      return refresh ? "dee" : "";
    },
  });
  await phone.beckon.requests();
  expect(asked).toEqual([false, true]);
  const without = journey.phone({ getToken: () => Promise.reject(new Error("signed out")) });
  await expect(without.beckon.sync()).rejects.toMatchObject({ code: "no_token", cause: new Error("signed out") });
});

test("trouble of the moment is tried again, after the wait that was asked for; a proxy's page is no answer", async () => {
  const phone = journey.phone();
  journey.server.failNext("GET /v1/me/log-requests", {
    status: 503,
    code: "database_unavailable",
    headers: { "Retry-After": "4" },
  });
  journey.server.failNext("GET /v1/me/log-requests", "reset");
  await phone.beckon.requests();
  expect(phone.clock.slept[0]).toBe(4000);
  journey.server.failNext("GET /v1/me/log-requests", { status: 403 });
  await expect(phone.beckon.requests()).rejects.toMatchObject({
    code: "unexpected_answer",
    status: 403,
    retryable: false,
  });
  journey.server.failNext("GET /v1/me/log-requests", {
    status: 429,
    code: "rate_limited",
    headers: { "Retry-After": "90" },
  });
  await expect(phone.beckon.requests()).rejects.toMatchObject({ code: "rate_limited", retryAfterMs: 90_000 });
});
