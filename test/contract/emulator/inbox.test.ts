import {
  createAppleNotification,
  createBrowserInstallation,
  createBrowserNotification,
  createFcmV1Installation,
  createFcmV1Notification,
} from "@azure/notification-hubs";
import { describe, expect } from "vitest";
import type { DeliveredMessage } from "#emulator/devices/delivered-message.ts";
import { startEmulator } from "#emulator/start-emulator.ts";
import { sdkClient, test } from "./emulator-test.ts";
import { rawRequest } from "./raw-hub.ts";

interface InboxPage {
  messages: DeliveredMessage[];
  next: number;
}

const push = (alert: string): ReturnType<typeof createAppleNotification> =>
  createAppleNotification({ body: { aps: { alert } } });

const inbox = test.extend<{
  read: (query: string) => Promise<InboxPage>;
  send: (alert: string, deviceHandle: string) => Promise<unknown>;
}>({
  read: ({ emulator }, use) =>
    use(async (query) => (await (await fetch(`${emulator.url}/$emulator/inbox?${query}`)).json()) as InboxPage),
  send: ({ client }, use) => use((alert, deviceHandle) => client.sendNotification(push(alert), { deviceHandle })),
});

describe("the inbox over HTTP", () => {
  inbox("is read by handle and platform, and on from where one was", async ({ read, send, client }) => {
    await send("1", "00aa");
    await send("2", "00bb");
    await client.sendNotification(createFcmV1Notification({ body: '{"message":{}}' }), { deviceHandle: "00AA" });
    const page = await read("handle=00aa&platform=apns&hub=beckon");
    expect(page.messages.map((message) => message.body)).toEqual(['{"aps":{"alert":"1"}}']);
    expect(page.next).toBe(3);
    await send("4", "00aa");
    expect(
      (await read(`handle=00AA&platform=apple&after=${page.next}`)).messages.map((message) => message.sequence),
    ).toEqual([4]);
    expect((await read("hub=other")).messages).toEqual([]);
  });

  inbox(
    "is waited on: the answer comes with the first message, or empty when the wait is over",
    async ({ read, send }) => {
      const waiting = read("handle=00aa&waitMs=5000");
      await send("other", "00bb");
      await send("mine", "00aa");
      expect((await waiting).messages.map((message) => message.body)).toEqual(['{"aps":{"alert":"mine"}}']);
      expect(await read("handle=00cc&waitMs=20")).toEqual({ messages: [], next: 2 });
    },
  );

  inbox(
    "begins again for an `after` that it never gave out: the emulator was restarted since",
    async ({ read, send }) => {
      await send("1", "00aa");
      expect((await read("after=4711")).messages).toHaveLength(1);
    },
  );

  inbox("refuses an `after` that is no number", async ({ emulator }) => {
    expect((await fetch(`${emulator.url}/$emulator/inbox?after=x`)).status).toBe(400);
  });

  inbox("is streamed, and resumed after the last event that one has", async ({ emulator, send }) => {
    await send("1", "00aa");
    const events = await follow(`${emulator.url}/$emulator/inbox/stream?handle=00aa`);
    expect(await events.next()).toEqual({ id: 1, alert: "1" });
    await send("other", "00bb");
    await send("3", "00aa");
    expect(await events.next()).toEqual({ id: 3, alert: "3" });
    await events.close();
    await send("4", "00aa");
    const resumed = await follow(`${emulator.url}/$emulator/inbox/stream?handle=00aa`, "3");
    expect(await resumed.next()).toEqual({ id: 4, alert: "4" });
    await resumed.close();
    const latest = await follow(`${emulator.url}/$emulator/inbox/stream?handle=00aa&after=latest`);
    await send("5", "00aa");
    expect(await latest.next()).toEqual({ id: 5, alert: "5" });
    await latest.close();
  });

  inbox("is streamed at a browser's own endpoint, when that is one of the emulator's", async ({ emulator, client }) => {
    const endpoint = `${emulator.url}/$emulator/push/tab-1`;
    await client.createOrUpdateInstallation(
      createBrowserInstallation({ installationId: "b1", pushChannel: { endpoint, p256dh: "k", auth: "s" } }),
    );
    const events = await follow(endpoint);
    const body = { aps: { alert: "hello" } };
    await client.sendBroadcastNotification(createBrowserNotification({ body: JSON.stringify(body) }));
    expect(await events.next()).toEqual({ id: 1, alert: "hello" });
    await events.close();
  });

  inbox("is emptied by a reset, and the numbers go on", async ({ emulator, read, send, client }) => {
    await client.createOrUpdateInstallation(createFcmV1Installation({ installationId: "i1", pushChannel: "t" }));
    await send("1", "00aa");
    expect((await fetch(`${emulator.url}/$emulator/reset`, { method: "POST" })).status).toBe(204);
    expect(emulator.installations("beckon")).toEqual([]);
    await send("2", "00aa");
    expect((await read("after=1")).messages.map((message) => message.sequence)).toEqual([2]);
  });
});

