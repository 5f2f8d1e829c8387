import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Installation, PushChannel } from "#domain/user.ts";
import { PLATFORMS, type Platform } from "#domain/vocabulary.ts";
import type { OutgoingPush, PushGateway } from "#ports/push-gateway.ts";

/** A gateway, and what devices behind it have received. */
export interface PushGatewayWorld {
  readonly gateway: PushGateway;
  /** Payloads for one installation, oldest first, as text. */
  receivedBy(installation: Installation): Promise<readonly string[]>;
  close(): Promise<void>;
}

const now = Date.now();
const signal = new AbortController().signal;

const CHANNELS: Record<Platform, (id: string) => PushChannel> = {
  apns: (id) => Buffer.from(id.padEnd(32, "0").slice(0, 32)).toString("hex"),
  fcmv1: (id) => `fcm:${id}`,
  wns: (id) => `https://db5p.notify.windows.com/?token=${id}`,
  browser: (id) => ({ endpoint: `https://push.example/${id}`, p256dh: `p256dh-${id}`, auth: `auth-${id}` }),
};

/** An installation as the table holds it. Ids and users are the caller's, so that files can share a hub. */
export function anInstallation(
  change: Partial<Installation> & { readonly id: string; readonly userId: string },
): Installation {
  const platform = change.platform ?? "fcmv1";
  return {
    version: 1,
    platform,
    pushChannel: CHANNELS[platform](change.id),
    collectors: [],
    hubSync: "pending",
    syncAttempt: 0,
    lastSeenAt: now,
    createdAt: now,
    ...change,
  };
}

export function aPush(change: Partial<OutgoingPush> & Pick<OutgoingPush, "target">): OutgoingPush {
  return {
    requestId: "0195a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b",
    kind: "ask",
    platform: "fcmv1",
    answerBy: now + 3_600_000,
    locale: "en",
    ...change,
  };
}

