import { type BeckonPush, parsePush } from "#sdk/parse-push.ts";

/** What a push puts on the screen. Of those with one tag only the newest is there. */
export interface PhoneNotification {
  readonly tag: string;
  readonly title: string;
  readonly body: string;
  readonly lang: string;
  /** Where a tap leads in an app that has addresses. */
  readonly navigate: string | undefined;
  readonly isSilent: boolean;
  /** Whether it draws attention although one of its tag is there. */
  readonly renotify: boolean;
  /** Undefined when the push is not Beckon's. */
  readonly push: BeckonPush | undefined;
  /** Takes the place of the prompt with its tag and asks for nothing. */
  readonly isOver: boolean;
}

/** The two things that a push can do on a phone. */
export interface PushHands {
  /** Puts it on the screen. */
  readonly notify: (notification: PhoneNotification) => void | Promise<void>;
  /** Tells the app, where there is one that listens. */
  readonly wake: (push: BeckonPush) => void | Promise<void>;
}

/**
 * Acts on the payload of one push, the same in the service worker's `push` event and in a page that follows the emulator's
 * stream. It shows something whatever came, as browsers demand of who is pushed, and shows it before anybody is asked.
 *
 * @param payload the text of the push; empty where it had none
 * @returns what was shown
 */
export async function handlePush(payload: string, { notify, wake }: PushHands): Promise<PhoneNotification> {
  const notification = readNotification(payload);
  // The app hears of it although nothing could be shown: without permission `showNotification` rejects.
  const [shown] = await Promise.allSettled([(async () => notify(notification))()]);
  if (notification.push) await wake(notification.push);
  if (shown.status === "rejected") throw shown.reason;
  return notification;
}

/** The declarative push (https://w3c.github.io/push-api/#declarative-push-message) as what it shows. */
export function readNotification(payload: string): PhoneNotification {
  const message = asObject(parseJson(payload));
  const declared = asObject(message["notification"]);
  const push = parsePush(message);
  const text = (name: string) => (typeof declared[name] === "string" ? declared[name] : undefined);
  return {
    tag: text("tag") ?? push?.requestId ?? "push",
    title: text("title") ?? "Meadow",
    body: text("body") ?? "",
    lang: text("lang") ?? "",
    navigate: text("navigate"),
    isSilent: declared["silent"] === true,
    renotify: declared["renotify"] === true,
    push,
    isOver: push?.type === "beckon.log-request-closed",
  };
}

/** What the service worker tells its pages. */
export type WorkerMessage =
  | { readonly kind: "beckon-push"; readonly payload: string }
  | { readonly kind: "beckon-tap"; readonly requestId: string };

/** The two ways by which one push can reach a page. */
export type PushRoad = "stream" | "worker";

/**
 * Tells a push that came before, by the other road, from a new one with the same words: the same payload may well come
 * twice by one road, when a prompt that was put off is raised again.
 *
 * @returns whether the payload is the twin of one that has been handled
 */
export function createTwinFilter(): (road: PushRoad, payload: string) => boolean {
  const seen = new Map<string, Record<PushRoad, number>>();
  return (road, payload) => {
    const counts = seen.get(payload) ?? { stream: 0, worker: 0 };
    seen.set(payload, counts);
    counts[road]++;
    return counts[road] <= counts[road === "stream" ? "worker" : "stream"];
  };
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
