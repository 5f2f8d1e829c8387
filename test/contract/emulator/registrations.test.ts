import {
  createAdmRegistrationDescription,
  createAppleInstallation,
  createAppleNotification,
  createAppleRegistrationDescription,
  createAppleTemplateRegistrationDescription,
  createBaiduRegistrationDescription,
  createBrowserRegistrationDescription,
  createFcmLegacyRegistrationDescription,
  createFcmV1RegistrationDescription,
  createFcmV1TemplateRegistrationDescription,
  createTemplateNotification,
  createWindowsRegistrationDescription,
  createWindowsTemplateRegistrationDescription,
  createXiaomiRegistrationDescription,
} from "@azure/notification-hubs";
import type { NotificationHubsClient, RegistrationChannel, RegistrationDescription } from "@azure/notification-hubs";
import { describe, expect } from "vitest";
import { test } from "./emulator-test.ts";

const TAGS = ["likes_football", "likes_hockey"];

const EVERY_KIND: [string, () => RegistrationDescription, RegistrationChannel | null][] = [
  [
    "Apple",
    () => createAppleRegistrationDescription({ deviceToken: "00fc13ad", tags: TAGS }),
    { kind: "apple", deviceToken: "00fc13ad" },
  ],
  [
    "FcmV1",
    () => createFcmV1RegistrationDescription({ fcmV1RegistrationId: "fcm-1" }),
    { kind: "fcmv1", fcmV1RegistrationId: "fcm-1" },
  ],
  [
    "Gcm",
    () => createFcmLegacyRegistrationDescription({ gcmRegistrationId: "gcm-1" }),
    { kind: "gcm", gcmRegistrationId: "gcm-1" },
  ],
  [
    "Adm",
    () => createAdmRegistrationDescription({ admRegistrationId: "adm-1" }),
    { kind: "adm", admRegistrationId: "adm-1" },
  ],
  [
    "Windows",
    () => createWindowsRegistrationDescription({ channelUri: "https://wns.example/?token=a%2fb&c=d" }),
    { kind: "windows", channelUri: "https://wns.example/?token=a%2fb&c=d" },
  ],
  [
    "Browser",
    () =>
      createBrowserRegistrationDescription({ endpoint: "https://push.example/a?b=c", p256dh: "key", auth: "secret" }),
    { kind: "browser", endpoint: "https://push.example/a?b=c", p256dh: "key", auth: "secret" },
  ],
  [
    "Baidu",
    () => createBaiduRegistrationDescription({ baiduUserId: "u", baiduChannelId: "c" }),
    { kind: "baidu", baiduUserId: "u", baiduChannelId: "c" },
  ],
  ["Xiaomi", () => createXiaomiRegistrationDescription({ xiaomiRegistrationId: "x" }), null],
];

async function all(list: AsyncIterable<RegistrationDescription>): Promise<RegistrationDescription[]> {
  const found: RegistrationDescription[] = [];
  for await (const each of list) found.push(each);
  return found;
}

const register = (
  client: NotificationHubsClient,
  deviceToken: string,
  tags?: string[],
): Promise<RegistrationDescription> =>
  client.createRegistration(createAppleRegistrationDescription({ deviceToken, ...(tags && { tags }) }));

