import type { PlatformName } from "#emulator/hub/platforms.ts";

/** One payload as its push service, and so the device, would have got it. */
export interface DeliveredMessage {
  /** Counts up from 1 over all hubs and devices; what `after` and Last-Event-ID refer to. */
  sequence: number;
  hub: string;
  platform: PlatformName;
  /** Device token, registration id, channel URI, or a browser's endpoint. */
  handle: string;
  notificationId: string;
  /** Null for a direct send, which involves no registration. */
  registrationId: string | null;
  installationId: string | null;
  /** The registration's tags at that moment, system tags included. */
  tags: readonly string[];
  /** Name of the template that rendered the body; null for a native send. */
  template: string | null;
  /** What was forwarded: `apns-*`, `X-WNS-*` and whatever else the client set. */
  headers: Readonly<Record<string, string>>;
  /** The exact payload. */
  body: string;
  receivedAt: string;
  /** Why this device: the tag expression, or `broadcast`, `direct`, `batch`. */
  matchedBy: string;
}
