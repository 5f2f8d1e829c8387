import { createAppleInstallation, createAppleNotification } from "@azure/notification-hubs";
import { describe, expect } from "vitest";
import { startEmulator } from "#emulator/start-emulator.ts";
import { sdkClient, test } from "./emulator-test.ts";

const READ = { method: "GET", path: "installations/none?api-version=2020-06" };

describe("a token", () => {
  test("that the SDK mints is taken, and an answer carries both ids", async ({ client }) => {
    const answer = await client.createOrUpdateInstallation(
      createAppleInstallation({ installationId: "i1", pushChannel: "00fc13ad" }),
    );
    expect(answer.trackingId).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.correlationId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("is refused with 401 and the reason when it is missing, forged, expired, or for another resource", async ({
    raw,
  }) => {
    const detail = async (authorization: string | null): Promise<[number, string]> => {
      const answer = await raw.send({ ...READ, authorization });
      expect(answer.headers["content-type"]).toBe("application/xml; charset=utf-8");
      return [answer.status, /<Detail>([^:]+):/.exec(answer.body)?.[1] ?? answer.body];
    };
    expect(await detail(null)).toEqual([401, "MissingToken"]);
    expect(await detail("Bearer abc")).toEqual([401, "MissingToken"]);
    expect(await detail("SharedAccessSignature nothing")).toEqual([401, "MalformedToken"]);
    expect(await detail(raw.token({ key: "another" }))).toEqual([401, "InvalidSignature"]);
    expect(await detail(raw.token({ policy: "nobody" }))).toEqual([401, "InvalidSignature"]);
    expect(await detail(raw.token({ expiresAt: 1_400_000_000 }))).toEqual([401, "ExpiredToken"]);
    expect(await detail(raw.token({ audience: "http://elsewhere/" }))).toEqual([401, "InvalidAudience"]);
  });

  test("may name the namespace, the hub or the request, in any case, scheme and way of escaping", async ({
    raw,
    emulator,
  }) => {
    const lowerEscapes = (text: string): string =>
      encodeURIComponent(text).replace(/%[0-9A-F]{2}/g, (each) => each.toLowerCase());
    const audiences = [
      `${emulator.url}/`,
      emulator.url,
      `${emulator.url}/BECKON`,
      `${emulator.url.replace("http", "sb")}/beckon/`,
      `${emulator.url.replace("127.0.0.1", "localhost")}/beckon/installations/none?api-version=2020-06`,
    ];
    for (const audience of audiences) {
      expect((await raw.send({ ...READ, authorization: raw.token({ audience }) })).status, audience).toBe(404);
      expect(
        (await raw.send({ ...READ, authorization: raw.token({ audience, escape: lowerEscapes }) })).status,
        audience,
      ).toBe(404);
    }
    expect((await raw.send({ ...READ, authorization: raw.token({ audience: `${emulator.url}/beck` }) })).status).toBe(
      401,
    );
  });

  test("signed with either key works until that key is rotated", async ({ emulator }) => {
    const [primary, secondary] = (["primary", "secondary"] as const).map((key) =>
      sdkClient(emulator.connectionStringFor("RootManageSharedAccessKey", { key })),
    );
    await primary?.deleteInstallation("i1");
    emulator.rotateKey();
    await expect(primary?.deleteInstallation("i1")).rejects.toThrow(
      "operations failed with: InvalidSignature: The token has an invalid signature.TrackingId:",
    );
    await secondary?.deleteInstallation("i1");
    await sdkClient(emulator.connectionString).deleteInstallation("i1");
  });
});

describe("a right", () => {
  test("to listen is enough to install and not to send: that is 403 with an empty body", async ({ emulator }) => {
    const listener = sdkClient(emulator.connectionStringFor("DefaultListenSharedAccessSignature", { hub: "beckon" }));
    await listener.createOrUpdateInstallation(
      createAppleInstallation({ installationId: "i1", pushChannel: "00fc13ad" }),
    );
    await expect(
      listener.sendNotification(createAppleNotification({ body: { aps: {} } }), { tagExpression: "a" }),
    ).rejects.toMatchObject({ statusCode: 403, message: "operation failed with status 403" });
  });

  test("to send is not one to install", async () => {
    await using sender = await startEmulator({ policies: [{ name: "backend", rights: ["Send"] }] });
    const client = sdkClient(sender.connectionStringFor("backend"));
    await client.sendNotification(createAppleNotification({ body: { aps: {} } }), { tagExpression: "a" });
    await expect(client.deleteInstallation("i1")).rejects.toMatchObject({ statusCode: 403 });
  });
});

test("an unknown hub is 404, an unknown resource 404, a wrong method 405", async ({ emulator, raw }) => {
  await expect(sdkClient(emulator.connectionString, "nowhere").deleteInstallation("i1")).rejects.toMatchObject({
    statusCode: 404,
  });
  expect((await raw.send({ method: "GET", path: "nothing" })).status).toBe(404);
  expect((await raw.send({ method: "GET", path: "/" })).status).toBe(404);
  expect((await raw.send({ method: "PUT", path: "messages" })).status).toBe(405);
  expect((await raw.send({ method: "GET", path: "installations/%ZZ" })).status).toBe(400);
});