describe("a registration", () => {
  test.for(EVERY_KIND)(
    "of kind %s is written, read, and found by its channel",
    async ([kind, create, channel], { client }) => {
      const created = await client.createRegistration(create());
      expect(created).toMatchObject({ kind, etag: "1", expirationTime: new Date("9999-12-31T23:59:59.999Z") });
      expect(created.registrationId).toMatch(/^\d+-\d+-\d+$/);
      const read = await client.getRegistration(created.registrationId ?? "");
      expect(read).toEqual(created);
      if (channel) expect(await all(client.listRegistrationsByChannel(channel))).toEqual([created]);
    },
  );

  test("has its token in upper case and its tags as they were, and no tags when there are none", async ({ client }) => {
    expect(await register(client, "00fc13ad", TAGS)).toMatchObject({ deviceToken: "00FC13AD", tags: TAGS });
    expect((await register(client, "00aa")).tags).toBeUndefined();
  });

  test("of a template keeps body, name, headers and variables, and renders", async ({ client, emulator }) => {
    const bodyTemplate = '{"aps":{"alert":"$(message) & ]]> <$(who)>"}}';
    const apple = await client.createRegistration(
      createAppleTemplateRegistrationDescription({
        deviceToken: "00aa",
        bodyTemplate,
        templateName: "greet",
        apnsHeaders: { "apns-priority": "5" },
        pushVariables: { who: "Ada" },
        tags: ["a"],
      }),
    );
    expect(apple).toMatchObject({
      kind: "AppleTemplate",
      bodyTemplate,
      templateName: "greet",
      apnsHeaders: { "apns-priority": expect.anything() },
      pushVariables: { who: "Ada" },
    });
    const windows = await client.createRegistration(
      createWindowsTemplateRegistrationDescription({
        channelUri: "https://wns.example/1",
        bodyTemplate: "<toast><text>$(message)</text></toast>",
        wnsHeaders: { "X-WNS-Type": "wns/toast" },
        tags: ["a"],
      }),
    );
    expect(windows).toMatchObject({ kind: "WindowsTemplate", wnsHeaders: { "X-WNS-Type": "wns/toast" } });
    await client.createRegistration(
      createFcmV1TemplateRegistrationDescription({
        fcmV1RegistrationId: "f",
        bodyTemplate: '{"message":{"data":{"m":"$(message)"}}}',
        tags: ["a"],
      }),
    );
    await client.sendNotification(createTemplateNotification({ body: { message: "Hi" } }), { tagExpression: "a" });
    expect(emulator.inbox().map((message) => message.body)).toEqual([
      '{"aps":{"alert":"Hi & ]]> <Ada>"}}',
      "<toast><text>Hi</text></toast>",
      '{"message":{"data":{"m":"Hi"}}}',
    ]);
    expect(emulator.inbox()[0]).toMatchObject({
      headers: { "apns-priority": "5" },
      template: "greet",
      registrationId: apple.registrationId,
      installationId: null,
    });
  });

  test("gets an id first and is written under it", async ({ client, emulator, raw }) => {
    const registrationId = await client.createRegistrationId();
    await expect(client.getRegistration(registrationId)).rejects.toMatchObject({ statusCode: 404 });
    const created = await client.createOrUpdateRegistration({
      ...createAppleRegistrationDescription({ deviceToken: "00aa" }),
      registrationId,
    });
    expect(created.registrationId).toBe(registrationId);
    expect(
      (await raw.send({ method: "POST", path: "registrationids/?api-version=2015-01" })).headers["location"],
    ).toMatch(new RegExp(`^https://${new URL(emulator.url).host}/beckon/registrationids/`));
    expect(
      (
        await client.createOrUpdateRegistration({
          ...createAppleRegistrationDescription({ deviceToken: "00bb" }),
          registrationId: "123-234-1",
        })
      ).registrationId,
    ).toBe("123-234-1");
  });

  test("counts its ETag up, and is updated and deleted only by those who know it", async ({ client }) => {
    const created = await register(client, "00aa");
    const id = created.registrationId ?? "";
    expect(await client.updateRegistration({ ...created, tags: ["a"] } as RegistrationDescription)).toMatchObject({
      etag: "2",
      tags: ["a"],
      registrationId: id,
    });
    await expect(client.updateRegistration({ ...created, etag: "1" } as RegistrationDescription)).rejects.toMatchObject(
      { statusCode: 412 },
    );
    expect(await client.createOrUpdateRegistration({ ...created })).toMatchObject({ etag: "3" });
    await expect(client.deleteRegistration(id, { etag: "1" })).rejects.toMatchObject({ statusCode: 412 });
    await client.deleteRegistration(id);
    await expect(client.deleteRegistration(id)).rejects.toMatchObject({ statusCode: 404 });
    await expect(client.updateRegistration({ ...created, registrationId: id })).rejects.toMatchObject({
      statusCode: 404,
    });
    await expect(client.getRegistration(id)).rejects.toMatchObject({
      statusCode: 404,
      message: expect.stringContaining("operations failed with: .TrackingId:"),
    });
  });

  test("is sent to by tag like an installation, and goes when the push service calls its handle gone", async ({
    client,
    emulator,
  }) => {
    const created = await register(client, "00aa", ["a"]);
    emulator.failNext({ outcome: "BadChannel" });
    await client.sendNotification(createAppleNotification({ body: { aps: {} } }), { tagExpression: "a" });
    await expect(client.getRegistration(created.registrationId ?? "")).rejects.toMatchObject({ statusCode: 404 });
  });

  test("answers with the recorded document", async ({ raw, emulator }) => {
    const body =
      '<?xml version="1.0" encoding="utf-8"?>\n<entry xmlns="http://www.w3.org/2005/Atom">\n <content type="application/xml">\n  <AppleRegistrationDescription xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.microsoft.com/netservices/2010/10/servicebus/connect">\n   <Tags>myTag, myOtherTag</Tags>\n   <DeviceToken>00aa</DeviceToken>\n  </AppleRegistrationDescription>\n </content>\n</entry>';
    const answer = await raw.send({
      method: "PUT",
      path: "registrations/1-2-3?api-version=2015-01",
      headers: { "Content-Type": "application/atom+xml;type=entry;charset=utf-8" },
      body,
    });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      etag: 'W/"1"',
      "content-location": `${emulator.url}/beckon/registrations/1-2-3?api-version=2015-01`,
    });
    expect(answer.body.replace(/<(published|updated)>[^<]+/g, "<$1>")).toBe(
      `<entry p1:etag="W/&quot;1&quot;" xmlns:p1="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata" xmlns="http://www.w3.org/2005/Atom"><id>${emulator.url}/beckon/registrations/1-2-3?api-version=2015-01</id><title type="text">1-2-3</title><published></published><updated></updated><link rel="self" href="${emulator.url}/beckon/registrations/1-2-3?api-version=2015-01"/><content type="application/xml"><AppleRegistrationDescription xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://schemas.microsoft.com/netservices/2010/10/servicebus/connect"><ETag>1</ETag><ExpirationTime>9999-12-31T23:59:59.9999999Z</ExpirationTime><RegistrationId>1-2-3</RegistrationId><Tags>myTag,myOtherTag</Tags><DeviceToken>00AA</DeviceToken></AppleRegistrationDescription></content></entry>`,
    );
  });

  const described = (inner: string): string =>
    `<entry xmlns="http://www.w3.org/2005/Atom"><content type="application/xml">${inner}</content></entry>`;
  test.for([
    ["is not XML", "{}", /./],
    ["is not closed", "<entry><content>", /not well-formed XML at line 1/],
    ["is no entry", "<a/>", /must be an Atom entry/],
    [
      "has an unknown kind",
      described("<PalmRegistrationDescription/>"),
      /known kind, not 'PalmRegistrationDescription'/,
    ],
    [
      "has no handle",
      described("<AppleRegistrationDescription><Tags>a</Tags></AppleRegistrationDescription>"),
      /needs the element DeviceToken/,
    ],
    [
      "has a template without a body",
      described(
        "<AppleTemplateRegistrationDescription><DeviceToken>00</DeviceToken></AppleTemplateRegistrationDescription>",
      ),
      /needs the element BodyTemplate/,
    ],
    [
      "has a bad tag",
      described(
        "<AppleRegistrationDescription><Tags>a b</Tags><DeviceToken>00</DeviceToken></AppleRegistrationDescription>",
      ),
      /An invalid tag\(s\) 'a b' was supplied\. Valid tag characters/,
    ],
    [
      "has 8,001 characters of tags",
      described(
        `<AppleRegistrationDescription><Tags>${Array.from({ length: 80 }, (_, i) => `${i}`.padStart(100, "x")).join(",")}</Tags><DeviceToken>00</DeviceToken></AppleRegistrationDescription>`,
      ),
      /Actual Size: '8079' and Max Allowed Size: '8000'/,
    ],
    [
      "has a Windows template without X-WNS-Type",
      described(
        "<WindowsTemplateRegistrationDescription><ChannelUri>https://a</ChannelUri><BodyTemplate>&lt;a/&gt;</BodyTemplate></WindowsTemplateRegistrationDescription>",
      ),
      /needs the header X-WNS-Type/,
    ],
    ["has a document type", '<!DOCTYPE a [<!ENTITY b "c">]><entry/>', /document type/],
  ] as const)("that %s is 400 with the reason", async ([, body, reason], { raw }) => {
    const answer = await raw.send({ method: "POST", path: "registrations", body });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatch(reason);
  });
});

