import {
  createAppleInstallation,
  createAppleNotification,
  createAppleRegistrationDescription,
  createAppleTemplateRegistrationDescription,
} from "@azure/notification-hubs";
import { describe, expect } from "vitest";
import { sdkClient, test as base } from "./emulator-test.ts";

const PUSH = createAppleNotification({ body: { aps: { alert: "hello" } } });

const test = base.extend<{ warned: () => readonly string[] }>({
  warned: ({ emulator }, use) => use(() => emulator.requests().at(-1)?.warnings ?? []),
});

describe("the log warns a client that", () => {
  test("broadcasts with enableTestSend, which goes to the tag 'undefined'", async ({ client, emulator, warned }) => {
    await client.createOrUpdateInstallation(createAppleInstallation({ installationId: "i1", pushChannel: "00aa" }));
    for (const enableTestSend of [false, true]) {
      await client.sendBroadcastNotification(PUSH, { enableTestSend });
      expect(warned()).toEqual([expect.stringContaining('The SDK sent the tag "undefined"')]);
    }
    expect(emulator.inbox()).toEqual([]);
  });

  test("sends to an empty tag", async ({ raw, warned }) => {
    const headers = {
      "ServiceBusNotification-Format": "apple",
      "ServiceBusNotification-Tags": "",
      "Content-Type": "application/json",
    };
    await raw.send({ method: "POST", path: "messages?api-version=2020-06", headers, body: "{}" });
    expect(warned()).toEqual([expect.stringContaining("matches nobody")]);
  });

  test("uses a registration again after the SDK has taken its id away", async ({ client, warned }) => {
    const registration = { ...createAppleRegistrationDescription({ deviceToken: "00aa" }), registrationId: "1-2-3" };
    await client.createOrUpdateRegistration(registration);
    expect(warned()).toEqual([]);
    await client.createOrUpdateRegistration(registration);
    expect(warned()).toEqual([expect.stringContaining('The registration id is "undefined"')]);
  });

  test("gives a template's expiry as a JavaScript date", async ({ client, warned }) => {
    const description = createAppleTemplateRegistrationDescription({
      deviceToken: "00aa",
      bodyTemplate: '{"a":"b"}',
      expiry: new Date(0) as never,
    });
    await client.createRegistration(description);
    expect(warned()).toEqual([expect.stringContaining("expiry of the template")]);
  });

  test("lists Baidu registrations by channel, whose filter lacks a quotation mark", async ({ client, warned }) => {
    for await (const each of client.listRegistrationsByChannel({
      kind: "baidu",
      baiduUserId: "u",
      baiduChannelId: "c",
    }))
      expect(each).toBeUndefined();
    expect(warned()).toEqual([expect.stringContaining("quotation mark")]);
  });

  test("sends no api-version", async ({ raw, warned }) => {
    await raw.send({ method: "GET", path: "installations/i1" });
    expect(warned()).toEqual([expect.stringContaining("api-version")]);
  });

  test("repeats a send that had done its work", async ({ emulator, warned }) => {
    emulator.failNext({ operation: "send", reset: "after" });
    await sdkClient(emulator.connectionString, "beckon", 1).sendNotification(PUSH, { deviceHandle: "00aa" });
    expect(emulator.inbox()).toHaveLength(2);
    expect(warned()).toEqual([expect.stringContaining("The SDK tries request 1 again")]);
  });
});

test("templates of several lines arrive on one: the SDK takes line feeds out of its XML", async ({ client }) => {
  const created = await client.createRegistration(
    createAppleTemplateRegistrationDescription({ deviceToken: "00aa", bodyTemplate: '{\n  "a": "b"\n}' }),
  );
  expect(created).toMatchObject({ bodyTemplate: '{  "a": "b"}' });
});
