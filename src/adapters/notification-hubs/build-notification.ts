import {
  createAppleNotification,
  createBrowserNotification,
  createFcmV1Notification,
  createWindowsRawNotification,
  type Notification,
} from "@azure/notification-hubs";
import type { Moment, Platform, PushKind } from "#domain/vocabulary.ts";
import { PUSH_TEXTS } from "#messages/push-texts.ts";

/** What one push says, the same on every platform. */
export interface PushContent {
  readonly requestId: string;
  readonly kind: PushKind;
  readonly answerBy: Moment;
  /** BCP 47; only a browser shows a text of ours. */
  readonly locale: string;
  readonly now: Moment;
}

/** What the app's makers chose. */
export interface PushPresentation {
  /** Where a click in a browser leads: the app's own URL, absolute. `{requestId}` in it is replaced; without it `/{requestId}` is added. */
  readonly browserNavigateUrl: string;
  /** Keys of the iOS app's Localizable.strings. */
  readonly apnsTitleLocKey: string;
  readonly apnsBodyLocKey: string;
  /** The `UNNotificationCategory` that the app registers, whose first action is *Review*: a watch's double tap fires the first. */
  readonly apnsCategory: string;
}

export const DEFAULT_APNS_PRESENTATION = {
  apnsTitleLocKey: "beckon.log-request.title",
  apnsBodyLocKey: "beckon.log-request.body",
  apnsCategory: "beckon.log-request",
} as const;

/** No push of ours needs more. Every platform takes at least 4,096 bytes (APNs, FCM, Web Push; WNS raw 5,120). */
export const MAX_PUSH_BYTES = 1024;

/** How long a closing push is worth delivering where the request's own time is over: a prompt may still be on the screen. */
const CLOSING_TTL_SECONDS = 60 * 60;

/** FCM keeps a message for at most 4 weeks. https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages#androidconfig */
const FCM_MAX_TTL_SECONDS = 4 * 7 * 24 * 60 * 60;

/**
 * What makes a later push take the place of an earlier one on the same device: one prompt for one request, however often it
 * is pushed. 43 bytes; APNs takes 64.
 */
export function collapseId(requestId: string): string {
  return `beckon-${requestId}`;
}

/**
 * The push in the form of its platform, for the hub's native send of that platform.
 *
 * The payload holds the two types, the request's id and its deadline. The push service sees it and the hub's telemetry
 * returns it: no link, no token, no agent's words, nothing personal.
 */
export function buildNotification(
  platform: Platform,
  content: PushContent,
  presentation: PushPresentation,
): Notification {
  return BUILDERS[platform](content, presentation);
}

type Builder = (content: PushContent, presentation: PushPresentation) => Notification;

const BUILDERS: Record<Platform, Builder> = {
  /**
   * Keys beside `aps` are the app's. A push with a collapse id replaces the one with the same id, shown or stored, and APNs
   * stores one push per app: so the closing one carries the id and lifetime of what it closes. Priority 10 is an error for a
   * background push, and `content-available` must stand alone in it.
   * https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns
   * https://developer.apple.com/documentation/usernotifications/pushing-background-updates-to-your-app
   */
  apns(content, { apnsTitleLocKey, apnsBodyLocKey, apnsCategory }) {
    const closed = content.kind === "closed";
    const aps = closed
      ? { "content-available": 1 }
      : {
          alert: { "title-loc-key": apnsTitleLocKey, "loc-key": apnsBodyLocKey },
          category: apnsCategory,
          "thread-id": "beckon",
          sound: "default",
        };
    return createAppleNotification({
      body: JSON.stringify({ aps, ...facts(content) }),
      headers: {
        "apns-push-type": closed ? "background" : "alert",
        "apns-priority": closed ? "5" : "10",
        "apns-expiration": String(Math.floor(usefulUntil(content) / 1000)),
        "apns-collapse-id": collapseId(content.requestId),
      },
    });
  },

  /**
   * Data only, so that the app is called in the background too; what is high must show something, or FCM lowers the app's
   * priority. Values are strings. FCM keeps four collapse keys per device: with more requests than that an offline device
   * misses some pushes, and still fetches all its requests when one of them wakes it.
   * https://firebase.google.com/docs/cloud-messaging/android-message-priority
   * https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages#androidconfig
   */
  fcmv1(content) {
    const { type, v, requestId, answerBy } = facts(content);
    const ttlSeconds = Math.min(FCM_MAX_TTL_SECONDS, secondsUseful(content));
    return createFcmV1Notification({
      body: JSON.stringify({
        message: {
          android: {
            priority: content.kind === "closed" ? "NORMAL" : "HIGH",
            ttl: `${ttlSeconds}s`,
            collapse_key: collapseId(requestId),
          },
          data: { type, v: String(v), requestId, answerBy },
        },
      }),
    });
  },

  /**
   * Raw: the app decides what to show. WNS does not keep raw pushes for a device that is off unless it is asked to, and
   * then keeps the newest one: enough, as it only wakes the app.
   * https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/push-request-response-headers
   * https://learn.microsoft.com/windows/apps/develop/notifications/push-notifications/raw-notification-overview
   */
  wns(content) {
    return createWindowsRawNotification({
      body: JSON.stringify(facts(content)),
      headers: {
        "X-WNS-Type": "wns/raw",
        "X-WNS-Cache-Policy": "cache",
        "X-WNS-TTL": String(secondsUseful(content)),
      },
    });
  },

  /**
   * Declarative Web Push: Safari shows it by itself; elsewhere a service worker hands `notification` to showNotification.
   * A browser must show something for every push, so closing replaces the prompt by its tag, silently. How long a push
   * service keeps it is the hub's choice: its documentation names no header for that.
   * https://w3c.github.io/push-api/#declarative-push-message, https://notifications.spec.whatwg.org/#create-a-notification
   */
  browser(content, { browserNavigateUrl }) {
    const lang = textLocale(content.locale);
    return createBrowserNotification({
      body: JSON.stringify({
        web_push: 8030,
        notification: {
          ...PUSH_TEXTS[lang][content.kind],
          lang,
          navigate: browserNavigateUrl.replaceAll("{requestId}", content.requestId),
          tag: collapseId(content.requestId),
          ...(content.kind === "remind" ? { renotify: true } : {}),
          ...(content.kind === "closed" ? { silent: true } : {}),
          data: facts(content),
        },
      }),
    });
  },
};

function facts({ kind, requestId, answerBy }: PushContent) {
  const type = kind === "closed" ? "beckon.log-request-closed" : "beckon.log-request";
  return { type, v: 1, requestId, answerBy: new Date(answerBy).toISOString() };
}

function usefulUntil({ kind, answerBy, now }: PushContent): Moment {
  return kind === "closed" ? Math.max(answerBy, now + CLOSING_TTL_SECONDS * 1000) : answerBy;
}

/** At least one second: FCM and WNS read 0 as "now or never". */
function secondsUseful(content: PushContent): number {
  return Math.max(1, Math.floor((usefulUntil(content) - content.now) / 1000));
}

/** The language of ours that is nearest. */
export function textLocale(locale: string): keyof typeof PUSH_TEXTS {
  const [language = ""] = locale.toLowerCase().split("-");
  return Object.hasOwn(PUSH_TEXTS, language) ? (language as keyof typeof PUSH_TEXTS) : "en";
}
