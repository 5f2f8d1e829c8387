import { readFile } from "node:fs/promises";
import * as sdk from "@azure/notification-hubs";
import * as api from "@azure/notification-hubs/api";
import { describe, expect } from "vitest";
import { OPERATION_RIGHTS } from "#emulator/wire/operation.ts";
import { HUB, test } from "./emulator-test.ts";

const readme = await readFile("src/emulator/README.md", "utf8");

/** One value for every property that a helper of the SDK asks for, whatever it makes. */
const ANYTHING = {
  installationId: "i1",
  pushChannel: "00fc13ad",
  deviceToken: "00fc13ad",
  fcmV1RegistrationId: "a",
  gcmRegistrationId: "a",
  channelUri: "https://wns.example/1",
  admRegistrationId: "a",
  baiduUserId: "u",
  baiduChannelId: "c",
  xiaomiRegistrationId: "x",
  endpoint: "https://push.example/1",
  p256dh: "k",
  auth: "s",
  body: "{}",
  tags: ["a"],
};

/** The functions of the SDK whose names fit, as makers of what such functions make. */
function helpers<Made>(pattern: RegExp): [string, (argument: unknown) => Made][] {
  return Object.entries(sdk).filter(
    (entry): entry is [string, (argument: unknown) => never] =>
      typeof entry[1] === "function" && pattern.test(entry[0]),
  );
}

describe("the support matrix", () => {
  test("has every function that the SDK exports, and every method of its client", () => {
    const methods = Object.getOwnPropertyNames(sdk.NotificationHubsClient.prototype).filter(
      (name) => name !== "constructor",
    );
    const exported = [...Object.keys(sdk), ...Object.keys(api), ...methods];
    expect(exported.length).toBeGreaterThan(90);
    expect(exported.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });

  test("gives each operation a status and promises nothing that has no handler", () => {
    const rows = [...readme.matchAll(/^\| (`.+?) \| (full|partial|not modelled) \|/gm)];
    const named = rows.flatMap(([, names = ""]) => names.replaceAll("`", "").split(", "));
    const operations = Object.keys(OPERATION_RIGHTS).filter(
      (name) => !["sendDirectNotification", "sendBatchNotification"].includes(name),
    );
    expect(named).toEqual(expect.arrayContaining(operations));
  });
});

describe("what the SDK's helpers make is taken", () => {
  test.for(helpers<sdk.Installation>(/^create\w+Installation$/))(
    "by createOrUpdateInstallation: %s",
    async ([name, create], { client }) => {
      const pushChannel = name.includes("Browser")
        ? { endpoint: "https://push.example/1", p256dh: "k", auth: "s" }
        : ANYTHING.pushChannel;
      const installation = create({ installationId: "i1", pushChannel });
      await client.createOrUpdateInstallation(installation);
      expect(await client.getInstallation("i1")).toMatchObject({ platform: installation.platform });
    },
  );

  test.for(helpers<sdk.RegistrationDescription>(/^create\w+RegistrationDescription$/))(
    "by createRegistration: %s",
    async ([name, create], { client }) => {
      const bodyTemplate = name.includes("Windows") ? "<toast><text>$(m)</text></toast>" : '{"m":"$(m)"}';
      const description = create({
        ...ANYTHING,
        bodyTemplate,
        wnsHeaders: { "X-WNS-Type": "wns/toast" },
      });
      const created = await client.createRegistration(description);
      expect(await client.getRegistration(created.registrationId ?? "")).toMatchObject({
        kind: description.kind,
        tags: ["a"],
      });
    },
  );

  test.for(helpers<sdk.Notification>(/^create\w+Notification$/))(
    "by sendNotification: %s",
    async ([name, create], { client }) => {
      const body = /Windows(?!Raw)/.test(name) ? "<toast/>" : '{"a":"b"}';
      const sent = await client.sendNotification(
        create({ body, contentType: "application/xml", headers: { "X-WNS-Type": "wns/toast" } }),
        {
          tagExpression: "a",
        },
      );
      expect(sent.location).toContain(`/${HUB}/messages/`);
    },
  );
});
