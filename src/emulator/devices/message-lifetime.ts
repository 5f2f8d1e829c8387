import type { DeliveredMessage } from "./delivered-message.ts";

type Message = Pick<DeliveredMessage, "platform" | "headers" | "body">;

/**
 * What makes a newer message replace an older one that waits for its device: APNs' `apns-collapse-id`, FCM's `collapse_key`,
 * Web Push's `Topic`, WNS' tag and group. Null when nothing does.
 */
export function collapseKey({ platform, headers, body }: Message): string | null {
  switch (platform) {
    case "apple":
      return header(headers, "apns-collapse-id");
    case "browser":
      return header(headers, "topic");
    case "windows": {
      const tag = header(headers, "x-wns-tag");
      return tag === null ? null : `${header(headers, "x-wns-group") ?? ""}/${tag}`;
    }
    case "fcmv1":
      return text(androidOf(body)["collapse_key"]);
    case "gcm":
      return text(objectAt(parse(body))["collapse_key"]);
    default:
      return null;
  }
}

/**
 * When a message that waits for its device is dropped, in milliseconds since 1970: APNs' `apns-expiration` (0 means not to
 * keep it at all), FCM's `ttl`, Web Push's `TTL`. Null when it says nothing.
 *
 * @param now milliseconds since 1970.
 */
export function expiresAt({ platform, headers, body }: Message, now: number): number | null {
  switch (platform) {
    case "apple":
      return secondsToMs(header(headers, "apns-expiration"), 0);
    case "browser":
      return secondsToMs(header(headers, "ttl"), now);
    case "fcmv1":
      return secondsToMs(text(androidOf(body)["ttl"])?.replace(/s$/, "") ?? null, now);
    default:
      return null;
  }
}

function secondsToMs(seconds: string | null, from: number): number | null {
  if (seconds === null || !/^\d+(\.\d+)?$/.test(seconds)) return null;
  return from + Number(seconds) * 1_000;
}

function header(headers: Readonly<Record<string, string>>, name: string): string | null {
  return Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1] ?? null;
}

function androidOf(body: string): Record<string, unknown> {
  const json = objectAt(parse(body));
  // Some clients leave the outer "message" out; the hub takes both.
  return objectAt(objectAt(json["message"] ?? json)["android"]);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function objectAt(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