/** What every push gateway does, whatever is behind it. */
export function describePushGateway(name: string, open: () => Promise<PushGatewayWorld>): void {
  describe(`${name} is a push gateway`, () => {
    let world: PushGatewayWorld;
    beforeAll(async () => {
      world = await open();
    });
    afterAll(() => world.close());

    test.each(PLATFORMS)("a user's installation on %s gets what is sent to the user", async (platform) => {
      const { gateway } = world;
      const installation = anInstallation({ id: `one-${platform}`, userId: `user-${platform}`, platform });
      expect(await gateway.putInstallation(installation, signal)).toEqual({ kind: "accepted" });
      const outcome = await gateway.send(aPush({ platform, target: { userId: installation.userId } }), signal);
      expect(outcome).toMatchObject({ kind: "accepted" });
      const [payload] = await world.receivedBy(installation);
      expect(payload).toContain('"beckon.log-request"');
      expect(payload).not.toContain(installation.userId);
    });

    test("a user's two installations of a platform get one each, and another user's gets none", async () => {
      const { gateway } = world;
      const mine = ["a", "b"].map((id) => anInstallation({ id: `two-${id}`, userId: "owner of two" }));
      const foreign = anInstallation({ id: "two-c", userId: "somebody else" });
      for (const each of [...mine, foreign]) await gateway.putInstallation(each, signal);
      await gateway.send(aPush({ target: { userId: "owner of two" } }), signal);
      for (const each of mine) expect(await world.receivedBy(each)).toHaveLength(1);
      expect(await world.receivedBy(foreign)).toEqual([]);
    });

    test("one installation can be meant alone", async () => {
      const { gateway } = world;
      const [meant, other] = ["x", "y"].map((id) => anInstallation({ id: `alone-${id}`, userId: "alone" }));
      if (!meant || !other) throw new Error("two were made");
      for (const each of [meant, other]) await gateway.putInstallation(each, signal);
      await gateway.send(aPush({ target: { installationId: meant.id }, kind: "closed" }), signal);
      expect(await world.receivedBy(meant)).toEqual([expect.stringContaining('"beckon.log-request-closed"')]);
      expect(await world.receivedBy(other)).toEqual([]);
    });

    test("a test push reaches the one installation that it is for, and names nobody; to one that is gone it says so", async () => {
      const { gateway } = world;
      const [meant, other] = ["p", "q"].map((id) => anInstallation({ id: `tested-${id}`, userId: "tester" }));
      if (!meant || !other) throw new Error("two were made");
      for (const each of [meant, other]) await gateway.putInstallation(each, signal);
      const push = { testId: randomUUID(), platform: meant.platform, installationId: meant.id, locale: "en" };
      expect(await gateway.sendTest(push, signal)).toEqual({ kind: "accepted", pushService: "accepted" });
      const [payload] = await world.receivedBy(meant);
      expect(payload).toContain(`"beckon.test"`);
      expect(payload).not.toContain("tester");
      expect(await world.receivedBy(other)).toEqual([]);
      await gateway.removeInstallation(meant.id, signal);
      expect(await gateway.sendTest(push, signal)).toEqual({ kind: "accepted", pushService: "channel_invalid" });
    });

    test("an installation that another user takes over gets nothing of the first one's any more", async () => {
      const { gateway } = world;
      const before = anInstallation({ id: "handed-over", userId: "first owner" });
      await gateway.putInstallation(before, signal);
      await gateway.putInstallation({ ...before, userId: "second owner" }, signal);
      await gateway.send(aPush({ target: { userId: "first owner" } }), signal);
      expect(await world.receivedBy(before)).toEqual([]);
      await gateway.send(aPush({ target: { userId: "second owner" } }), signal);
      expect(await world.receivedBy(before)).toHaveLength(1);
    });

    test("a removed installation gets nothing, and removing it again is no error", async () => {
      const { gateway } = world;
      const installation = anInstallation({ id: "removed", userId: "leaver" });
      await gateway.putInstallation(installation, signal);
      expect(await gateway.removeInstallation(installation.id, signal)).toEqual({ kind: "accepted" });
      expect(await gateway.removeInstallation(installation.id, signal)).toEqual({ kind: "accepted" });
      await gateway.send(aPush({ target: { userId: "leaver" } }), signal);
      expect(await world.receivedBy(installation)).toEqual([]);
    });

    test("the installations that were put and not removed are listed, each by its own id", async () => {
      const { gateway } = world;
      const stays = anInstallation({ id: randomUUID(), userId: "lister" });
      const goes = anInstallation({ id: randomUUID(), userId: "lister" });
      for (const each of [stays, goes]) await gateway.putInstallation(each, signal);
      await gateway.removeInstallation(goes.id, signal);
      const listed: string[] = [];
      for await (const id of gateway.listInstallations(signal)) listed.push(id);
      expect(listed).toContain(stays.id);
      expect(listed).not.toContain(goes.id);
    });

    test("a user id of any letters reaches its user", async () => {
      const userId = "müller, {a}&&!b@example.org $UserId:{x} 漢字";
      const installation = anInstallation({ id: "any-letters", userId });
      await world.gateway.putInstallation(installation, signal);
      await world.gateway.send(aPush({ target: { userId } }), signal);
      expect(await world.receivedBy(installation)).toHaveLength(1);
    });

    test("nobody being there is not an error: the hub took the push", async () => {
      const outcome = await world.gateway.send(aPush({ target: { userId: "without installations" } }), signal);
      expect(outcome.kind).toBe("accepted");
    });

    test("a push that is broken off may be tried again", async () => {
      const outcome = await world.gateway.send(aPush({ target: { userId: "x" } }), AbortSignal.abort());
      expect(outcome.kind).toBe("later");
    });

    test("it says that it is well", async () => {
      await expect(world.gateway.check(signal)).resolves.toBeUndefined();
    });
  });
}
