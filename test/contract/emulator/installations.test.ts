import {
  createAppleInstallation,
  createBrowserInstallation,
  createFcmV1Installation,
  createWindowsInstallation,
} from "@azure/notification-hubs";
import type { JsonPatch } from "@azure/notification-hubs";
import { describe, expect } from "vitest";
import { test } from "./emulator-test.ts";

describe("an installation", () => {
  test("comes back as it was written, with what the service adds", async ({ client }) => {
    await client.createOrUpdateInstallation(
      createAppleInstallation({
        installationId: "i1",
        pushChannel: "00fc13ad",
        userId: "ada@example.com",
        tags: ["likes_football", "likes_hockey"],
        templates: {
          greet: { body: '{"aps":{"alert":"$(message)"}}', headers: { "apns-priority": "5" }, tags: ["x"] },
        },
        pushVariables: { name: "Ada" },
      }),
    );
    expect(await client.getInstallation("i1")).toEqual({
      installationId: "i1",
      platform: "apns",
      pushChannel: "00FC13AD",
      pushChannelExpired: false,
      expirationTime: "9999-12-31T23:59:59.9999999Z",
      userId: "ada@example.com",
      tags: ["likes_football", "likes_hockey"],
      templates: { greet: { body: '{"aps":{"alert":"$(message)"}}', headers: { "apns-priority": "5" }, tags: ["x"] } },
      pushVariables: { name: "Ada" },
    });
  });

  test("has only the five properties that are always there when nothing else was set", async ({ client }) => {
    await client.createOrUpdateInstallation(createFcmV1Installation({ installationId: "i1", pushChannel: "token" }));
    expect(Object.keys(await client.getInstallation("i1")).toSorted()).toEqual([
      "expirationTime",
      "installationId",
      "platform",
      "pushChannel",
      "pushChannelExpired",
    ]);
  });

  test("of a browser has an object as channel, also when it was sent as a JSON string", async ({ client, raw }) => {
    const channel = { endpoint: "https://push.example/1", p256dh: "key", auth: "secret" };
    await client.createOrUpdateInstallation(createBrowserInstallation({ installationId: "b1", pushChannel: channel }));
    const body = JSON.stringify({ installationId: "b2", platform: "Browser", pushChannel: JSON.stringify(channel) });
    await raw.send({ method: "PUT", path: "installations/b2", body });
    expect((await client.getInstallation("b1")).pushChannel).toEqual(channel);
    expect((await client.getInstallation("b2")).pushChannel).toEqual(channel);
  });

  test("is replaced whole by the next write", async ({ client }) => {
    await client.createOrUpdateInstallation(
      createFcmV1Installation({ installationId: "i1", pushChannel: "one", tags: ["a"], userId: "u" }),
    );
    await client.createOrUpdateInstallation(createFcmV1Installation({ installationId: "i1", pushChannel: "two" }));
    const installation = await client.getInstallation("i1");
    expect(installation).toMatchObject({ pushChannel: "two" });
    expect(installation).not.toHaveProperty("tags");
    expect(installation).not.toHaveProperty("userId");
  });

  test("is taken with its names in any case, as the documentation writes them", async ({ client, raw, emulator }) => {
    const body = JSON.stringify({
      InstallationID: "i1",
      UserID: "ada",
      PLATFORM: "GCM",
      pushchannel: "token",
      Tags: ["a"],
    });
    const answer = await raw.send({ method: "PUT", path: "installations/i1?api-version=2015-01", body });
    expect(answer.headers["content-location"]).toBe(`${emulator.url}/beckon/installations/i1?api-version=2015-01`);
    expect(await client.getInstallation("i1")).toMatchObject({ userId: "ada", platform: "gcm", tags: ["a"] });
  });

  test("may have a slash, a blank or braces in its id", async ({ client }) => {
    for (const installationId of ["a/b", "a b", "{c}", "beckon-1"]) {
      await client.createOrUpdateInstallation(createFcmV1Installation({ installationId, pushChannel: "token" }));
      expect((await client.getInstallation(installationId)).installationId).toBe(installationId);
    }
  });

  test("that is not there is 404 to read, 204 to delete", async ({ client, raw }) => {
    await expect(client.getInstallation("none")).rejects.toMatchObject({
      statusCode: 404,
      message: expect.stringMatching(
        /^operations failed with: Installation not found\.TrackingId:.+_G3,TimeStamp:\d+\/\d+\/\d{4} \d+:\d\d:\d\d [AP]M$/,
      ),
    });
    await client.deleteInstallation("none");
    expect((await raw.send({ method: "DELETE", path: "installations/none" })).status).toBe(204);
  });

  test("that is deleted is gone", async ({ client, emulator }) => {
    await client.createOrUpdateInstallation(createFcmV1Installation({ installationId: "i1", pushChannel: "token" }));
    expect(emulator.installations("beckon")).toHaveLength(1);
    await client.deleteInstallation("i1");
    await expect(client.getInstallation("i1")).rejects.toMatchObject({ statusCode: 404 });
    expect(emulator.installations("beckon")).toEqual([]);
  });

  test.for([
    ["is not JSON", "{", /not valid JSON/],
    ["is no object", "[]", /must be a JSON object/],
    ["has another id than the path", { installationId: "other" }, /differs from the id in the path/],
    ["has no platform", { platform: undefined }, /platform must be a string/],
    ["has an unknown platform", { platform: "palm" }, /platform 'palm' is not known/],
    ["has no channel", { pushChannel: undefined }, /pushChannel must be a string/],
    ["has a system tag", { tags: ["$mine"] }, /Tags can not start with \$/],
    ["has a tag with a blank", { tags: ["a b"] }, /An invalid tag\(s\) 'a b' was supplied/],
    ["has a bad user id", { userId: "a b" }, /userId 'a b'/],
    ["has a template without a body", { templates: { t: { headers: {} } } }, /templates\/t\/body/],
    [
      "has a Windows template without X-WNS-Type",
      { platform: "wns", templates: { t: { body: "<toast/>" } } },
      /X-WNS-Type/,
    ],
  ] as const)("that %s is refused with 400 and the reason", async ([, change, reason], { raw }) => {
    const body =
      typeof change === "string"
        ? change
        : JSON.stringify({ installationId: "i1", platform: "fcmv1", pushChannel: "token", ...change });
    const answer = await raw.send({ method: "PUT", path: "installations/i1", body });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatch(reason);
  });

  test("larger than 64 KB is 413", async ({ client }) => {
    const templates = { t: { body: "x".repeat(70_000), headers: {} } };
    await expect(
      client.createOrUpdateInstallation(createFcmV1Installation({ installationId: "i1", pushChannel: "t", templates })),
    ).rejects.toMatchObject({ statusCode: 413 });
  });
});

