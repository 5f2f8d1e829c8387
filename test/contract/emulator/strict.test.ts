import { createAppleInstallation, createAppleNotification } from "@azure/notification-hubs";
import { describe, expect } from "vitest";
import { test } from "./emulator-test.ts";

const PUSH = createAppleNotification({ body: { aps: { alert: "hello" } } });
const TEST_SEND = { tagExpression: "a", enableTestSend: true };

describe("a documented limit that is switched on", () => {
  test("lets a hub make ten test sends in a minute, and says when to come back", async ({ client, emulator }) => {
    for (let i = 0; i < 12; i++) await client.sendNotification(PUSH, TEST_SEND);
    emulator.setStrict({ testSendsPerMinute: true });
    for (let i = 0; i < 10; i++) await client.sendNotification(PUSH, TEST_SEND);
    await expect(client.sendNotification(PUSH, TEST_SEND)).rejects.toMatchObject({
      statusCode: 403,
      message: expect.stringContaining("at most 10 test sends a minute"),
    });
    await client.sendNotification(PUSH, { tagExpression: "a" });
    emulator.advanceTime(60_000);
    await client.sendNotification(PUSH, TEST_SEND);
  });

  test("counts what a hub pushes in a month", async ({ client, emulator }) => {
    emulator.setStrict({ pushesPerMonth: 3 });
    await client.sendNotification(PUSH, { deviceHandle: ["00aa", "00bb"] });
    await client.sendNotification(PUSH, { deviceHandle: "00cc" });
    await expect(client.sendNotification(PUSH, { deviceHandle: "00dd" })).rejects.toMatchObject({
      statusCode: 403,
      message: expect.stringContaining("Quota exceeded"),
    });
    emulator.advanceTime(31 * 86_400_000);
    await client.sendNotification(PUSH, { deviceHandle: "00dd" });
    expect(emulator.inbox()).toHaveLength(4);
  });

  test("is another number of devices, or of tags, when it is told so over HTTP", async ({ client, emulator }) => {
    const set = (switches: object): Promise<Response> =>
      fetch(`${emulator.url}/$emulator/strict`, { method: "POST", body: JSON.stringify(switches) });
    expect((await set({ devices: 1, tags: true })).status).toBe(200);
    expect(await (await fetch(`${emulator.url}/$emulator/strict`)).json()).toEqual({
      tags: true,
      devices: 1,
      pushesPerMonth: false,
      testSendsPerMinute: false,
    });
    const one = createAppleInstallation({ installationId: "i1", pushChannel: "00aa" });
    await client.createOrUpdateInstallation(one);
    await expect(client.createOrUpdateInstallation({ ...one, installationId: "i2" })).rejects.toMatchObject({
      statusCode: 403,
    });
    const tags = Array.from({ length: 61 }, (_, i) => `t${i}`);
    await expect(client.createOrUpdateInstallation({ ...one, tags })).rejects.toMatchObject({ statusCode: 400 });
    await set({ devices: false, tags: false });
    await client.createOrUpdateInstallation({ ...one, installationId: "i2", tags });
    for (const wrong of [{ devices: "many" }, { tags: 5 }, { fly: true }, { devices: -1 }])
      expect((await set(wrong)).status, JSON.stringify(wrong)).toBe(400);
  });
});
