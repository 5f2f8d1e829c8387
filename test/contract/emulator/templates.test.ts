import {
  createAppleInstallation,
  createAppleNotification,
  createFcmV1Installation,
  createTemplateNotification,
  createWindowsInstallation,
} from "@azure/notification-hubs";
import { describe, expect } from "vitest";
import { compileTemplate } from "#emulator/template/compile-template.ts";
import { test } from "./emulator-test.ts";

const render = (syntax: "json" | "xml" | "text", body: string, properties: Record<string, string> = {}): string =>
  compileTemplate(syntax, body)((name) => properties[name]);

describe("an expression", () => {
  const properties = {
    title: "This is the title line",
    name: 'Ada "A" <ada> & co',
    badge: "40",
    url: "a b/ü",
    ver: "01",
  };

  test.for([
    ['{"a":"$(title)"}', '{"a":"This is the title line"}'],
    ['{ "a" : "$(TITLE)" }', '{ "a" : "This is the title line" }'],
    ['{"a":"$(title, 7)"}', '{"a":"This is"}'],
    ['{"a":".(title, 20)"}', '{"a":"This is the title..."}'],
    ['{"a":".(title, 22)"}', '{"a":"This is the title line"}'],
    ['{"a":".(title, 2)"}', '{"a":".."}'],
    ['{"a":"%(url)"}', '{"a":"a%20b%2F%C3%BC"}'],
    ['{"a":"#(badge)"}', '{"a":40}'],
    ['{"a":"{#(badge)}"}', '{"a":"40"}'],
    ['{"a":"#(ver)"}', '{"a":"01"}'],
    ['{"a":"#(none)"}', '{"a":""}'],
    ['{"a":"$(badge)"}', '{"a":"40"}'],
    ['{"a":"$(none)"}', '{"a":""}'],
    ['{"a":"$(none:{nobody})"}', '{"a":"nobody"}'],
    [`{"a":"{'Hi ' + $(badge) + \\"!\\"}"}`, '{"a":"Hi 40!"}'],
    [`{"a":"{'it''s ' + $(badge)}"}`, `{"a":"it's 40"}`],
    ['{"a":"{\'only\'}"}', '{"a":"only"}'],
    ['{"a":"Hello $(badge), and $(title, 4)"}', '{"a":"Hello 40, and This"}'],
    ['{"a":"$(name)"}', '{"a":"Ada \\"A\\" <ada> & co"}'],
    ['{"$(title)":"{plain}","b":[1,"x"]}', '{"$(title)":"{plain}","b":[1,"x"]}'],
  ] as const)("in JSON, %s becomes %s", ([template, expected]) => {
    expect(render("json", template, properties)).toBe(expected);
  });

  test.for([
    ['<t a="$(badge)">$(name)</t>', '<t a="40">Ada &quot;A&quot; &lt;ada&gt; &amp; co</t>'],
    ["<t a='$(name)'/>", '<t a="Ada &quot;A&quot; &lt;ada&gt; &amp; co"/>'],
    ["<t a='$'><!-- $(title) -->&amp; x</t>", "<t a='$'><!-- $(title) -->&amp; x</t>"],
    ["<t>{&apos;Hi &apos; + $(badge)}</t>", "<t>Hi 40</t>"],
    ["<t><![CDATA[$(name)]]></t>", '<t><![CDATA[Ada "A" <ada> & co]]></t>'],
    ["<t>#(badge)</t>", "<t>40</t>"],
  ] as const)("in XML, %s becomes %s", ([template, expected]) => {
    expect(render("xml", template, properties)).toBe(expected);
  });

  test("in a raw template is not escaped", () => {
    expect(render("text", "say $(name)", properties)).toBe('say Ada "A" <ada> & co');
  });

  test.for([
    ["json", '{"a":"$(b"}', /not valid at character 1: an expression/],
    ["json", '{"a":"$(b c)"}', /not valid at character 1/],
    ["json", '{"a":"{$(b) $(c)}"}', /not valid at character 7: a \+ was expected/],
    ["json", '{"a":"{$(b) + }"}', /not valid at character 9/],
    ["json", '{"a":".(b)"}', /needs a length/],
    ["json", '{"a":', /not valid JSON/],
    ["xml", '<tile><binding $(property)><text id="1">Seattle, WA</text></binding></tile>', /not well-formed XML/],
    ["xml", "<a>", /not well-formed XML at line 1/],
    ["xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', /document type/],
  ] as const)("that is wrong in %s, %s, is refused", ([syntax, template, reason]) => {
    expect(() => compileTemplate(syntax, template)).toThrow(reason);
  });
});

describe("a template notification", () => {
  test("renders once for each template of every platform, with its headers and variables", async ({
    client,
    emulator,
  }) => {
    await client.createOrUpdateInstallation(
      createAppleInstallation({
        installationId: "i1",
        pushChannel: "00aa",
        tags: ["a"],
        pushVariables: { Who: "Ada", message: "never seen" },
        templates: {
          greet: {
            body: '{"aps":{"alert":"{$(message) + \', \' + $(who)}","badge":"#(count)"}}',
            headers: { "apns-priority": "$(priority)" },
          },
          other: { body: '{"aps":{"alert":"second"}}', headers: {}, tags: ["news"] },
        },
      }),
    );
    await client.createOrUpdateInstallation(
      createWindowsInstallation({
        installationId: "w1",
        pushChannel: "https://wns.example/1",
        tags: ["a"],
        templates: {
          toast: { body: "<toast><text>$(message)</text></toast>", headers: { "X-WNS-Type": "wns/toast" } },
        },
      }),
    );
    const sent = await client.sendNotification(
      createTemplateNotification({ body: { message: "Hello <you>", count: "3", priority: "5" } }),
      { tagExpression: "a" },
    );
    expect(
      emulator.inbox().map(({ platform, template, body, headers }) => ({ platform, template, body, headers })),
    ).toEqual([
      {
        platform: "apple",
        template: "greet",
        body: '{"aps":{"alert":"Hello <you>, Ada","badge":3}}',
        headers: { "apns-priority": "5" },
      },
      { platform: "apple", template: "other", body: '{"aps":{"alert":"second"}}', headers: {} },
      {
        platform: "windows",
        template: "toast",
        body: "<toast><text>Hello &lt;you&gt;</text></toast>",
        headers: { "X-WNS-Type": "wns/toast" },
      },
    ]);
    const details = await client.getNotificationOutcomeDetails(sent.notificationId ?? "");
    expect(details).toMatchObject({
      state: "Completed",
      targetPlatforms: "appletemplate,windowstemplate",
      apnsOutcomeCounts: [{ state: "Success", count: 2 }],
      wnsOutcomeCounts: [{ state: "Success", count: 1 }],
    });
  });

  test("is addressed by a template's name and tags, and never reaches native registrations", async ({
    client,
    emulator,
  }) => {
    const templates = { greet: { body: '{"message":{"data":{"m":"$(m)"}}}', headers: {}, tags: ["news"] } };
    await client.createOrUpdateInstallation(
      createFcmV1Installation({ installationId: "i1", pushChannel: "token", templates }),
    );
    for (const tagExpression of ["greet", "news", "$InstallationId:{i1}"])
      await client.sendNotification(createTemplateNotification({ body: { m: tagExpression } }), { tagExpression });
    expect(emulator.inbox().map((message) => [message.template, message.body])).toEqual([
      ["greet", '{"message":{"data":{"m":"greet"}}}'],
      ["greet", '{"message":{"data":{"m":"news"}}}'],
      ["greet", '{"message":{"data":{"m":"$InstallationId:{i1}"}}}'],
    ]);
    await client.updateInstallation("i1", [{ op: "remove", path: "/templates/greet" }]);
    const { notificationId = "" } = await client.sendBroadcastNotification(
      createTemplateNotification({ body: { m: "x" } }),
    );
    expect(await client.getNotificationOutcomeDetails(notificationId)).toMatchObject({
      state: "NoTargetFound",
      targetPlatforms: "template",
    });
  });

  test("that is not an object of strings is 400", async ({ raw }) => {
    for (const body of ["[]", '{"a":1}', '"x"', "{"]) {
      const answer = await raw.send({
        method: "POST",
        path: "messages",
        headers: { "ServiceBusNotification-Format": "template", "Content-Type": "application/json" },
        body,
      });
      expect(answer.status).toBe(400);
    }
  });

  test("whose template cannot be rendered is refused when it is registered", async ({ client }) => {
    const install = (body: string): Promise<unknown> =>
      client.createOrUpdateInstallation(
        createAppleInstallation({ installationId: "i1", pushChannel: "00aa", templates: { t: { body, headers: {} } } }),
      );
    await expect(install('{"a":"$("}')).rejects.toMatchObject({ statusCode: 400 });
    await expect(install("<a/>")).rejects.toMatchObject({ statusCode: 400 });
  });

  test("has an expiry that becomes APNs' own header, as the older header of a native send does", async ({
    client,
    emulator,
  }) => {
    const templates = { t: { body: '{"aps":{}}', headers: {}, expiry: "$(until)" } };
    await client.createOrUpdateInstallation(
      createAppleInstallation({ installationId: "i1", pushChannel: "00aa", templates }),
    );
    await client.sendBroadcastNotification(createTemplateNotification({ body: { until: "2030-01-01T00:00:00Z" } }));
    const headers = { "ServiceBusNotification-Apns-Expiry": "2030-01-01T00:00:00Z" };
    await client.sendBroadcastNotification(createAppleNotification({ body: { aps: {} }, headers }));
    expect(emulator.inbox().map((message) => message.headers)).toEqual([
      { "apns-expiration": "1893456000" },
      { "apns-expiration": "1893456000" },
    ]);
  });
});
