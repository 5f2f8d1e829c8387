import { randomUUID } from "node:crypto";
import {
  createAppleInstallation,
  createAppleNotification,
  createAppleRegistrationDescription,
  createFcmV1Installation,
  createTemplateNotification,
} from "@azure/notification-hubs";
import type { NotificationHubsClient } from "@azure/notification-hubs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEmulator } from "#emulator/start-emulator.ts";
import type { Emulator } from "#emulator/start-emulator.ts";
import { sdkClient } from "./emulator-test.ts";

// What must hold of the emulator and of Azure alike, by nothing but the SDK. With NH_LIVE_CONNECTION_STRING and NH_LIVE_HUB it
// runs against that hub, which needs no push credentials: nothing here looks at a device. It cleans up what it writes.
const LIVE = process.env["NH_LIVE_CONNECTION_STRING"];
const HUB = process.env["NH_LIVE_HUB"] ?? "beckon";

/** Azure applies installations in the background: what was written is there within seconds, here at once. */
const PATIENCE = LIVE === undefined ? { timeout: 1_000, interval: 10 } : { timeout: 30_000, interval: 500 };

let emulator: Emulator | undefined;
let client: NotificationHubsClient;
const written: string[] = [];

beforeAll(async () => {
  if (LIVE === undefined) emulator = await startEmulator({ hubs: [HUB] });
  client = sdkClient(LIVE ?? emulator?.connectionString ?? "", HUB, 2);
});

afterAll(async () => {
  for (const id of written) await client.deleteInstallation(id);
  await emulator?.close();
});

function newId(): string {
  const id = `contract-${randomUUID()}`;
  written.push(id);
  return id;
}

/** 64 hex digits, as APNs has them. */
function newToken(): string {
  return (randomUUID() + randomUUID()).replaceAll("-", "");
}

describe("an installation", () => {
  test("is read as it was written, patched and deleted", { timeout: 120_000 }, async () => {
    const installationId = newId();
    const pushChannel = newToken();
    await client.createOrUpdateInstallation(
      createAppleInstallation({ installationId, pushChannel, tags: ["a"], userId: "ada" }),
    );
    const found = (): Promise<unknown> => client.getInstallation(installationId).catch((error: unknown) => error);
    await expect
      .poll(found, PATIENCE)
      .toMatchObject({ installationId, platform: "apns", pushChannelExpired: false, tags: ["a"], userId: "ada" });
    await client.updateInstallation(installationId, [
      { op: "add", path: "/tags", value: "b" },
      { op: "remove", path: "/tags/a" },
    ]);
    await expect.poll(found, PATIENCE).toMatchObject({ tags: ["b"] });
    await client.deleteInstallation(installationId);
    await expect.poll(found, PATIENCE).toMatchObject({ statusCode: 404 });
  });

  test("is made into registrations with its system tags", { timeout: 60_000 }, async () => {
    const installationId = newId();
    const templates = { greet: { body: '{"message":{"data":{"m":"$(m)"}}}', headers: {} } };
    await client.createOrUpdateInstallation(
      createFcmV1Installation({ installationId, pushChannel: randomUUID(), userId: "ada", tags: ["a"], templates }),
    );
    const list = async (): Promise<string[]> => {
      const kinds: string[] = [];
      for await (const { kind } of client.listRegistrationsByTag(`$InstallationId:{${installationId}}`))
        kinds.push(kind);
      return kinds.toSorted();
    };
    await expect.poll(list, PATIENCE).toEqual(["FcmV1", "FcmV1Template"]);
  });
});

describe("a registration", () => {
  test("is created, updated by its ETag, found by channel and deleted", { timeout: 60_000 }, async () => {
    const deviceToken = newToken();
    const created = await client.createRegistration(
      createAppleRegistrationDescription({ deviceToken, tags: ["a", "b"] }),
    );
    expect(created).toMatchObject({
      kind: "Apple",
      deviceToken: deviceToken.toUpperCase(),
      tags: ["a", "b"],
      etag: "1",
    });
    const registrationId = created.registrationId ?? "";
    await client.updateRegistration({
      ...createAppleRegistrationDescription({ deviceToken, tags: ["c"] }),
      registrationId,
      etag: "1",
    });
    expect(await client.getRegistration(registrationId)).toMatchObject({ etag: "2", tags: ["c"] });
    for await (const found of client.listRegistrationsByChannel({ kind: "apple", deviceToken }))
      expect(found.registrationId).toBe(registrationId);
    await client.deleteRegistration(registrationId);
    await expect(client.getRegistration(registrationId)).rejects.toMatchObject({ statusCode: 404 });
  });
});

describe("a send", () => {
  test("to a tag that nobody has is accepted", async () => {
    const sent = await client.sendNotification(createTemplateNotification({ body: { m: "x" } }), {
      tagExpression: `none-${randomUUID()}`,
    });
    expect(sent).toMatchObject({ state: "Enqueued", successCount: 0 });
    expect(sent.trackingId).toMatch(/^[0-9a-f-]{36}/i);
  });

  test("with more than 64 KB is refused", async () => {
    const push = createAppleNotification({ body: { aps: { alert: "x".repeat(70_000) } } });
    await expect(client.sendNotification(push, { tagExpression: "none" })).rejects.toMatchObject({
      statusCode: expect.toSatisfy((status: number) => status === 413 || status === 403),
    });
  });
});

test("a wrong key is 401, and an installation that is not there 404", async () => {
  const wrong = (LIVE ?? emulator?.connectionString ?? "").replace(
    /SharedAccessKey=[^;]+/,
    `SharedAccessKey=${Buffer.from(randomUUID()).toString("base64")}`,
  );
  await expect(sdkClient(wrong, HUB).getInstallation("none")).rejects.toMatchObject({ statusCode: 401 });
  await expect(client.getInstallation(`none-${randomUUID()}`)).rejects.toMatchObject({ statusCode: 404 });
});
