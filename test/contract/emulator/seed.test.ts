import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createAppleInstallation,
  createAppleNotification,
  createAppleTemplateRegistrationDescription,
} from "@azure/notification-hubs";
import { describe, expect } from "vitest";
import { startEmulator } from "#emulator/start-emulator.ts";
import { sdkClient, test as base } from "./emulator-test.ts";

const test = base.extend<{ folder: string }>({
  folder: async ({ emulatorOptions }, use) => {
    expect(emulatorOptions).toBeDefined();
    const folder = await mkdtemp(join(tmpdir(), "emulator-"));
    await use(folder);
    await rm(folder, { recursive: true });
  },
});

const SEED = {
  hubs: [
    {
      name: "other",
      tier: "Basic" as const,
      installations: [{ installationId: "i1", platform: "apns", pushChannel: "00aa", tags: ["a"] }],
    },
  ],
};

describe("a seed", () => {
  test("brings hubs and installations, and what is there can be taken as one", async ({ emulator, client }) => {
    emulator.seed(SEED);
    await client.createRegistration(
      createAppleTemplateRegistrationDescription({
        deviceToken: "00bb",
        bodyTemplate: '{"a":"$(b)"}',
        tags: ["x"],
        apnsHeaders: { "apns-priority": "5" },
      }),
    );
    await sdkClient(emulator.connectionString, "other").sendNotification(
      createAppleNotification({ body: { aps: {} } }),
      { tagExpression: "a" },
    );
    expect(emulator.inbox()).toMatchObject([{ hub: "other", handle: "00AA" }]);
    const snapshot = emulator.snapshot();
    await using copy = await startEmulator({ hubs: [], seed: snapshot });
    expect(copy.snapshot()).toEqual(snapshot);
    expect(copy.installations("other")).toEqual(emulator.installations("other"));
  });

  test("that is wrong is refused with the reason", ({ emulator }) => {
    expect(() => emulator.seed({ hubs: [{ name: "$x" }] })).toThrow("is no name for a hub");
    expect(() => emulator.seed({ hubs: [{ name: "beckon", installations: [{ installationId: "i" }] }] })).toThrow(
      "platform must be a string",
    );
    expect(() => emulator.seed({ hubs: {} as never })).toThrow("hubs must be an array");
  });
});

describe("an emulator that persists", () => {
  test("has its installations and keys again after it was closed", async ({ folder }) => {
    const first = await startEmulator({ persistIn: folder });
    const key = first.rotateKey({ key: "secondary" });
    await sdkClient(first.connectionString).createOrUpdateInstallation(
      createAppleInstallation({ installationId: "i1", pushChannel: "00aa" }),
    );
    await first.close();
    await using second = await startEmulator({ persistIn: folder });
    expect(second.installations("beckon")).toMatchObject([{ installationId: "i1", pushChannel: "00AA" }]);
    expect(second.connectionStringFor("RootManageSharedAccessKey", { key: "secondary" })).toContain(key);
  });

  test("does not begin over a file that it cannot read", async ({ folder }) => {
    await writeFile(join(folder, "emulator.json"), "{");
    await expect(startEmulator({ persistIn: folder })).rejects.toThrow("cannot be read; move it away");
    expect(await readFile(join(folder, "emulator.json"), "utf8")).toBe("{");
  });
});
