import { createAppleInstallation, createAppleNotification } from "@azure/notification-hubs";
import { describe, expect } from "vitest";
import { sdkClient, test } from "./emulator-test.ts";

const PUSH = createAppleNotification({ body: { aps: { alert: "hello" } } });
const TO_AA = { deviceHandle: "00AA" };

describe("a fault", () => {
  test("answers the next request with a status and Retry-After, and is over", async ({ client, emulator }) => {
    emulator.failNext({ status: 429, retryAfterSeconds: 2 });
    const failure: unknown = await client.sendNotification(PUSH, TO_AA).catch((error: unknown) => error);
    expect(failure).toMatchObject({ statusCode: 429 });
    const headers = (failure as { response: { headers: { get(name: string): string | undefined } } }).response.headers;
    expect(headers.get("Retry-After")).toBe("2");
    expect(emulator.inbox()).toEqual([]);
    await client.sendNotification(PUSH, TO_AA);
    expect(emulator.inbox()).toHaveLength(1);
  });

  test("can be for one operation, one hub, one handle, and some number of requests", async ({ client, emulator }) => {
    await client.createOrUpdateInstallation(
      createAppleInstallation({ installationId: "i1", tags: ["a"], pushChannel: "00aa" }),
    );
    emulator.failNext({ operation: "send", hub: "Beckon", handle: "00aa", status: 503, times: 2 });
    await client.getInstallation("i1");
    await client.sendNotification(PUSH, { deviceHandle: "00bb" });
    await client.sendNotification(PUSH, { tagExpression: "b" });
    await expect(client.sendNotification(PUSH, { tagExpression: "a" })).rejects.toMatchObject({ statusCode: 503 });
    await expect(client.sendNotification(PUSH, TO_AA)).rejects.toMatchObject({ statusCode: 503 });
    await client.sendNotification(PUSH, TO_AA);
  });

  test("that cuts the connection before the work leaves nothing behind, after it a message, so that a retry is a second one", async ({
    client,
    emulator,
  }) => {
    emulator.failNext({ operation: "send", reset: "before" });
    await expect(client.sendNotification(PUSH, TO_AA)).rejects.toMatchObject({
      code: expect.stringMatching(/ECONNRESET|REQUEST_SEND_ERROR/),
    });
    expect(emulator.inbox()).toHaveLength(0);
    emulator.failNext({ operation: "send", reset: "after" });
    await sdkClient(emulator.connectionString, "beckon", 2).sendNotification(PUSH, TO_AA);
    expect(emulator.inbox({ handle: "00AA" })).toHaveLength(2);
  });

  test("can hold an answer back", async ({ client, emulator }) => {
    emulator.failNext({ latencyMs: 80 });
    const startedAt = performance.now();
    await client.sendNotification(PUSH, TO_AA);
    expect(performance.now() - startedAt).toBeGreaterThan(75);
  });

  test("can wait for the nth request, and be as likely as a seed makes it", async ({ client, emulator }) => {
    emulator.failNext({ status: 500, nth: 3 });
    const statuses = async (count: number): Promise<number[]> => {
      const seen: number[] = [];
      for (let i = 0; i < count; i++)
        seen.push(
          await client.sendNotification(PUSH, TO_AA).then(
            () => 201,
            (error: { statusCode: number }) => error.statusCode,
          ),
        );
      return seen;
    };
    expect(await statuses(4)).toEqual([201, 201, 500, 201]);
    const seeded = { status: 500, probability: 0.5, seed: 42, times: "always" } as const;
    emulator.failNext(seeded);
    const first = await statuses(12);
    emulator.clearFaults();
    emulator.failNext(seeded);
    expect(await statuses(12)).toEqual(first);
    expect(new Set(first)).toEqual(new Set([201, 500]));
  });

  test("of the push service is an outcome: a handle that is gone loses its registrations and marks its installation", async ({
    client,
    emulator,
  }) => {
    await client.createOrUpdateInstallation(
      createAppleInstallation({ installationId: "i1", tags: ["a"], pushChannel: "00aa" }),
    );
    await client.createOrUpdateInstallation(
      createAppleInstallation({ installationId: "i2", tags: ["a"], pushChannel: "00bb" }),
    );
    emulator.failNext({ handle: "00aa", outcome: "ExpiredChannel" });
    const { notificationId = "" } = await client.sendNotification(PUSH, { tagExpression: "a" });
    const details = await client.getNotificationOutcomeDetails(notificationId);
    expect(details.apnsOutcomeCounts).toEqual(
      expect.arrayContaining([
        { state: "Success", count: 1 },
        { state: "ExpiredChannel", count: 1 },
      ]),
    );
    expect(await (await fetch(details.pnsErrorDetailsUrl ?? "")).text()).toMatch(
      /^<PnsFeedback .*<NotificationSystemError>ExpiredChannel<.*<PnsHandle>00AA<.*<InstallationId>i1<.*\n$/,
    );
    expect(await client.getInstallation("i1")).toMatchObject({ pushChannelExpired: true });
    await client.sendNotification(PUSH, { tagExpression: "a" });
    expect(emulator.inbox().map((message) => message.handle)).toEqual(["00BB", "00BB"]);
    await client.updateInstallation("i1", [{ op: "replace", path: "/pushChannel", value: "00cc" }]);
    expect(await client.getInstallation("i1")).toMatchObject({ pushChannelExpired: false, pushChannel: "00CC" });
    await client.sendNotification(PUSH, { tagExpression: "$InstallationId:{i1}" });
    expect(emulator.inbox({ handle: "00cc" })).toHaveLength(1);
  });

  test("that names nothing that exists is refused", ({ emulator }) => {
    expect(() => emulator.failNext({ status: 500, platform: "palm" })).toThrow(RangeError);
    expect(() => emulator.failNext({ hub: "beckon" })).toThrow("A fault needs one of");
  });
});

describe("faults over HTTP", () => {
  test("are added, listed and removed", async ({ client, emulator }) => {
    const url = `${emulator.url}/$emulator/faults`;
    const added = await fetch(url, {
      method: "POST",
      body: JSON.stringify({ operation: "sendDirectNotification", status: 403, retryAfterSeconds: 1, times: "always" }),
    });
    expect(added.status).toBe(201);
    const { id } = (await added.json()) as { id: number };
    await expect(client.sendNotification(PUSH, TO_AA)).rejects.toMatchObject({ statusCode: 403 });
    expect(await (await fetch(url)).json()).toEqual({
      faults: [
        { id, hits: 1, operation: "sendDirectNotification", status: 403, retryAfterSeconds: 1, times: "always" },
      ],
    });
    expect((await fetch(`${url}/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await fetch(`${url}/${id}`, { method: "DELETE" })).status).toBe(404);
    await client.sendNotification(PUSH, TO_AA);
    expect((await fetch(url, { method: "DELETE" })).status).toBe(204);
  });

  test.for([
    ["{", /not valid JSON/],
    ["[]", /JSON object/],
    ['{"stauts":500}', /has no 'stauts'/],
    ['{"status":200}', /status must be/],
    ['{"operation":"fly","status":500}', /operation must be/],
    ['{"operation":"send"}', /needs one of/],
  ] as const)("that are wrong, %s, are 400 with the reason", async ([body, reason], { emulator }) => {
    const answer = await fetch(`${emulator.url}/$emulator/faults`, { method: "POST", body });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toMatch(reason);
  });
});