describe("a patch", () => {
  const patched = test.extend<{
    patch: (...operations: { op: string; path: string; value?: unknown }[]) => Promise<Record<string, unknown>>;
  }>({
    patch: async ({ client }, use) => {
      const templates = { toast: { body: "<toast/>", headers: { "X-WNS-Type": "wns/toast" } } };
      await client.createOrUpdateInstallation(
        createWindowsInstallation({
          installationId: "w1",
          pushChannel: "https://wns.example/1",
          tags: ["a", "b"],
          userId: "u1",
          templates,
        }),
      );
      await use(async (...operations) => {
        // The SDK's type says string where the documentation's operations take arrays and objects too.
        await client.updateInstallation("w1", operations as JsonPatch[]);
        return Object.fromEntries(Object.entries(await client.getInstallation("w1")));
      });
    },
  });

  patched("sets channel and user", async ({ patch }) => {
    const installation = await patch(
      { op: "replace", path: "/pushChannel", value: "https://wns.example/2" },
      { op: "add", path: "/userId", value: "u2" },
    );
    expect(installation).toMatchObject({ pushChannel: "https://wns.example/2", userId: "u2" });
    expect(await patch({ op: "remove", path: "/userId" })).not.toHaveProperty("userId");
  });

  patched("adds tags to the set, removes one by its value, and drops the property with the last", async ({ patch }) => {
    expect((await patch({ op: "add", path: "/tags", value: "c" }))["tags"]).toEqual(["a", "b", "c"]);
    expect((await patch({ op: "add", path: "/tags", value: ["C", "d"] }))["tags"]).toEqual(["a", "b", "c", "d"]);
    expect((await patch({ op: "remove", path: "/tags/b" }))["tags"]).toEqual(["a", "c", "d"]);
    expect((await patch({ op: "add", path: "/tags", value: '["d","e"]' }))["tags"]).toEqual(["a", "c", "d", "e"]);
    expect((await patch({ op: "replace", path: "/tags/D", value: "f" }))["tags"]).toEqual(["a", "c", "e", "f"]);
    expect((await patch({ op: "replace", path: "/tags", value: ["z"] }))["tags"]).toEqual(["z"]);
    expect(await patch({ op: "remove", path: "/tags/z" })).not.toHaveProperty("tags");
    expect((await patch({ op: "add", path: "/tags", value: "again" }))["tags"]).toEqual(["again"]);
  });

  patched("writes a template whole, as JSON string or object, and in parts", async ({ patch }) => {
    const template = { body: "<tile/>", headers: { "X-WNS-Type": "wns/tile" } };
    expect(
      (await patch({ op: "add", path: "/templates/one", value: JSON.stringify(template) }))["templates"],
    ).toMatchObject({ one: template });
    expect((await patch({ op: "replace", path: "/templates/two", value: template }))["templates"]).toMatchObject({
      two: template,
    });
    const changed = await patch(
      { op: "replace", path: "/templates/one/body", value: "<badge/>" },
      { op: "replace", path: "/templates/one/headers", value: JSON.stringify({ "x-wns-type": "wns/badge" }) },
      { op: "add", path: "/templates/one/tags", value: "t1" },
      { op: "remove", path: "/templates/two" },
      { op: "remove", path: "/templates/toast" },
    );
    expect(changed["templates"]).toEqual({
      one: { body: "<badge/>", headers: { "x-wns-type": "wns/badge" }, tags: ["t1"] },
    });
    expect(await patch({ op: "remove", path: "/templates/one" })).not.toHaveProperty("templates");
  });

  patched("writes a secondary tile and what is in it", async ({ patch }) => {
    const tile = { pushChannel: "https://wns.example/tile", tags: ["t"] };
    expect(
      (await patch({ op: "add", path: "/secondaryTiles/tile1", value: JSON.stringify(tile) }))["secondaryTiles"],
    ).toEqual({ tile1: tile });
    const changed = await patch(
      { op: "add", path: "/secondaryTiles/tile1/tags", value: "u" },
      { op: "replace", path: "/secondaryTiles/tile1/pushChannel", value: "https://wns.example/tile2" },
    );
    expect(changed["secondaryTiles"]).toEqual({
      tile1: { pushChannel: "https://wns.example/tile2", tags: ["t", "u"] },
    });
    expect(await patch({ op: "remove", path: "/secondaryTiles/tile1" })).not.toHaveProperty("secondaryTiles");
  });

  patched("is applied whole or not at all", async ({ patch, client }) => {
    await expect(
      patch({ op: "add", path: "/tags", value: "c" }, { op: "add", path: "/installationId", value: "other" }),
    ).rejects.toMatchObject({ statusCode: 400 });
    expect((await client.getInstallation("w1")).tags).toEqual(["a", "b"]);
  });

  patched("takes names such as __proto__ as names", async ({ patch }) => {
    const installation = await patch({
      op: "add",
      path: "/templates/__proto__",
      value: { body: "<a/>", headers: { "X-WNS-Type": "wns/raw" } },
    });
    expect(JSON.stringify(installation["templates"])).toContain("__proto__");
    expect(Object.prototype).not.toHaveProperty("body");
  });

  patched.for([
    [{ op: "move", path: "/tags", value: "c" }, /'move' is none of/],
    [{ op: "add", path: "/nothing", value: "c" }, /add \/nothing/],
    [{ op: "add", path: "/tags/c", value: "c" }, /add \/tags\/c/],
    [{ op: "remove", path: "/pushChannel" }, /remove \/pushChannel/],
    [{ op: "replace", path: "/templates/none/body", value: "c" }, /no template 'none'/],
    [{ op: "replace", path: "/templates/toast/headers", value: "{" }, /not valid JSON/],
    [{ op: "replace", path: "/templates/toast/headers", value: {} }, /X-WNS-Type/],
    [{ op: "add", path: "/tags", value: 7 }, /array of strings/],
    [{ op: "add" }, /path of operation 0/],
  ] as const)("that cannot be, %o, is 400 with the reason", async ([operation, reason], { raw, patch }) => {
    expect(patch).toBeDefined();
    const answer = await raw.send({
      method: "PATCH",
      path: "installations/w1",
      headers: { "Content-Type": "application/json-patch+json" },
      body: JSON.stringify([operation]),
    });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatch(reason);
  });

  patched("of an installation that is not there is 404", async ({ client }) => {
    await expect(client.updateInstallation("none", [])).rejects.toMatchObject({ statusCode: 404 });
  });
});
