import * as sdk from "@azure/notification-hubs";
import type { Installation, Notification, NotificationDetails } from "@azure/notification-hubs";
import { describe, expect } from "vitest";
import { sdkClient, test } from "./emulator-test.ts";

/** For each platform: an installation with a template, a native send, what arrives, and where telemetry counts it. */
interface Case {
  installation: Installation;
  native: Notification;
  body: string;
  headers: Record<string, string>;
  handle: string;
  counts: keyof NotificationDetails;
}

const BASE = { installationId: "i1", tags: ["a"] };
const json = { t: { body: '{"m":"$(m)"}', headers: {} } };
const toast = { t: { body: "<toast>$(m)</toast>", headers: { "X-WNS-Type": "wns/toast" } } };
const XML = { "Content-Type": "application/xml" };
const WNS = "https://wns.example/?token=1";
const windows = (native: Notification, body: string, headers: Record<string, string>): Case => ({
  installation: sdk.createWindowsInstallation({ ...BASE, pushChannel: WNS, templates: toast }),
  native,
  body,
  headers,
  handle: WNS,
  counts: "wnsOutcomeCounts",
});

const CASES: Record<string, Case> = {
  apple: {
    installation: sdk.createAppleInstallation({ ...BASE, pushChannel: "00aa", templates: json }),
    native: sdk.createAppleNotification({
      body: sdk.createAppleNotificationBody({ aps: { alert: { title: "t" }, badge: 1 } }),
      headers: { "apns-priority": "10", "apns-push-type": "alert", "apns-topic": "com.example" },
    }),
    body: '{"aps":{"alert":{"title":"t"},"badge":1}}',
    headers: { "apns-priority": "10", "apns-push-type": "alert", "apns-topic": "com.example" },
    handle: "00AA",
    counts: "apnsOutcomeCounts",
  },
  fcmv1: {
    installation: sdk.createFcmV1Installation({ ...BASE, pushChannel: "f", templates: json }),
    native: sdk.createFcmV1Notification({
      body: sdk.createFirebaseV1NotificationBody({ message: { data: { k: "v" } } }),
    }),
    body: '{"message":{"data":{"k":"v"}}}',
    headers: {},
    handle: "f",
    counts: "fcmV1OutcomeCounts",
  },
  gcm: {
    installation: sdk.createFcmLegacyInstallation({ ...BASE, pushChannel: "g", templates: json }),
    native: sdk.createFcmLegacyNotification({ body: sdk.createFirebaseLegacyNotificationBody({ data: { k: "v" } }) }),
    body: '{"data":{"k":"v"}}',
    headers: {},
    handle: "g",
    counts: "fcmOutcomeCounts",
  },
  adm: {
    installation: sdk.createAdmInstallation({ ...BASE, pushChannel: "d", templates: json }),
    native: sdk.createAdmNotification({ body: sdk.createAdmNotificationBody({ data: { k: "v" } }) }),
    body: '{"data":{"k":"v"}}',
    headers: {},
    handle: "d",
    counts: "admOutcomeCounts",
  },
  baidu: {
    installation: sdk.createBaiduInstallation({ ...BASE, pushChannel: "u-c", templates: json }),
    native: sdk.createBaiduNotification({ body: sdk.createBaiduNotificationBody({ title: "t", description: "d" }) }),
    body: '{"title":"t","description":"d"}',
    headers: {},
    handle: "u-c",
    counts: "baiduOutcomeCounts",
  },
  xiaomi: {
    installation: sdk.createXiaomiInstallation({ ...BASE, pushChannel: "x", templates: json }),
    native: sdk.createXiaomiNotification({ body: '{"k":"v"}' }),
    body: '{"k":"v"}',
    headers: {},
    handle: "x",
    counts: "xiaomiOutcomeCounts",
  },
  browser: {
    installation: sdk.createBrowserInstallation({
      ...BASE,
      pushChannel: { endpoint: "https://push.example/1", p256dh: "k", auth: "s" },
      templates: json,
    }),
    native: sdk.createBrowserNotification({ body: { title: "t" }, headers: { TTL: "5" } }),
    body: '{"title":"t"}',
    headers: { TTL: "5" },
    handle: "https://push.example/1",
    counts: "browserOutcomeCounts",
  },
  "windows toast": windows(sdk.createWindowsToastNotification({ body: "<toast/>" }), "<toast/>", {
    ...XML,
    "X-WNS-Type": "wns/toast",
  }),
  "windows tile": windows(sdk.createWindowsTileNotification({ body: "<tile/>" }), "<tile/>", {
    ...XML,
    "X-WNS-Type": "wns/tile",
  }),
  "windows badge": windows(
    sdk.createWindowsBadgeNotification({ body: sdk.createWindowsBadgeNotificationBody({ value: "alert" }) }),
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><badge value="alert"/>',
    { ...XML, "X-WNS-Type": "wns/badge" },
  ),
  "windows raw": windows(sdk.createWindowsRawNotification({ body: "bytes" }), "bytes", {
    "Content-Type": "application/octet-stream",
    "X-WNS-Type": "wns/raw",
  }),
};