describe("a list of registrations", () => {
  test("comes in pages, and every row once", async ({ client }) => {
    for (let i = 0; i < 25; i++) await register(client, (i + 16).toString(16), i % 2 ? ["odd"] : ["even"]);
    const pages: number[] = [];
    for await (const page of client.listRegistrations({ top: 10 }).byPage()) pages.push(page.length);
    expect(pages).toEqual([10, 10, 5]);
    const found = await all(client.listRegistrations({ top: 7 }));
    expect(new Set(found.map((each) => each.registrationId)).size).toBe(25);
    expect(await all(client.listRegistrationsByTag("ODD", { top: 5 }))).toHaveLength(12);
    expect(await all(client.listRegistrationsByTag("none"))).toEqual([]);
  });

  test("shows what an installation was made into", async ({ client }) => {
    await client.createOrUpdateInstallation(
      createAppleInstallation({
        installationId: "i1",
        userId: "u1",
        tags: ["a"],
        pushChannel: "00aa",
        templates: { greet: { body: '{"aps":{}}', headers: {}, tags: ["x"] } },
      }),
    );
    const found = await all(client.listRegistrationsByTag("$InstallationId:{i1}"));
    expect(found.map(({ kind, tags }) => ({ kind, tags }))).toEqual([
      { kind: "Apple", tags: ["$InstallationId:{i1}", "$UserId:{u1}", "a"] },
      { kind: "AppleTemplate", tags: ["$InstallationId:{i1}", "$UserId:{u1}", "a", "greet", "x"] },
    ]);
  });

  test("by channel finds a handle of any platform by ChannelUri, and refuses other queries", async ({
    client,
    raw,
  }) => {
    await register(client, "00aa");
    const found = await raw.send({
      method: "GET",
      path: `registrations?$filter=${encodeURIComponent("ChannelUri eq '00AA'")}`,
    });
    expect(found.body).toContain("<DeviceToken>00AA</DeviceToken>");
    for (const filter of ["Tags eq 'a'", "DeviceToken ne '00AA'", "DeviceToken", ""]) {
      const answer = await raw.send({ method: "GET", path: `registrations?$filter=${encodeURIComponent(filter)}` });
      expect(answer.status).toBe(400);
      expect(answer.body).toContain("support this query");
    }
    expect((await raw.send({ method: "GET", path: "registrations?$top=x" })).status).toBe(400);
    expect((await raw.send({ method: "GET", path: "registrations?continuationtoken=x" })).status).toBe(400);
  });
});
