import {
  createAppleInstallation,
  createAppleNotification,
  createAppleRegistrationDescription,
  createBrowserNotification,
  createTemplateNotification,
  createWindowsRawNotification,
} from "@azure/notification-hubs";
import { describe, expect } from "vitest";
import { startEmulator } from "#emulator/start-emulator.ts";
import { sdkClient, test } from "./emulator-test.ts";

const PUSH = createAppleNotification({ body: { aps: { alert: "hello" } }, headers: { "apns-priority": "5" } });

describe("a batch", () => {
  test("goes to every handle that it names, and its id is good for telemetry", async ({ client, emulator }) => {
    const sent = await client.sendNotification(PUSH, { deviceHandle: ["00aa", "00bb", "00cc"] });
    expect(sent.notificationId).not.toBe("$batch");
    expect(emulator.inbox().map((message) => message.handle)).toEqual(["00AA", "00BB", "00CC"]);
    expect(emulator.inbox()[0]).toMatchObject({
      matchedBy: "batch",
      body: '{"aps":{"alert":"hello"}}',
      headers: { "apns-priority": "5" },
    });
    expect(await client.getNotificationOutcomeDetails(sent.notificationId ?? "")).toMatchObject({
      state: "Completed",
      apnsOutcomeCounts: [{ state: "Success", count: 3 }],
    });
  });

  test("takes a thousand long handles, and refuses one more", async ({ client, emulator }) => {
    const handles = Array.from({ length: 1_000 }, (_, i) => `https://wns.example/${"x".repeat(100)}/${i}`);
    await client.sendNotification(createWindowsRawNotification({ body: "line 1\r\nline 2\r\n" }), {
      deviceHandle: handles,
    });
    expect(emulator.inbox()).toHaveLength(1_000);
    expect(emulator.inbox()[999]).toMatchObject({ handle: handles[999], body: "line 1\r\nline 2\r\n" });
    await expect(client.sendNotification(PUSH, { deviceHandle: [...handles, "one"] })).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  test("to browsers takes their channels", async ({ client, emulator }) => {
    await client.sendNotification(createBrowserNotification({ body: { a: 1 } }), {
      deviceHandle: [{ endpoint: "https://push.example/1", p256dh: "k", auth: "s" }] as never,
    });
    expect(emulator.inbox()[0]).toMatchObject({ handle: "https://push.example/1", body: '{"a":1}' });
  });

  const part = (name: string, type: string, body: string): string =>
    `--b\r\nContent-Type: ${type}\r\nContent-Disposition: inline; name="${name}"\r\n\r\n${body}\r\n`;
  const good =
    part("notification", "application/json", "{}") + part("devices", "application/json", "['00aa','00bb']") + "--b--";

  test("is read as the documentation prints it: unquoted boundary, single quotation marks, a valueless query", async ({
    raw,
    emulator,
  }) => {
    const headers = { "Content-Type": "multipart/mixed; boundary=b", "ServiceBusNotification-Format": "apple" };
    expect(
      (
        await raw.send({
          method: "POST",
          path: "messages/$batch?direct&api-version=2015-08",
          headers,
          body: `\n${good}`,
        })
      ).status,
    ).toBe(201);
    expect(emulator.inbox().map((message) => message.handle)).toEqual(["00AA", "00BB"]);
  });

  test.for([
    ["has no boundary", "multipart/mixed", good, /with a boundary/],
    ["is not multipart", "application/json", good, /must be multipart/],
    ["does not begin with the boundary", "multipart/mixed; boundary=c", good, /must begin with the boundary/],
    ["does not end", "multipart/mixed; boundary=b", good.slice(0, -5), /no closing boundary/],
    [
      "has no devices",
      "multipart/mixed; boundary=b",
      `${part("notification", "application/json", "{}")}--b--`,
      /needs the parts/,
    ],
    [
      "has no notification",
      "multipart/mixed; boundary=b",
      `${part("devices", "application/json", "[]")}--b--`,
      /needs the parts/,
    ],
    ["names no handle", "multipart/mixed; boundary=b", good.replace("['00aa','00bb']", "[]"), /array of handles/],
    ["has a part without a name", "multipart/mixed; boundary=b", good.replace('; name="devices"', ""), /has no name/],
    [
      "has a notification of the wrong kind",
      "multipart/mixed; boundary=b",
      good.replace("application/json", "text/plain"),
      /does not go with the format/,
    ],
  ] as const)("that %s is 400 with the reason", async ([, type, body, reason], { raw }) => {
    const answer = await raw.send({
      method: "POST",
      path: "messages/$batch?direct",
      headers: { "Content-Type": type, "ServiceBusNotification-Format": "apple" },
      body,
    });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatch(reason);
  });
});

describe("a test send", () => {
  test("answers with what became of each message", async ({ client, emulator }) => {
    for (const handle of ["00aa", "00bb"])
      await client.createOrUpdateInstallation(
        createAppleInstallation({ installationId: handle, pushChannel: handle, tags: ["a"] }),
      );
    emulator.failNext({ handle: "00bb", outcome: "InvalidToken" });
    const sent = await client.sendNotification(PUSH, { tagExpression: "a", enableTestSend: true });
    expect(sent).toMatchObject({ state: "DetailedStateAvailable", successCount: 1, failureCount: 1 });
    expect(sent.results).toEqual([
      {
        applicationPlatform: "apple",
        pnsHandle: "00AA",
        registrationId: expect.stringMatching(/^\d+-/),
        outcome: "The Notification was successfully sent to the Push Notification System",
      },
      {
        applicationPlatform: "apple",
        pnsHandle: "00BB",
        registrationId: expect.stringMatching(/^\d+-/),
        outcome: "The Push Notification System handle for the registration is invalid",
      },
    ]);
    expect(sent.notificationId).toBeDefined();
  });

  test("to nobody answers so", async ({ client }) => {
    expect(await client.sendNotification(PUSH, { tagExpression: "none", enableTestSend: true })).toMatchObject({
      successCount: 0,
      failureCount: 0,
      results: [],
    });
  });

  test("reaches ten devices at most", async ({ client, emulator }) => {
    for (let i = 10; i < 25; i++)
      await client.createOrUpdateInstallation(
        createAppleInstallation({ installationId: `i${i}`, pushChannel: `00${i}`, tags: ["a"] }),
      );
    expect((await client.sendNotification(PUSH, { tagExpression: "a", enableTestSend: true })).results).toHaveLength(
      10,
    );
    expect(emulator.inbox()).toHaveLength(10);
  });
});

describe("a scheduled notification", () => {
  test("is sent when its time has come, to those who match then", async ({ client, emulator }) => {
    const at = new Date(Date.now() + 3_600_000);
    const scheduled = await client.scheduleNotification(at, PUSH, { tagExpression: "a" });
    const id = scheduled.notificationId ?? "";
    expect(scheduled.location).toContain(`/beckon/schedulednotifications/${id}?api-version=`);
    expect(await client.getNotificationOutcomeDetails(id)).toMatchObject({ state: "Scheduled" });
    await client.createOrUpdateInstallation(
      createAppleInstallation({ installationId: "i1", pushChannel: "00aa", tags: ["a"] }),
    );
    emulator.advanceTime(3_599_000);
    expect(emulator.inbox()).toEqual([]);
    emulator.advanceTime(2_000);
    expect(emulator.inbox()).toMatchObject([{ handle: "00AA", notificationId: id }]);
    expect(await client.getNotificationOutcomeDetails(id)).toMatchObject({ state: "Completed" });
    await expect(client.cancelScheduledNotification(id)).rejects.toMatchObject({ statusCode: 404 });
  });

  test("to all is sent at once when its time is past", async ({ client, emulator }) => {
    await client.createOrUpdateInstallation(createAppleInstallation({ installationId: "i1", pushChannel: "00aa" }));
    await client.scheduleBroadcastNotification(new Date(Date.now() - 1_000), PUSH);
    expect(await emulator.waitForMessage({ handle: "00aa" })).toMatchObject({ matchedBy: "broadcast" });
  });

  test("that is cancelled is not sent, and says so", async ({ client, emulator }) => {
    await client.createOrUpdateInstallation(
      createAppleInstallation({ installationId: "i1", pushChannel: "00aa", tags: ["a"] }),
    );
    const { notificationId = "" } = await client.scheduleNotification(new Date(Date.now() + 60_000), PUSH, {
      tagExpression: "a",
    });
    await client.cancelScheduledNotification(notificationId);
    emulator.advanceTime(120_000);
    expect(emulator.inbox()).toEqual([]);
    expect((await client.getNotificationOutcomeDetails(notificationId)).state).toBe("Canceled");
    await expect(client.cancelScheduledNotification("none")).rejects.toMatchObject({ statusCode: 404 });
  });

  test("is refused without a time, with a bad one, or more than seven days ahead; a time without zone is UTC", async ({
    client,
    raw,
    emulator,
  }) => {
    const schedule = async (time: string | undefined): Promise<number> => {
      const headers = {
        "Content-Type": "application/json",
        "ServiceBusNotification-Format": "apple",
        ...(time !== undefined && { "ServiceBusNotification-ScheduleTime": time }),
      };
      return (await raw.send({ method: "POST", path: "schedulednotifications/", headers, body: "{}" })).status;
    };
    expect(await schedule(undefined)).toBe(400);
    expect(await schedule("tomorrow")).toBe(400);
    await expect(
      client.scheduleBroadcastNotification(new Date(Date.now() + 8 * 86_400_000), PUSH),
    ).rejects.toMatchObject({ statusCode: 400 });
    await client.createOrUpdateInstallation(createAppleInstallation({ installationId: "i1", pushChannel: "00aa" }));
    expect(await schedule(new Date(Date.now() + 60_000).toISOString().slice(0, 19))).toBe(201);
    emulator.advanceTime(59_000 - 2_000);
    expect(emulator.inbox()).toEqual([]);
    emulator.advanceTime(4_000);
    expect(emulator.inbox()).toHaveLength(1);
  });
});

test("the free tier holds 500 devices, installations and registrations together", async () => {
  await using emulator = await startEmulator({ tier: "Free" });
  const client = sdkClient(emulator.connectionString);
  const installations = Array.from({ length: 499 }, (_, i) => ({
    installationId: `i${i}`,
    platform: "apns",
    pushChannel: "00aa",
  }));
  emulator.seed({ hubs: [{ name: "beckon", installations }] });
  const { registrationId = "" } = await client.createRegistration(
    createAppleRegistrationDescription({ deviceToken: "00bb" }),
  );
  const one = createAppleInstallation({ installationId: "new", pushChannel: "00cc" });
  await expect(client.createOrUpdateInstallation(one)).rejects.toMatchObject({
    statusCode: 403,
    message: expect.stringContaining("Quota exceeded"),
  });
  await client.createOrUpdateInstallation({ ...one, installationId: "i1" });
  await client.deleteRegistration(registrationId);
  await client.createOrUpdateInstallation(one);
});

describe("a service that takes its time", () => {
  test("has an installation and a send only after a while", async () => {
    await using emulator = await startEmulator({ pace: { installationDelayMs: 1_000, processingDelayMs: 60_000 } });
    const client = sdkClient(emulator.connectionString);
    await client.createOrUpdateInstallation(
      createAppleInstallation({ installationId: "i1", pushChannel: "00aa", tags: ["a"] }),
    );
    await expect(client.getInstallation("i1")).rejects.toMatchObject({ statusCode: 404 });
    const { notificationId = "" } = await client.sendNotification(PUSH, { tagExpression: "a" });
    expect((await client.getNotificationOutcomeDetails(notificationId)).state).toBe("Enqueued");
    emulator.advanceTime(1_000);
    expect(await client.getInstallation("i1")).toMatchObject({ tags: ["a"] });
    emulator.advanceTime(60_000);
    expect((await client.getNotificationOutcomeDetails(notificationId)).state).toBe("Completed");
    expect(emulator.inbox()).toHaveLength(1);
  });

  test("abandons what it does not get to in 30 minutes", async () => {
    await using emulator = await startEmulator({ pace: { processingDelayMs: 86_400_000 } });
    const client = sdkClient(emulator.connectionString);
    const { notificationId = "" } = await client.sendNotification(PUSH, { deviceHandle: "00aa" });
    emulator.advanceTime(30 * 60_000);
    expect((await client.getNotificationOutcomeDetails(notificationId)).state).toBe("Abandoned");
    expect(emulator.inbox()).toEqual([]);
  });
});

describe("a lower tier", () => {
  test("has no Location and no telemetry, scheduling, feedback or jobs; the free one no batch", async () => {
    await using emulator = await startEmulator({ hubs: ["basic"], tier: "Basic" });
    emulator.createHub("free", { tier: "Free" });
    const basic = sdkClient(emulator.connectionString, "basic");
    const sent = await basic.sendNotification(PUSH, { deviceHandle: ["00aa"] });
    expect(sent.notificationId).toBeUndefined();
    expect(emulator.inbox()).toHaveLength(1);
    const refused = { statusCode: 403 };
    await expect(basic.getNotificationOutcomeDetails(emulator.inbox()[0]?.notificationId ?? "")).rejects.toMatchObject(
      refused,
    );
    await expect(basic.scheduleBroadcastNotification(new Date(), PUSH)).rejects.toMatchObject(refused);
    await expect(basic.cancelScheduledNotification("x")).rejects.toMatchObject(refused);
    await expect(basic.getFeedbackContainerUrl()).rejects.toMatchObject(refused);
    await expect(basic.listNotificationHubJobs()).rejects.toMatchObject(refused);
    await expect(
      sdkClient(emulator.connectionString, "free").sendNotification(PUSH, { deviceHandle: ["00aa"] }),
    ).rejects.toMatchObject(refused);
  });
});

test("a template cannot be sent straight to a handle", async ({ client }) => {
  await expect(
    client.sendNotification(createTemplateNotification({ body: { a: "b" } }), { deviceHandle: "00aa" }),
  ).rejects.toMatchObject({ statusCode: 400 });
});
