import { createAppleInstallation, createAppleNotification, createFcmV1Installation } from "@azure/notification-hubs";
import { describe, expect } from "vitest";
import { sdkClient, test as base } from "./emulator-test.ts";

interface Control {
  get(path: string): Promise<Record<string, unknown>>;
  post(path: string, body?: unknown): Promise<Response>;
}

const PUSH = createAppleNotification({ body: { aps: { alert: "hello" } } });

const test = base.extend<{ control: Control }>({
  control: async ({ emulator, client }, use) => {
    await client.createOrUpdateInstallation(
      createAppleInstallation({
        installationId: "i1",
        userId: "ada",
        pushChannel: "00aa",
        tags: ["paris"],
        templates: { t: { body: '{"a":"$(b)"}', headers: {} } },
      }),
    );
    await client.createOrUpdateInstallation(
      createFcmV1Installation({ installationId: "i2", userId: "bob", pushChannel: "token", tags: ["paris"] }),
    );
    await use({
      get: async (path) => (await (await fetch(`${emulator.url}/$emulator/${path}`)).json()) as Record<string, unknown>,
      post: (path, body) =>
        fetch(`${emulator.url}/$emulator/${path}`, {
          method: "POST",
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
    });
  },
});

describe("control", () => {
  test("lists hubs, registrations and sends, and creates a hub", async ({ control, client, emulator }) => {
    await client.sendNotification(PUSH, { tagExpression: "paris" });
    expect(await control.get("hubs")).toMatchObject({
      hubs: [{ name: "beckon", tier: "Standard", installations: 2, registrations: 3, notifications: 1 }],
    });
    expect(await control.get("hubs/beckon/registrations?tag=%24UserId%3A%7Bada%7D")).toMatchObject({
      registrations: [{ kind: "Apple" }, { kind: "AppleTemplate" }],
    });
    expect(await control.get("hubs/beckon/notifications")).toMatchObject({
      notifications: [{ state: "Completed", outcomes: [{ platform: "apple", outcome: "Success", count: 1 }] }],
    });
    expect((await control.post("hubs", { name: "new", tier: "Basic" })).status).toBe(201);
    expect((await control.post("hubs", { name: "new" })).status).toBe(400);
    await sdkClient(emulator.connectionString, "new").deleteInstallation("x");
  });

  test("explains who an expression reaches, and why not the others", async ({ control }) => {
    const query = new URLSearchParams({ expression: "paris && !$UserId:{cleo} || rome", platform: "apns" });
    expect(await control.get(`hubs/beckon/explain?${query.toString()}`)).toMatchObject({
      readAs: "((paris && !$UserId:{cleo}) || rome)",
      reached: 1,
      tags: [
        { tag: "paris", registrations: 3 },
        { tag: "$UserId:{cleo}", registrations: 0 },
        { tag: "rome", registrations: 0 },
      ],
      registrations: [
        { installationId: "i1", kind: "Apple", reached: true, why: "has paris; lacks $UserId:{cleo}, rome" },
        {
          kind: "AppleTemplate",
          reached: false,
          why: "is of kind AppleTemplate, though the expression is true for it",
        },
        { installationId: "i2", reached: false },
      ],
    });
    expect(await control.get("hubs/beckon/explain?expression=%28")).toMatchObject({
      error: { message: expect.stringContaining("not valid at character 2") },
    });
  });

  test("logs requests without keys and signatures, and streams them", async ({ control, emulator, client }) => {
    await client.getInstallation("none").catch(() => undefined);
    const { requests } = (await control.get("requests")) as { requests: Record<string, unknown>[] };
    expect(requests.at(-1)).toMatchObject({
      operation: "getInstallation",
      status: 404,
      policy: "RootManageSharedAccessKey",
      detail: "Installation not found",
    });
    expect(JSON.stringify(requests)).not.toMatch(/sig=|SharedAccessSignature|SharedAccessKey=/);
    const stream = await fetch(`${emulator.url}/$emulator/requests/stream`, { headers: { "Last-Event-ID": "2" } });
    const { value } = (await stream.body?.pipeThrough(new TextDecoderStream()).getReader().read()) ?? {};
    expect(value).toContain("retry: 500");
  });

  test("moves the clock, also for tokens when told so", async ({ control, raw, emulator }) => {
    const token = raw.token();
    expect((await control.post("clock", { advanceMs: 7_200_000 })).status).toBe(200);
    expect(Date.parse(String((await control.get("clock"))["now"]))).toBeGreaterThan(Date.now() + 7_000_000);
    const read = { method: "GET", path: "installations/i1", authorization: token };
    expect((await raw.send(read)).status).toBe(200);
    emulator.advanceTime(7_200_000, { tokens: true });
    expect((await raw.send(read)).body).toContain("ExpiredToken");
    expect((await control.post("clock", { advanceMs: -1 })).status).toBe(400);
  });

  test("takes devices away, seeds and gives snapshots", async ({ control, client, emulator }) => {
    await control.post("devices", { handle: "00aa", online: false });
    await client.sendNotification(PUSH, { tagExpression: "paris" });
    expect(await control.get("devices")).toEqual({ away: [{ handle: "00aa", held: 1 }] });
    await control.post("devices", { handle: "00aa", online: true });
    expect(emulator.inbox()).toHaveLength(1);
    const snapshot = await control.get("snapshot");
    await control.post("reset");
    expect((await control.post("seed", snapshot)).status).toBe(204);
    expect(await control.get("snapshot")).toEqual(snapshot);
    expect((await control.post("seed", { hubs: 1 })).status).toBe(400);
  });

  test("has a page, with a policy that lets it load nothing else", async ({ emulator }) => {
    const page = await fetch(`${emulator.url}/$emulator`);
    expect(page.url).toBe(`${emulator.url}/$emulator/`);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const html = await page.text();
    for (const [, file] of html.matchAll(/(?:src|href)="(page\.\w+)"/g))
      expect((await fetch(`${emulator.url}/$emulator/${file}`)).status).toBe(200);
    expect((await fetch(`${emulator.url}/$emulator/page/page.html`)).status).toBe(404);
  });
});
