import {
  createBrowserInstallation,
  createBrowserNotification,
  createBrowserRegistrationDescription,
  createBrowserTemplateRegistrationDescription,
  createTemplateNotification,
} from "@azure/notification-hubs";
import type { NotificationHubsClient } from "@azure/notification-hubs";
import { describe, expect } from "vitest";
import { test as base } from "./emulator-test.ts";
import { startPushService, vapidClaims } from "./push-service.ts";
import type { PushService } from "./push-service.ts";

const test = base.extend<{ service: PushService }>({
  service: async ({ emulator }, use) => {
    // Beside the emulator, which pushes to its own machine only.
    const service = await startPushService(new URL(emulator.url).hostname);
    await use(service);
    await service.close();
  },
});

const HELLO = createBrowserNotification({ body: { title: "hello" } });

/** Telemetry of a send, once its push services have answered. */
async function completed(client: NotificationHubsClient, id: string | undefined) {
  return expect
    .poll(async () => (await client.getNotificationOutcomeDetails(id ?? "")).state)
    .toBe("Completed")
    .then(() => client.getNotificationOutcomeDetails(id ?? ""));
}

describe("a browser whose push service is on this machine", () => {
  test("gets real Web Push: encrypted for it, signed by VAPID, with the headers of the send", async ({
    client,
    emulator,
    service,
  }) => {
    await client.createOrUpdateInstallation(
      createBrowserInstallation({ installationId: "b1", tags: ["a"], pushChannel: service.subscription("/push/1") }),
    );
    const { notificationId } = await client.sendNotification(
      createBrowserNotification({ body: { title: "hello" }, headers: { TTL: "60", Urgency: "high", Topic: "news" } }),
      { tagExpression: "a" },
    );
    expect(await completed(client, notificationId)).toMatchObject({
      browserOutcomeCounts: [{ state: "Success", count: 1 }],
    });
    const [request] = service.received;
    expect(request).toMatchObject({
      method: "POST",
      path: "/push/1",
      text: '{"title":"hello"}',
      headers: { "content-encoding": "aes128gcm", ttl: "60", urgency: "high", topic: "news" },
    });
    const { endpoint } = service.subscription("");
    expect(vapidClaims(request?.headers["authorization"] ?? "", emulator.vapidPublicKey)).toMatchObject({
      aud: endpoint,
      sub: expect.stringMatching(/^mailto:/),
    });
    expect(emulator.inbox()).toMatchObject([
      { handle: `${endpoint}/push/1`, body: '{"title":"hello"}', matchedBy: "a" },
    ]);
    const told = await (await fetch(`${emulator.url}/$emulator/vapid`)).json();
    expect(told).toMatchObject({ publicKey: emulator.vapidPublicKey });
  });

  test("gets it by registration, template, handle and batch as well", async ({ client, service }) => {
    const named = (path: string) => {
      const { endpoint, p256dh, auth } = service.subscription(path);
      return { endpoint, p256dh, auth };
    };
    await client.createRegistration(createBrowserRegistrationDescription({ ...named("/1"), tags: ["native"] }));
    await client.createRegistration(
      createBrowserTemplateRegistrationDescription({ ...named("/2"), tags: ["native"], bodyTemplate: '{"t":"$(t)"}' }),
    );
    await client.sendNotification(HELLO, { tagExpression: "native" });
    await client.sendNotification(createTemplateNotification({ body: { t: "hi" } }), { tagExpression: "native" });
    await client.sendNotification(HELLO, { deviceHandle: named("/3") });
    await client.sendNotification(HELLO, { deviceHandle: [named("/4")] as never });
    await expect
      .poll(() => service.received.map(({ path, text }) => `${path} ${text}`).toSorted())
      .toEqual(['/1 {"title":"hello"}', '/2 {"t":"hi"}', '/3 {"title":"hello"}', '/4 {"title":"hello"}']);
  });

  test.for([404, 410])(
    "loses its registration when the service answers %i, and the hub is told",
    async (status, { client, service, emulator }) => {
      service.status = status;
      await client.createOrUpdateInstallation(
        createBrowserInstallation({ installationId: "b1", pushChannel: service.subscription("/gone") }),
      );
      const { notificationId } = await client.sendBroadcastNotification(HELLO);
      const details = await completed(client, notificationId);
      expect(details.browserOutcomeCounts).toEqual([{ state: "ExpiredChannel", count: 1 }]);
      expect(await client.getInstallation("b1")).toMatchObject({ pushChannelExpired: true });
      expect((await client.listRegistrationsByTag("$InstallationId:{b1}").next()).value ?? []).toEqual([]);
      const feedback = await (await fetch(details.pnsErrorDetailsUrl ?? "")).text();
      expect(feedback).toContain("<NotificationSystemError>ExpiredChannel</NotificationSystemError>");
      expect(feedback).toContain("<InstallationId>b1</InstallationId>");
      expect(emulator.inbox()).toEqual([]);
    },
  );

  test.for([
    [401, "InvalidCredentials"],
    [302, "PnsInterfaceError"],
    [413, "InvalidNotificationSize"],
    [429, "Throttled"],
    [500, "PnsServerError"],
    [503, "PnsUnavailable"],
  ] as const)("keeps it when the service answers %i: that is %s", async ([status, outcome], { client, service }) => {
    service.status = status;
    await client.createOrUpdateInstallation(
      createBrowserInstallation({ installationId: "b1", tags: ["a"], pushChannel: service.subscription("/1") }),
    );
    const { notificationId } = await client.sendNotification(HELLO, { tagExpression: "a" });
    expect((await completed(client, notificationId)).browserOutcomeCounts).toEqual([{ state: outcome, count: 1 }]);
    expect(await client.getInstallation("b1")).toMatchObject({ pushChannelExpired: false });
  });

  test("is a bad channel when nothing can be encrypted for its keys, unreachable when nobody listens there", async ({
    client,
    service,
  }) => {
    const good = service.subscription("/1");
    await service.close();
    const away = await client.sendNotification(HELLO, { deviceHandle: good });
    expect((await completed(client, away.notificationId)).browserOutcomeCounts).toEqual([
      { state: "PnsUnreachable", count: 1 },
    ]);
    const bad = await client.sendNotification(HELLO, { deviceHandle: { ...good, auth: "short" } });
    expect((await completed(client, bad.notificationId)).browserOutcomeCounts).toEqual([
      { state: "BadChannel", count: 1 },
    ]);
  });

  test("answers a test send with what its service said", async ({ client, service }) => {
    await client.createOrUpdateInstallation(
      createBrowserInstallation({ installationId: "b1", tags: ["a"], pushChannel: service.subscription("/1") }),
    );
    const sent = await client.sendNotification(HELLO, { tagExpression: "a", enableTestSend: true });
    expect(sent).toMatchObject({ successCount: 1, results: [{ applicationPlatform: "browser" }] });
    expect(service.received).toHaveLength(1);
  });

  test("that has a new channel by the time the old one is called gone keeps it", async ({ client, service }) => {
    const pushChannel = service.subscription("/old");
    await client.createOrUpdateInstallation(createBrowserInstallation({ installationId: "b1", pushChannel }));
    service.status = 410;
    const sent = await client.sendBroadcastNotification(HELLO);
    await client.createOrUpdateInstallation(
      createBrowserInstallation({ installationId: "b1", pushChannel: service.subscription("/new") }),
    );
    await completed(client, sent.notificationId);
    const kept = await client.getInstallation("b1");
    // Whichever came first, the new channel is there and works.
    expect(kept).toMatchObject({
      pushChannel: { endpoint: expect.stringContaining("/new") },
      pushChannelExpired: false,
    });
  });
});

test("a browser elsewhere is simulated: nothing leaves this machine", async ({ client, emulator }) => {
  await client.createOrUpdateInstallation(
    createBrowserInstallation({
      installationId: "b1",
      pushChannel: { endpoint: "https://push.example/1", p256dh: "k", auth: "s" },
    }),
  );
  await client.sendBroadcastNotification(HELLO);
  expect(emulator.inbox()).toMatchObject([{ handle: "https://push.example/1" }]);
});
