import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openPushWorld, type PushWorld } from "./push-world.ts";

let world: PushWorld;
beforeAll(async () => {
  world = await openPushWorld();
});
afterAll(() => world.close());
beforeEach(() => world.hub.clearFaults());

describe("an installation", () => {
  test("that comes after the request is asked as soon as the hub knows it", async () => {
    const user = await world.user({ phones: [] });
    const request = await world.ask(user);
    await world.settle();
    expect(await world.request(request)).toMatchObject({ state: "requested", reach: "no_installation" });
    const phone = await world.register(user.id, "fcmv1");
    await world.settle();
    expect(world.typesAt(phone)).toEqual(["beckon.log-request"]);
    expect(await world.request(request)).toMatchObject({ state: "notified", reach: "pushed" });
    expect(await world.factsOf(request)).toContain("request.askedAgain");
  });

  test("is not asked for a request that was put off or is meant for another phone", async () => {
    const user = await world.user({ phones: ["fcmv1"] });
    const snoozed = await world.ask(user);
    const elsewhere = await world.ask(user, { installationId: user.phone });
    await world.settle();
    await world.snooze(snoozed, 600);
    await world.settle();
    const second = await world.register(user.id, "apns");
    await world.settle();
    expect(world.typesAt(second).filter((type) => type === "beckon.log-request")).toEqual([]);
    expect(await world.factsOf(elsewhere)).not.toContain("request.askedAgain");
  });

  test("that the hub cannot take now is tried again, and is synced then", async () => {
    const user = await world.user({ phones: [] });
    world.hub.failNext({ operation: "installations", status: 503, retryAfterSeconds: 20 });
    const phone = await world.register(user.id, "fcmv1");
    await world.settle();
    expect(await world.installation(phone)).toMatchObject({ hubSync: "pending", syncAttempt: 1 });
    await world.pass(21);
    const synced = await world.installation(phone);
    expect(synced).toMatchObject({ hubSync: "synced", syncAttempt: 0 });
    expect(synced).not.toHaveProperty("syncAt");
    expect(synced).not.toHaveProperty("hubSyncReason");
    expect(world.knownToHub(phone)).toBe(true);
  });

  test("that a wrong key keeps out is refused with the reason, and synced when the key is mended", async () => {
    const user = await world.user({ phones: [] });
    world.hub.failNext({ operation: "installations", status: 401 });
    const phone = await world.register(user.id, "fcmv1");
    await world.settle();
    const refused = await world.installation(phone);
    expect(refused?.hubSync).toBe("refused");
    expect(refused?.hubSyncReason).toMatch(/access key/);
    await world.pass(5 * 60 + 1);
    expect(await world.installation(phone)).toMatchObject({ hubSync: "synced" });
  });

  test("that the hub will never take is refused and left alone", async () => {
    const user = await world.user({ phones: [] });
    world.hub.failNext({ operation: "installations", status: 400 });
    const phone = await world.register(user.id, "fcmv1");
    await world.settle();
    await world.pass(3600);
    const refused = await world.installation(phone);
    expect(refused).toMatchObject({ hubSync: "refused" });
    expect(refused).not.toHaveProperty("syncAt");
    expect(world.knownToHub(phone)).toBe(false);
  });

  test("that another user takes over first has the old user's prompts closed, then gets the new user's", async () => {
    const [before, after] = [await world.user({ phones: ["fcmv1"] }), await world.user({ phones: [] })];
    const old = await world.ask(before);
    const fresh = await world.ask(after);
    await world.settle();
    await world.takeOver(before.phone, after.id);
    await world.settle();
    expect(world.saidAt(before.phone)).toEqual([
      ["beckon.log-request", old],
      ["beckon.log-request-closed", old],
      ["beckon.log-request", fresh],
    ]);
    expect(await world.request(fresh)).toMatchObject({ state: "notified", reach: "pushed" });
    expect(await world.installation(before.phone)).not.toHaveProperty("previousUserId");
  });

  test("is not given to the new user while the old user's prompts cannot be closed", async () => {
    const [before, after] = [await world.user({ phones: ["fcmv1"] }), await world.user({ phones: [] })];
    const old = await world.ask(before);
    await world.settle();
    world.hub.failNext({ operation: "send", status: 503, retryAfterSeconds: 5 });
    await world.takeOver(before.phone, after.id);
    await world.settle();
    expect(await world.installation(before.phone)).toMatchObject({ hubSync: "pending", previousUserId: before.id });
    await world.pass(6);
    expect(world.saidAt(before.phone).at(-1)).toEqual(["beckon.log-request-closed", old]);
    expect(await world.installation(before.phone)).toMatchObject({ hubSync: "synced" });
  });

  test("changes hands only when a prompt that has just ended is off its screen, too", async () => {
    const [before, after] = [await world.user({ phones: ["fcmv1"] }), await world.user({ phones: [] })];
    const old = await world.ask(before);
    await world.settle();
    world.hub.failNext({ operation: "send", status: 503, retryAfterSeconds: 60 });
    await world.cancel(old);
    await world.settle();
    expect(world.typesAt(before.phone)).toEqual(["beckon.log-request"]);
    await world.takeOver(before.phone, after.id);
    await world.settle();
    expect(world.saidAt(before.phone).at(-1)).toEqual(["beckon.log-request-closed", old]);
  });

  test("that is removed hears that its prompts are over, and leaves the hub and the table", async () => {
    const user = await world.user({ phones: ["fcmv1"] });
    const request = await world.ask(user);
    await world.settle();
    await world.unregister(user.phone);
    await world.settle();
    expect(world.saidAt(user.phone).at(-1)).toEqual(["beckon.log-request-closed", request]);
    expect(world.knownToHub(user.phone)).toBe(false);
    expect(await world.installation(user.phone)).toBeUndefined();
  });

  test("that changes, and is synced so, before the hub hears of how it was, ends in the hub as it is", async () => {
    const user = await world.user({ phones: [] });
    const phone = await world.register(user.id, "fcmv1");
    world.onceBeforeInstallation(async () => {
      await world.changeToken(phone, "the newer token");
      await world.settle();
      expect(world.channelAtHub(phone)).toBe("the newer token");
    });
    await world.settle();
    expect(await world.installation(phone)).toMatchObject({ hubSync: "synced" });
    expect(world.channelAtHub(phone)).toBe("the newer token");
  });

  test("that comes back, and is synced so, before the hub hears of its removal, stays", async () => {
    const user = await world.user({ phones: ["fcmv1"] });
    await world.unregister(user.phone);
    world.onceBeforeInstallation(async () => {
      await world.register(user.id, "fcmv1", { id: user.phone });
      await world.settle();
      expect(world.knownToHub(user.phone)).toBe(true);
    });
    await world.settle();
    expect(await world.installation(user.phone)).toMatchObject({ hubSync: "synced" });
    expect(world.knownToHub(user.phone)).toBe(true);
  });
});
