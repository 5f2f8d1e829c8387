import { createAppleNotification, createBrowserNotification, createFcmV1Notification } from "@azure/notification-hubs";
import { describe, expect } from "vitest";
import { test as base } from "./emulator-test.ts";

const test = base.extend<{
  apple: (alert: string, headers?: Record<string, string>) => Promise<unknown>;
  alerts: () => unknown[];
}>({
  apple: ({ client }, use) =>
    use((alert, headers = {}) =>
      client.sendNotification(createAppleNotification({ body: { aps: { alert } }, headers }), { deviceHandle: "00aa" }),
    ),
  alerts: ({ emulator }, use) =>
    use(() =>
      emulator
        .inbox({ handle: "00aa" })
        .map((message) => (JSON.parse(message.body) as { aps: { alert: string } }).aps.alert),
    ),
});

describe("a device that is away", () => {
  test("gets what waited for it when it is back, of one collapse id only the newest", async ({
    apple,
    alerts,
    emulator,
  }) => {
    emulator.setOnline("00aa", false);
    await apple("one", { "apns-collapse-id": "request-1" });
    await apple("two", { "apns-collapse-id": "request-2" });
    await apple("three", { "apns-collapse-id": "request-1" });
    await apple("four");
    expect(alerts()).toEqual([]);
    emulator.setOnline("00AA", true);
    expect(alerts()).toEqual(["two", "three", "four"]);
    await apple("five", { "apns-collapse-id": "request-1" });
    expect(alerts()).toEqual(["two", "three", "four", "five"]);
  });

  test("does not get what was not to be kept, or has run out", async ({ apple, alerts, emulator }) => {
    emulator.setOnline("00aa", false);
    const inAnHour = Math.round(Date.now() / 1000) + 3_600;
    await apple("never kept", { "apns-expiration": "0" });
    await apple("for an hour", { "apns-expiration": String(inAnHour) });
    await apple("for two hours", { "apns-expiration": String(inAnHour + 3_600) });
    emulator.advanceTime(3_601_000);
    emulator.setOnline("00aa", true);
    expect(alerts()).toEqual(["for two hours"]);
  });

  test("on Android and in a browser goes by their words for it", async ({ client, emulator }) => {
    const channel = { endpoint: "https://push.example/1", p256dh: "k", auth: "s" };
    for (const handle of ["token", channel.endpoint]) emulator.setOnline(handle, false);
    for (const n of ["1", "2"]) {
      await client.sendNotification(
        createFcmV1Notification({
          body: JSON.stringify({ message: { android: { collapse_key: "k", ttl: "60s" }, data: { n } } }),
        }),
        { deviceHandle: "token" },
      );
      await client.sendNotification(createBrowserNotification({ body: { n }, headers: { Topic: "t", TTL: "60" } }), {
        deviceHandle: channel,
      });
    }
    for (const handle of ["token", channel.endpoint]) emulator.setOnline(handle, true);
    expect(emulator.inbox().map((message) => message.body)).toEqual([
      '{"message":{"android":{"collapse_key":"k","ttl":"60s"},"data":{"n":"2"}}}',
      '{"n":"2"}',
    ]);
  });
});
