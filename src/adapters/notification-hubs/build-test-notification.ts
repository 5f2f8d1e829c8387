import {
  createAppleNotification,
  createBrowserNotification,
  createFcmV1Notification,
  createWindowsRawNotification,
  type Notification,
  type NotificationHubsMessageResponse,
} from "@azure/notification-hubs";
import type { Moment, Platform } from "#domain/vocabulary.ts";
import { PUSH_TEXTS } from "#messages/push-texts.ts";
import type { PushServiceWord } from "#ports/push-gateway.ts";
import { collapseId, textLocale } from "./build-notification.ts";

/** What one test push says. */
export interface TestPushContent {
  readonly testId: string;
  /** BCP 47; only a browser shows a text of ours. */
  readonly locale: string;
  readonly now: Moment;
}

/** Whoever tests looks at the device now; one that comes later would only surprise. */
const TTL_SECONDS = 5 * 60;

/** Keys of the iOS app's Localizable.strings. */
const APNS_ALERT = { "title-loc-key": "beckon.test.title", "loc-key": "beckon.test.body" };

/**
 * The test push in the form of its platform, with the headers of one that asks: what would keep that one off the screen keeps
 * this one off too. It says its type and its own id, and nothing else. What each platform wants, and where that is from, is in
 * build-notification.ts.
 *
 * @param appUrl where a click in a browser leads
 */
export function buildTestNotification(platform: Platform, content: TestPushContent, appUrl: string): Notification {
  const { testId, locale, now } = content;
  const facts = { type: "beckon.test", v: 1, testId };
  switch (platform) {
    case "apns":
      return createAppleNotification({
        body: JSON.stringify({ aps: { alert: APNS_ALERT, "thread-id": "beckon", sound: "default" }, ...facts }),
        headers: {
          "apns-push-type": "alert",
          "apns-priority": "10",
          "apns-expiration": String(Math.floor(now / 1000) + TTL_SECONDS),
          "apns-collapse-id": collapseId(testId),
        },
      });
    case "fcmv1":
      return createFcmV1Notification({
        body: JSON.stringify({
          message: {
            android: { priority: "HIGH", ttl: `${TTL_SECONDS}s`, collapse_key: collapseId(testId) },
            data: { ...facts, v: "1" },
          },
        }),
      });
    case "wns":
      return createWindowsRawNotification({
        body: JSON.stringify(facts),
        headers: { "X-WNS-Type": "wns/raw", "X-WNS-Cache-Policy": "cache", "X-WNS-TTL": String(TTL_SECONDS) },
      });
    case "browser": {
      const lang = textLocale(locale);
      const navigate = new URL("/", appUrl).href;
      return createBrowserNotification({
        body: JSON.stringify({
          web_push: 8030,
          notification: { ...PUSH_TEXTS[lang].test, lang, navigate, tag: collapseId(testId), data: facts },
        }),
      });
    }
  }
}

/**
 * The push service's word in a test send's answer: the hub gives it as a sentence. Nobody to send to means that it has let the
 * installation go, as it does once a push service said that the channel is no more.
 */
export function pushServiceWordOf(
  outcome: Partial<Pick<NotificationHubsMessageResponse, "successCount" | "failureCount" | "results">> | undefined,
): PushServiceWord {
  const { successCount, failureCount, results = [] } = outcome ?? {};
  if (successCount === undefined || failureCount === undefined) return "unknown";
  if (successCount > 0) return "accepted";
  if (failureCount === 0) return "channel_invalid";
  const said = results.map((result) => result.outcome).join(" ");
  if (/token provider|credential/i.test(said)) return "credential_invalid";
  return /handle|channel|token/i.test(said) ? "channel_invalid" : "refused";
}