describe("control over HTTP", () => {
  inbox("tells its health and its installations", async ({ emulator, client }) => {
    expect(await (await fetch(`${emulator.url}/$emulator/health`)).json()).toEqual({ status: "ok", hubs: ["beckon"] });
    await client.createOrUpdateInstallation(createFcmV1Installation({ installationId: "i1", pushChannel: "t" }));
    const answer = await fetch(`${emulator.url}/$emulator/hubs/beckon/installations`);
    expect(await answer.json()).toMatchObject({ installations: [{ installationId: "i1", platform: "fcmv1" }] });
    expect((await fetch(`${emulator.url}/$emulator/hubs/none/installations`)).status).toBe(404);
    expect((await fetch(`${emulator.url}/$emulator/nothing`)).status).toBe(404);
    expect((await fetch(`${emulator.url}/$emulator/health`, { method: "POST" })).status).toBe(405);
  });

  inbox("is for pages of this machine only", async ({ emulator }) => {
    const from = (headers: Record<string, string>): ReturnType<typeof rawRequest> =>
      rawRequest(`${emulator.url}/$emulator/inbox`, "GET", headers);
    const here = await from({ Origin: "http://localhost:5173" });
    expect(here.status).toBe(200);
    expect(here.headers["access-control-allow-origin"]).toBe("http://localhost:5173");
    const there = await from({ Origin: "https://evil.example" });
    expect(there.status).toBe(403);
    expect(there.headers["access-control-allow-origin"]).toBeUndefined();
    expect((await from({ Host: "rebound.example" })).status).toBe(403);
    const preflight = await rawRequest(`${emulator.url}/$emulator/faults`, "OPTIONS", {
      Origin: "http://127.0.0.1:1",
      "Access-Control-Request-Method": "POST",
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers["access-control-allow-methods"]).toContain("POST");
  });
});

test("a test in process waits for a message, and learns what came instead when it does not", async ({
  emulator,
  client,
}) => {
  const waiting = emulator.waitForMessage({ handle: "00aa", timeoutMs: 5_000 });
  await client.sendNotification(push("1"), { deviceHandle: "00aa" });
  expect((await waiting).body).toBe('{"aps":{"alert":"1"}}');
  await expect(emulator.waitForMessage({ handle: "00bb", timeoutMs: 10 })).rejects.toThrow(
    /No message for \{"handle":"00bb"\} came within 10 ms. The latest of all: 1: apple 00AA/,
  );
});

test("only so many messages are kept", async () => {
  await using emulator = await startEmulator({ maxInboxMessages: 10 });
  const client = sdkClient(emulator.connectionString);
  for (let i = 1; i <= 30; i++) await client.sendNotification(push(String(i)), { deviceHandle: "00aa" });
  expect(emulator.inbox().length).toBeLessThanOrEqual(11);
  expect(emulator.inbox({ after: 29 }).map((message) => message.sequence)).toEqual([30]);
});

test("a port that is taken is said at once", async ({ emulator }) => {
  await expect(startEmulator({ port: Number(new URL(emulator.url).port) })).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
});

/** A reader of server-sent events that hands out one at a time. */
async function follow(
  url: string,
  lastEventId?: string,
): Promise<{ next(): Promise<{ id: number; alert: string }>; close(): Promise<void> }> {
  const response = await fetch(url, lastEventId === undefined ? {} : { headers: { "Last-Event-ID": lastEventId } });
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) throw new Error("The stream has no body");
  let text = "";
  return {
    async next() {
      for (;;) {
        const [whole, id, data] = /id: (\d+)\ndata: (.+)\n\n/.exec(text) ?? [];
        if (whole !== undefined) {
          text = text.slice(text.indexOf(whole) + whole.length);
          const message = JSON.parse(data ?? "") as DeliveredMessage;
          return { id: Number(id), alert: (JSON.parse(message.body) as { aps: { alert: string } }).aps.alert };
        }
        const { value, done } = await reader.read();
        if (done) throw new Error(`The stream ended at: ${text}`);
        text += value;
      }
    },
    close: () => reader.cancel(),
  };
}