describe.for(Object.entries(CASES))("on %s", ([name, { installation, native, body, headers, handle, counts }]) => {
  test("a native send arrives as it was written, and is counted where the SDK reads it", async ({
    client,
    emulator,
  }) => {
    await client.createOrUpdateInstallation(installation);
    const { notificationId = "" } = await client.sendNotification(native, { tagExpression: "a" });
    const [message] = emulator.inbox();
    expect(message).toMatchObject({ body, handle, platform: name.split(" ")[0], template: null });
    const lower = (given: Record<string, string>): Record<string, string> =>
      Object.fromEntries(Object.entries(given).map(([each, value]) => [each.toLowerCase(), value]));
    expect(lower({ ...message?.headers })).toEqual(lower(headers));
    const details = await client.getNotificationOutcomeDetails(notificationId);
    expect(details[counts]).toEqual([{ state: "Success", count: 1 }]);
  });

  test("a template send, a scheduled one and a test send arrive too", async ({ client, emulator }) => {
    await client.createOrUpdateInstallation(installation);
    await client.sendNotification(sdk.createTemplateNotification({ body: { m: "hi" } }), { tagExpression: "a" });
    await client.scheduleNotification(new Date(Date.now() + 60_000), native, { tagExpression: "!b" });
    emulator.advanceTime(60_000);
    const tested = await client.sendNotification(native, { tagExpression: "a && !b", enableTestSend: true });
    expect(tested).toMatchObject({ successCount: 1, failureCount: 0, results: [{ pnsHandle: handle }] });
    expect(emulator.inbox().map((each) => [each.matchedBy, each.template])).toEqual([
      ["a", "t"],
      ["!b", null],
      ["a && !b", null],
    ]);
    expect(emulator.inbox()[0]?.body).toMatch(/"m":"hi"|<toast>hi/);
  });
});

test("a tag may have the letters of any script, in an installation and in an expression", async ({
  client,
  emulator,
}) => {
  const tags = ["münchen"];
  await client.createOrUpdateInstallation(sdk.createAppleInstallation({ ...BASE, pushChannel: "00aa", tags }));
  await client.sendNotification(sdk.createAppleNotification({ body: { aps: {} } }), { tagExpression: "münchen && !a" });
  expect(emulator.inbox()).toMatchObject([{ matchedBy: "münchen && !a", tags: ["$InstallationId:{i1}", "münchen"] }]);
});

describe("a refusal is a RestError that says", () => {
  const push = sdk.createAppleNotification({ body: { aps: {} } });
  type World = { client: sdk.NotificationHubsClient; emulator: { url: string; connectionString: string } };
  const refusals: [string, number, RegExp, (world: World) => Promise<unknown>][] = [
    ["400", 400, /not valid at character 5/, ({ client }) => client.sendNotification(push, { tagExpression: "a ||" })],
    [
      "400 for 21 tags joined by or",
      400,
      /21 tags; 20 are allowed/,
      ({ client }) =>
        client.sendNotification(push, { tagExpression: Array.from({ length: 21 }, (_, i) => `t${i}`).join("||") }),
    ],
    [
      "400 for 7 tags joined otherwise",
      400,
      /7 tags; 6 are allowed/,
      ({ client }) => client.sendNotification(push, { tagExpression: "a&&b&&c&&d&&e&&f&&g" }),
    ],
    [
      "401",
      401,
      /InvalidSignature/,
      ({ emulator }) =>
        sdkClient(emulator.connectionString.replace(/SharedAccessKey=[^;]+/, "SharedAccessKey=wrong")).getInstallation(
          "i1",
        ),
    ],
    [
      "404 for a hub that is not there",
      404,
      /hub 'none' does not exist/,
      ({ emulator }) => sdkClient(emulator.connectionString, "none").sendBroadcastNotification(push),
    ],
    ["404", 404, /Installation not found/, ({ client }) => client.getInstallation("none")],
    ["404 for telemetry", 404, /not available yet/, ({ client }) => client.getNotificationOutcomeDetails("none")],
    [
      "413",
      413,
      /larger than 65536 bytes/,
      ({ client }) => client.sendBroadcastNotification({ ...push, body: JSON.stringify({ a: "x".repeat(70_000) }) }),
    ],
  ];
  test.for(refusals)("%s", async ([, statusCode, words, attempt], { client, emulator }) => {
    const error: unknown = await attempt({ client, emulator }).catch((refused: unknown) => refused);
    if (!sdk.isRestError(error)) throw new Error("It was not refused with a RestError", { cause: error });
    expect(error.statusCode).toBe(statusCode);
    expect(error.message).toMatch(/^operations? failed with/);
    expect(error.message).toMatch(words);
  });

  test.for([
    [409, /told to answer so/],
    [410, /told to answer so/],
    [403, /told to answer so/],
    [500, /told to answer so/],
  ] as const)("%i, when a fault says so", async ([status, words], { client, emulator }) => {
    emulator.failNext({ operation: "createOrUpdateRegistration", status, retryAfterSeconds: 1 });
    const description = sdk.createAppleRegistrationDescription({ deviceToken: "00aa" });
    await expect(client.createOrUpdateRegistration({ ...description, registrationId: "1-2-3" })).rejects.toMatchObject({
      statusCode: status,
      message: expect.stringMatching(words),
    });
  });
});
