import {
  createAppleInstallation,
  createAppleNotification,
  createBrowserInstallation,
  createBrowserNotification,
  createFcmV1Installation,
  createFcmV1Notification,
  createTagExpression,
  createWindowsInstallation,
  createWindowsRawNotification,
  createWindowsToastNotification,
} from "@azure/notification-hubs";
import { describe, expect } from "vitest";
import { test } from "./emulator-test.ts";

const ALERT = createAppleNotification({
  body: { aps: { alert: "x & y" } },
  headers: { "apns-priority": "10", "apns-push-type": "alert" },
});

const peopled = test.extend<{ handlesOf: (tagExpression: string) => Promise<string[]> }>({
  handlesOf: async ({ client, emulator }, use) => {
    const people: [string, string, string[]][] = [
      ["i1", "ada", ["football", "paris"]],
      ["i2", "ada", ["hockey", "paris"]],
      ["i3", "bob", ["football", "london"]],
      ["i4", "cleo", []],
    ];
    for (const [installationId, userId, tags] of people) {
      await client.createOrUpdateInstallation(
        createAppleInstallation({ installationId, userId, tags, pushChannel: `00${installationId.slice(1)}` }),
      );
    }
    await use(async (tagExpression) => {
      const { notificationId = "" } = await client.sendNotification(ALERT, { tagExpression });
      return emulator.inbox({ notificationId }).map((message) => `i${message.handle.slice(2)}`);
    });
  },
});

