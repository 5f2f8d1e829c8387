import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  buildNotification,
  collapseId,
  DEFAULT_APNS_PRESENTATION,
  type PushContent,
} from "#adapters/notification-hubs/build-notification.ts";
import { PLATFORMS, PUSH_KINDS, type Platform, type PushKind } from "#domain/vocabulary.ts";
import { PUSH_TEXTS } from "#messages/push-texts.ts";

/** Written by hand from what the platforms document, which each names; never recorded from what we send. */
interface Golden {
  readonly source: readonly string[];
  readonly platform: Platform;
  readonly kinds: readonly PushKind[];
  readonly locale: string;
  readonly format: string;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const FOLDER = new URL("golden/", import.meta.url);
const goldens = readdirSync(FOLDER).map((file) => ({
  file,
  golden: JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as Golden,
}));

const requestId = "0195a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b";
const now = Date.parse("2026-03-01T12:00:00Z");
const answerBy = Date.parse("2026-03-02T12:00:00Z");
const presentation = {
  ...DEFAULT_APNS_PRESENTATION,
  browserNavigateUrl: "https://app.example/log-requests/{requestId}",
};
const content = (kind: PushKind, change: Partial<PushContent> = {}): PushContent => ({
  requestId,
  kind,
  answerBy,
  locale: "en",
  now,
  ...change,
});

describe("each push is what its platform documents", () => {
  const cases = goldens.flatMap(({ file, golden }) => golden.kinds.map((kind) => ({ file, kind, golden })));

  test.each(cases)("$kind as in $file", ({ kind, golden }) => {
    const built = buildNotification(golden.platform, content(kind, { locale: golden.locale }), presentation);
    expect(built.platform).toBe(golden.format);
    expect(built.contentType).toBe(golden.contentType);
    expect(built.headers ?? {}).toEqual(golden.headers);
    expect(JSON.parse(built.body)).toEqual(golden.body);
  });

  test("and every platform and kind has such a page", () => {
    const covered = new Set(cases.map(({ golden, kind }) => `${golden.platform} ${kind}`));
    expect([...covered].toSorted()).toEqual(PLATFORMS.flatMap((p) => PUSH_KINDS.map((k) => `${p} ${k}`)).toSorted());
  });

  test.each(goldens)("$file says where it is from", ({ golden }) => {
    expect(golden.source.every((line) => line.startsWith("https://"))).toBe(true);
    expect(golden.source.length).toBeGreaterThan(0);
  });
});

describe.each(PLATFORMS)("on %s", (platform) => {
  describe.each(PUSH_KINDS)("a push of kind %s", (kind) => {
    const built = buildNotification(platform, content(kind, { locale: "de" }), presentation);

    test("is under 1 KB, a quarter of what any platform takes", () => {
      expect(Buffer.byteLength(built.body)).toBeLessThan(1024);
    });

    test("has headers of text only", () => {
      for (const value of Object.values(built.headers ?? {})) expect(value).toBeTypeOf("string");
    });

    test("carries no link but the app's own, and nothing that looks like a token", () => {
      const links = [...built.body.matchAll(/https?:\/\/[^"]*/g)].map(([link]) => link);
      expect(links.filter((link) => !link.startsWith("https://app.example/"))).toEqual([]);
      expect(built.body).not.toMatch(/sig=|eyJ|[?&]s[ve]=/);
    });
  });
});

describe("rules of the platforms", () => {
  const apns = (kind: PushKind) => buildNotification("apns", content(kind), presentation);
  const aps = (kind: PushKind) => (JSON.parse(apns(kind).body) as { aps: Record<string, unknown> }).aps;

  test("APNs: the push type tells the truth about the payload, and a background push has priority 5 and nothing to show", () => {
    expect(apns("ask").headers).toMatchObject({ "apns-push-type": "alert", "apns-priority": "10" });
    expect(aps("ask")).toHaveProperty("alert");
    expect(apns("closed").headers).toMatchObject({ "apns-push-type": "background", "apns-priority": "5" });
    expect(Object.keys(aps("closed"))).toEqual(["content-available"]);
  });

  test("APNs: the collapse id has at most 64 bytes and is the same for every push of a request", () => {
    expect(Buffer.byteLength(collapseId(requestId))).toBeLessThanOrEqual(64);
    const ids = PUSH_KINDS.map((kind) => (apns(kind).headers ?? {})["apns-collapse-id"]);
    expect(new Set(ids)).toEqual(new Set([collapseId(requestId)]));
  });

  test("APNs: the text is a key of the app's own strings, never words of ours", () => {
    const { alert } = aps("ask") as { alert: Record<string, unknown> };
    expect(Object.keys(alert).toSorted()).toEqual(["loc-key", "title-loc-key"]);
  });

  test("FCM: all data are strings, and no word is reserved", () => {
    for (const kind of PUSH_KINDS) {
      const { message } = JSON.parse(buildNotification("fcmv1", content(kind), presentation).body) as {
        message: { data: Record<string, unknown> };
      };
      for (const [key, value] of Object.entries(message.data)) {
        expect(value).toBeTypeOf("string");
        expect(key).not.toMatch(/^(from$|message_type$|google|gcm)/);
      }
      expect(message).not.toHaveProperty("notification");
    }
  });

  test("FCM: a request that runs for months lives four weeks there, and one that is nearly over at least a second", () => {
    const ttl = (until: number) =>
      (
        JSON.parse(buildNotification("fcmv1", content("ask", { answerBy: until }), presentation).body) as {
          message: { android: { ttl: string } };
        }
      ).message.android.ttl;
    expect(ttl(now + 90 * 24 * 3_600_000)).toBe("2419200s");
    expect(ttl(now + 400)).toBe("1s");
  });

  test("a closing push of a request whose time is over still lives an hour", () => {
    const late = content("closed", { answerBy: now - 1000 });
    expect(buildNotification("apns", late, presentation).headers).toMatchObject({
      "apns-expiration": String(now / 1000 + 3600),
    });
    expect(buildNotification("wns", late, presentation).headers).toMatchObject({ "X-WNS-TTL": "3600" });
  });

  test("Web Push: reminding rings again, closing is silent, and both replace the prompt by its tag", () => {
    const shown = (kind: PushKind) =>
      (
        JSON.parse(buildNotification("browser", content(kind), presentation).body) as {
          notification: Record<string, unknown>;
        }
      ).notification;
    expect(shown("ask")).not.toHaveProperty("renotify");
    expect(shown("remind")).toMatchObject({ renotify: true });
    expect(shown("closed")).toMatchObject({ silent: true, title: PUSH_TEXTS.en.closed.title });
    expect(new Set(PUSH_KINDS.map((kind) => shown(kind)["tag"])).size).toBe(1);
  });

  test.each(["", "x", "constructor", "__proto__", "fr", "zh-Hant-TW"])(
    "Web Push: a user of locale '%s' reads English",
    (locale) => {
      const { body } = buildNotification("browser", content("ask", { locale }), presentation);
      expect(JSON.parse(body)).toMatchObject({ notification: { lang: "en", title: PUSH_TEXTS.en.ask.title } });
    },
  );
});
