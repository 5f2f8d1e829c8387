import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { buildTestNotification, pushServiceWordOf } from "#adapters/notification-hubs/build-test-notification.ts";
import { PLATFORMS, type Platform } from "#domain/vocabulary.ts";
import { parsePush } from "#sdk/parse-push.ts";

/** Written by hand from what the platforms document, which each names; never recorded from what we send. */
interface Golden {
  readonly source: readonly string[];
  readonly platform: Platform;
  readonly locale: string;
  readonly format: string;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const FOLDER = new URL("golden-test/", import.meta.url);
const goldens = readdirSync(FOLDER).map((file) => JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as Golden);

const testId = "0195a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b";
const now = Date.parse("2026-03-01T12:00:00Z");
const APP_URL = "https://app.example/log-requests/{requestId}";

test.each(goldens)("a test push for $platform is what its platform documents", (golden) => {
  const built = buildTestNotification(golden.platform, { testId, locale: golden.locale, now }, APP_URL);
  expect([built.platform, built.contentType, built.headers ?? {}]).toEqual([
    golden.format,
    golden.contentType,
    golden.headers,
  ]);
  expect(JSON.parse(built.body)).toEqual(golden.body);
  expect(golden.source.every((line) => line.startsWith("https://"))).toBe(true);
});

test("every platform has such a page", () => {
  expect(goldens.map(({ platform }) => platform).toSorted()).toEqual(PLATFORMS.toSorted());
});

test.each(PLATFORMS)("on %s it is small, says nothing but its type and id, and the SDK knows it", (platform) => {
  const { body } = buildTestNotification(platform, { testId, locale: "en", now }, APP_URL);
  expect(Buffer.byteLength(body)).toBeLessThan(1024);
  expect([...body.matchAll(/https?:\/\/[^"]*/g)].map(([link]) => link)).toEqual(
    platform === "browser" ? ["https://app.example/"] : [],
  );
  const arrived = JSON.parse(body) as { message?: unknown };
  expect(parsePush(arrived.message ?? arrived)).toEqual({ type: "beckon.test", v: 1, requestId: testId });
});

test.each([
  [undefined, "unknown"],
  [{ successCount: 1, failureCount: 0 }, "accepted"],
  [{ successCount: 0, failureCount: 0 }, "channel_invalid"],
  [["The Push Notification System handle for the registration is invalid"], "channel_invalid"],
  [["The Token obtained from the Token Provider is wrong"], "credential_invalid"],
  [["InvalidNotificationSize"], "refused"],
] as const)("a test send that the hub answers with %j means %s", (answer, word) => {
  const isList = (value: typeof answer): value is readonly [string] & typeof answer => Array.isArray(value);
  const outcome =
    answer && isList(answer)
      ? {
          successCount: 0,
          failureCount: answer.length,
          results: answer.map((said) => ({
            applicationPlatform: "",
            pnsHandle: "",
            registrationId: "",
            outcome: said,
          })),
        }
      : answer;
  expect(pushServiceWordOf(outcome)).toBe(word);
});