describe("a send", () => {
  test("by user arrives with payload, headers, tags and the reason, and says where its telemetry is", async ({
    client,
    emulator,
  }) => {
    await client.createOrUpdateInstallation(
      createAppleInstallation({ installationId: "i1", userId: "u1", tags: ["a"], pushChannel: "00fc13ad" }),
    );
    const sent = await client.sendNotification(ALERT, { tagExpression: "$UserId:{u1}" });
    expect(sent).toMatchObject({ state: "Enqueued", successCount: 0, failureCount: 0, results: [] });
    expect(sent.notificationId).toMatch(/^[0-9a-f]{32}-\d{14}-\d+-\d+$/);
    expect(sent.location).toBe(`${emulator.url}/beckon/messages/${sent.notificationId}?api-version=2020-06`);
    const message = await emulator.waitForMessage({ handle: "00fc13ad" });
    expect(message).toMatchObject({
      sequence: 1,
      hub: "beckon",
      platform: "apple",
      handle: "00FC13AD",
      notificationId: sent.notificationId,
      installationId: "i1",
      tags: ["$InstallationId:{i1}", "$UserId:{u1}", "a"],
      headers: { "apns-priority": "10", "apns-push-type": "alert" },
      body: '{"aps":{"alert":"x & y"}}',
      matchedBy: "$UserId:{u1}",
    });
  });

  peopled("reaches whom the expression means, whatever the case of a tag", async ({ handlesOf }) => {
    expect(await handlesOf("football")).toEqual(["i1", "i3"]);
    expect(await handlesOf("FootBall && Paris")).toEqual(["i1"]);
    expect(await handlesOf("football||hockey")).toEqual(["i1", "i2", "i3"]);
    expect(await handlesOf("!football")).toEqual(["i2", "i4"]);
    expect(await handlesOf("football && !(paris || rome)")).toEqual(["i3"]);
    expect(await handlesOf("hockey || football && london")).toEqual(["i2", "i3"]);
    expect(await handlesOf("$UserId:{ada}")).toEqual(["i1", "i2"]);
    expect(await handlesOf("$InstallationId:{i4}")).toEqual(["i4"]);
    expect(await handlesOf("$UserId:{ada} && hockey")).toEqual(["i2"]);
    expect(await handlesOf("$UserId:ada && football")).toEqual(["i1"]);
    expect(await handlesOf("nobody")).toEqual([]);
    expect(await handlesOf(createTagExpression(["london", "hockey"]))).toEqual(["i2", "i3"]);
  });

  peopled(
    "without tags goes to everybody on the platform, with an empty tag to nobody",
    async ({ client, emulator, raw, handlesOf }) => {
      expect(await handlesOf("football")).toHaveLength(2);
      await client.createOrUpdateInstallation(createFcmV1Installation({ installationId: "f1", pushChannel: "token" }));
      const { notificationId = "" } = await client.sendBroadcastNotification(ALERT);
      expect(emulator.inbox({ notificationId })).toHaveLength(4);
      expect(emulator.inbox({ notificationId })[0]).toMatchObject({ matchedBy: "broadcast" });
      const before = emulator.inbox().length;
      const headers = {
        "ServiceBusNotification-Format": "apple",
        "ServiceBusNotification-Tags": "",
        "Content-Type": "application/json",
      };
      expect((await raw.send({ method: "POST", path: "messages", headers, body: "{}" })).status).toBe(201);
      expect(emulator.inbox()).toHaveLength(before);
    },
  );

  peopled("follows what changed since: tags, user, and an installation that is gone", async ({ client, handlesOf }) => {
    await client.updateInstallation("i4", [{ op: "add", path: "/tags", value: "football" }]);
    expect(await handlesOf("football")).toEqual(["i1", "i3", "i4"]);
    await client.deleteInstallation("i1");
    expect(await handlesOf("football")).toEqual(["i3", "i4"]);
    expect(await handlesOf("$UserId:{ada}")).toEqual(["i2"]);
    await client.updateInstallation("i2", [{ op: "replace", path: "/userId", value: "dora" }]);
    expect(await handlesOf("$UserId:{ada}")).toEqual([]);
    expect(await handlesOf("$UserId:{dora}")).toEqual(["i2"]);
  });

  test("goes once to a handle that several installations share", async ({ client, emulator }) => {
    for (const installationId of ["i1", "i2"])
      await client.createOrUpdateInstallation(
        createFcmV1Installation({ installationId, pushChannel: "same", tags: ["a"] }),
      );
    const sent = await client.sendNotification(createFcmV1Notification({ body: '{"message":{"data":{"a":"b"}}}' }), {
      tagExpression: "a",
    });
    expect(emulator.inbox({ handle: "same" })).toHaveLength(1);
    const details = await client.getNotificationOutcomeDetails(sent.notificationId ?? "");
    expect(details.fcmV1OutcomeCounts).toEqual(
      expect.arrayContaining([
        { state: "Success", count: 1 },
        { state: "Skipped", count: 1 },
      ]),
    );
  });

  test("to Windows keeps its type and bytes, to a browser goes to the endpoint", async ({ client, emulator }) => {
    await client.createOrUpdateInstallation(
      createWindowsInstallation({ installationId: "w1", pushChannel: "https://wns.example/?token=a%2fb" }),
    );
    await client.createOrUpdateInstallation(
      createBrowserInstallation({
        installationId: "b1",
        pushChannel: { endpoint: "https://push.example/1", p256dh: "key", auth: "secret" },
      }),
    );
    await client.sendBroadcastNotification(createWindowsRawNotification({ body: "anything" }));
    await client.sendBroadcastNotification(createWindowsToastNotification({ body: "<toast/>" }));
    await client.sendBroadcastNotification(createBrowserNotification({ body: { title: "hello" } }));
    const [rawMessage, toast] = emulator.inbox({ platform: "wns" });
    expect(rawMessage).toMatchObject({
      platform: "windows",
      handle: "https://wns.example/?token=a%2fb",
      body: "anything",
      headers: { "X-WNS-Type": "wns/raw" },
    });
    expect(toast).toMatchObject({ body: "<toast/>", headers: { "X-WNS-Type": "wns/toast" } });
    expect(emulator.inbox({ handle: "https://push.example/1" })[0]).toMatchObject({
      platform: "browser",
      installationId: "b1",
      body: '{"title":"hello"}',
    });
  });

  test("straight to a handle needs no registration", async ({ client, emulator }) => {
    await client.sendNotification(ALERT, { deviceHandle: "00aa" });
    await client.sendNotification(createBrowserNotification({ body: { a: 1 } }), {
      deviceHandle: { endpoint: "https://push.example/2", p256dh: "key", auth: "secret" },
    });
    expect(emulator.inbox({ handle: "00aa" })[0]).toMatchObject({
      registrationId: null,
      installationId: null,
      matchedBy: "direct",
    });
    const [message] = emulator.inbox({ platform: "browser" });
    expect(message).toMatchObject({ handle: "https://push.example/2", matchedBy: "direct" });
    expect(Object.keys(message?.headers ?? {}).map((name) => name.toLowerCase())).not.toContain("auth");
  });

  test("is refused with 400 and the reason when it makes no sense", async ({ raw, client }) => {
    const send = async (
      headers: Record<string, string>,
      body = "{}",
      path = "messages/?api-version=2020-06",
    ): Promise<string> => {
      const answer = await raw.send({
        method: "POST",
        path,
        headers: { "Content-Type": "application/json", "ServiceBusNotification-Format": "apple", ...headers },
        body,
      });
      expect(answer.status).toBe(400);
      return /<Detail>(.+)\.TrackingId/.exec(answer.body)?.[1] ?? "";
    };
    expect(await send({ "ServiceBusNotification-Format": "palm" })).toContain("'palm' is not supported");
    expect(await send({ "Content-Type": "application/xml" })).toContain(
      "Content-Type 'application/xml' does not go with the format apple",
    );
    expect(await send({}, "{")).toContain("not valid JSON");
    expect(await send({}, "{}", "messages?direct")).toContain("ServiceBusNotification-DeviceHandle");
    expect(
      await send(
        { "ServiceBusNotification-Format": "browser", "ServiceBusNotification-DeviceHandle": "https://a" },
        "{}",
        "messages?direct=true",
      ),
    ).toContain("P256DH and Auth");
    expect(await send({ "ServiceBusNotification-Tags": "a &&" })).toBe(
      "The tag expression is not valid at character 5: a tag was expected",
    );
    expect(await send({ "ServiceBusNotification-Tags": "a b" })).toBe(
      "The tag expression is not valid at character 3: an operator was expected",
    );
    expect(await send({ "ServiceBusNotification-Tags": "(a || b" })).toBe(
      "The tag expression is not valid at character 8: a closing bracket was expected",
    );
    expect(await send({ "ServiceBusNotification-Tags": "$Other:{a}" })).toContain(
      "only $InstallationId:{…} and $UserId:{…}",
    );
    expect(await send({ "ServiceBusNotification-Tags": "(".repeat(5000) })).toContain("nested deeper than 50");
    await expect(
      client.sendNotification(ALERT, { tagExpression: Array.from({ length: 21 }, (_, i) => `t${i}`).join("||") }),
    ).rejects.toMatchObject({ statusCode: 400 });
    await expect(client.sendNotification(ALERT, { tagExpression: "a||b||c||d||e||f&&g" })).rejects.toMatchObject({
      statusCode: 400,
    });
    await client.sendNotification(ALERT, { tagExpression: Array.from({ length: 20 }, (_, i) => `t${i}`).join("||") });
    await client.sendNotification(ALERT, { tagExpression: "a||b||c||d||e&&f" });
  });

  test("larger than 64 KB is 413; larger than the push service takes is an outcome", async ({ client, emulator }) => {
    const huge = createAppleNotification({ body: { aps: { alert: "x".repeat(70_000) } } });
    await expect(client.sendNotification(huge, { deviceHandle: "00aa" })).rejects.toMatchObject({ statusCode: 413 });
    const large = createAppleNotification({ body: { aps: { alert: "x".repeat(5_000) } } });
    const { notificationId = "" } = await client.sendNotification(large, { deviceHandle: "00aa" });
    expect((await client.getNotificationOutcomeDetails(notificationId)).apnsOutcomeCounts).toEqual([
      { state: "InvalidNotificationSize", count: 1 },
    ]);
    expect(emulator.inbox()).toEqual([]);
  });
});

describe("telemetry", () => {
  peopled("counts what became of a send", async ({ client, handlesOf }) => {
    expect(handlesOf).toBeDefined();
    const { notificationId = "" } = await client.sendNotification(ALERT, { tagExpression: "paris" });
    const details = await client.getNotificationOutcomeDetails(notificationId);
    expect(details).toMatchObject({
      notificationId,
      state: "Completed",
      targetPlatforms: "apple",
      notificationBody: '{"aps":{"alert":"x & y"}}',
      apnsOutcomeCounts: [{ state: "Success", count: 2 }],
    });
    expect(details.enqueueTime).toBeInstanceOf(Date);
    expect(details.pnsErrorDetailsUrl).toBeUndefined();
  });

  test("says when nobody was meant, and 404 for what was never sent", async ({ client }) => {
    const { notificationId = "" } = await client.sendNotification(ALERT, { tagExpression: "nobody" });
    const details = await client.getNotificationOutcomeDetails(notificationId);
    expect(details.state).toBe("NoTargetFound");
    expect(details.apnsOutcomeCounts).toBeUndefined();
    await expect(client.getNotificationOutcomeDetails("none")).rejects.toMatchObject({ statusCode: 404 });
  });
});
