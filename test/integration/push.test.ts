import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openPushWorld, type PushWorld, type TestUser } from "./push-world.ts";

let world: PushWorld;
beforeAll(async () => {
  world = await openPushWorld();
});
afterAll(() => world.close());
beforeEach(() => world.hub.clearFaults());

describe("a push for a request", () => {
  test("goes to every platform of the user once, and the request is notified", async () => {
    const user = await world.user({ phones: ["apns", "fcmv1", "browser"] });
    const request = await world.ask(user);
    await world.settle();
    for (const phone of user.phones) expect(world.typesAt(phone)).toEqual(["beckon.log-request"]);
    const pushes = await world.pushesOf(request);
    expect(pushes.map(({ platform, state }) => `${platform} ${state}`).toSorted()).toEqual([
      "apns accepted",
      "browser accepted",
      "fcmv1 accepted",
    ]);
    expect(await world.request(request)).toMatchObject({ state: "notified", reach: "pushed" });
  });

  test("goes to the chosen installation alone, where the agent chose one", async () => {
    const user = await world.user({ phones: ["fcmv1", "fcmv1"] });
    const [chosen, other] = user.phones;
    if (!chosen || !other) throw new Error("two phones were made");
    await world.ask(user, { installationId: chosen });
    await world.settle();
    expect(world.typesAt(chosen)).toHaveLength(1);
    expect(world.typesAt(other)).toEqual([]);
  });

  test.each([
    ["403", { status: 403, retryAfterSeconds: 30 }],
    ["429", { status: 429, retryAfterSeconds: 30 }],
  ] as const)("that the hub throttles with %s goes out once, after the wait it asked for", async (_title, fault) => {
    const user = await world.user({ phones: ["fcmv1"] });
    world.hub.failNext({ operation: "send", ...fault });
    const request = await world.ask(user);
    await world.settle();
    await world.pass(29);
    expect(world.typesAt(user.phone)).toEqual([]);
    expect(await world.request(request)).toMatchObject({ state: "requested", reach: "pending" });
    await world.pass(2);
    expect(world.typesAt(user.phone)).toEqual(["beckon.log-request"]);
    expect(await world.request(request)).toMatchObject({ state: "notified", reach: "pushed" });
    expect(await world.pushesOf(request)).toHaveLength(1);
  });

  test("waits for a hub that is down, and the request stays pending", async () => {
    const user = await world.user({ phones: ["fcmv1"] });
    world.hub.failNext({ operation: "send", reset: "before", times: 3 });
    const request = await world.ask(user);
    await world.settle();
    expect(await world.request(request)).toMatchObject({ state: "requested", reach: "pending" });
    for (let minute = 0; minute < 3; minute += 1) await world.pass(60);
    expect(world.typesAt(user.phone)).toEqual(["beckon.log-request"]);
    expect(await world.request(request)).toMatchObject({ state: "notified", reach: "pushed" });
  });

  test("refused for a wrong key says so at once, and goes out when the key is mended", async () => {
    const user = await world.user({ phones: ["fcmv1"] });
    world.hub.failNext({ operation: "send", status: 401, times: 2 });
    const request = await world.ask(user);
    await world.settle();
    const refused = await world.request(request);
    expect(refused).toMatchObject({ state: "requested", reach: "refused" });
    expect(refused.reachReason).toMatch(/access key/);
    await world.pass(5 * 60);
    expect(await world.request(request)).toMatchObject({ reach: "refused" });
    await world.pass(5 * 60);
    const mended = await world.request(request);
    expect(mended).toMatchObject({ state: "notified", reach: "pushed" });
    expect(mended.reachReason).toBeUndefined();
    expect(world.typesAt(user.phone)).toEqual(["beckon.log-request"]);
  });

  test("whose answer was lost after the hub had taken it comes once more, with the same id and collapse id", async () => {
    const user = await world.user({ phones: ["apns"] });
    world.hub.failNext({ operation: "send", reset: "after" });
    const request = await world.ask(user);
    await world.settle();
    await world.pass(5);
    const messages = world.messagesAt(user.phone);
    expect(messages).toHaveLength(2);
    expect(new Set(messages.map(({ headers }) => headers["apns-collapse-id"]))).toEqual(new Set([`beckon-${request}`]));
    expect(new Set(messages.map(({ body }) => (JSON.parse(body) as { requestId: string }).requestId))).toEqual(
      new Set([request]),
    );
    expect(await world.request(request)).toMatchObject({ state: "notified", reach: "pushed" });
  });

  test("that one platform refuses for good reaches the user by the other", async () => {
    const user = await world.user({ phones: ["apns", "fcmv1"] });
    world.hub.failNext({ operation: "send", status: 400 });
    const request = await world.ask(user);
    await world.settle();
    const states = (await world.pushesOf(request)).map(({ state }) => state).toSorted();
    expect(states).toEqual(["accepted", "refused"]);
    expect(await world.request(request)).toMatchObject({ state: "notified", reach: "pushed" });
  });

  test("that every platform refuses for good leaves the request open, refused and with a reason", async () => {
    const user = await world.user({ phones: ["fcmv1"] });
    world.hub.failNext({ operation: "send", status: 413 });
    const request = await world.ask(user);
    await world.settle();
    expect(await world.request(request)).toMatchObject({ state: "requested", reach: "refused" });
    expect((await world.request(request)).reachReason).toMatch(/too large/);
  });

  test("the same job twice, and a job of an older round, send nothing", async () => {
    const user = await world.user({ phones: ["fcmv1"] });
    const request = await world.ask(user);
    const { push } = await world.request(request);
    await world.settle();
    await world.send([{ requestId: request, roundId: push.roundId }]);
    await world.send([{ requestId: request, roundId: world.newId() }]);
    expect(world.typesAt(user.phone)).toHaveLength(1);
  });

  test("that is slow holds nobody: the others of the same job are recorded while it is still on its way", async () => {
    const users: TestUser[] = [];
    for (let n = 0; n < 3; n += 1) users.push(await world.user({ phones: ["fcmv1"] }));
    const [slow, ...quick] = users;
    if (!slow) throw new Error("three were made");
    world.hub.failNext({ operation: "send", handle: `fcm:${slow.phone}`, latencyMs: 3_000 });
    const slowRequest = await world.ask(slow);
    const quickRequests: string[] = [];
    for (const user of quick) quickRequests.push(await world.ask(user));
    const settled = world.settle();
    await vi.waitFor(async () => {
      for (const request of quickRequests) expect((await world.request(request)).state).toBe("notified");
    }, 2_500);
    expect((await world.request(slowRequest)).state).toBe("requested");
    await settled;
    expect((await world.request(slowRequest)).state).toBe("notified");
  });

  test("that a worker had in hand when it was stopped is sent by the next one at once", async () => {
    const user = await world.user({ phones: ["fcmv1"] });
    const request = await world.ask(user);
    const { push } = await world.request(request);
    await world.send([{ requestId: request, roundId: push.roundId }], AbortSignal.abort());
    expect(world.typesAt(user.phone)).toEqual([]);
    await world.settle();
    expect(world.typesAt(user.phone)).toEqual(["beckon.log-request"]);
  });

  test("is asked of the user in the language of the phone", async () => {
    const user = await world.user({ phones: [] });
    const phone = await world.register(user.id, "browser", { locale: "de-AT" });
    await world.ask(user);
    await world.settle();
    expect(world.messagesAt(phone)[0]?.body).toContain("Der Support bittet um App-Protokolle");
  });

  test("has its telemetry read after 10 s and after 2 min", async () => {
    const user = await world.user({ phones: ["fcmv1"] });
    const request = await world.ask(user);
    await world.settle();
    const outcomes = async () => (await world.pushesOf(request)).map((push) => push.outcomes);
    expect(await outcomes()).toEqual([undefined]);
    await world.pass(11);
    expect(await outcomes()).toEqual([{ Success: 1 }]);
    await world.pass(120);
    expect(await outcomes()).toEqual([{ Success: 1 }]);
    expect((await world.factsOf(request)).filter((type) => type === "push.outcome").length).toBeGreaterThan(0);
    expect(await world.request(request)).toMatchObject({ state: "notified" });
  });
});

describe("closing", () => {
  test("takes the prompt down on every platform", async () => {
    const user = await world.user({ phones: ["apns", "wns"] });
    const request = await world.ask(user);
    await world.settle();
    await world.cancel(request);
    await world.settle();
    for (const phone of user.phones) {
      expect(world.typesAt(phone)).toEqual(["beckon.log-request", "beckon.log-request-closed"]);
    }
  });

  test("wins over an ask that is still on its way: the last that the phone hears is that it is over", async () => {
    const user = await world.user({ phones: ["fcmv1"] });
    const request = await world.ask(user);
    world.onceAfterHub(async () => {
      await world.cancel(request);
      await world.settle();
    });
    await world.settle();
    await world.pass(120);
    expect(world.typesAt(user.phone).at(-1)).toBe("beckon.log-request-closed");
    expect(await world.request(request)).toMatchObject({ state: "cancelled" });
  });

  test("before the ask was sent, nothing is asked", async () => {
    const user = await world.user({ phones: ["fcmv1"] });
    const request = await world.ask(user);
    await world.cancel(request);
    await world.settle();
    expect(world.typesAt(user.phone)).not.toContain("beckon.log-request");
  });
});
