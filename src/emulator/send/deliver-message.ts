import { PNS_OUTCOMES } from "#emulator/devices/pns-outcome.ts";
import type { PnsOutcome } from "#emulator/devices/pns-outcome.ts";
import { isPushServiceHere } from "#emulator/devices/web-push-sender.ts";
import type { Hub } from "#emulator/hub/hub.ts";
import type { Namespace } from "#emulator/hub/namespace.ts";
import type { Platform } from "#emulator/hub/platforms.ts";
import { tagsOf } from "#emulator/hub/registration.ts";
import type { Registration } from "#emulator/hub/registration.ts";
import type { Operation } from "#emulator/wire/operation.ts";
import { countOutcome } from "./notification-record.ts";
import type { NotificationRecord } from "./notification-record.ts";
import { feedbackDocument } from "./pns-feedback.ts";

/** How many complaints one send keeps: 100,000 expired channels would be 60 MB of them. They are all counted. */
const MAX_FEEDBACK = 1_000;

/** Where a send happens. */
export interface SendPlace {
  namespace: Namespace;
  hub: Hub;
  operation: Operation;
}

/** One message on its way to one handle. */
export interface OutgoingMessage {
  platform: Platform;
  handle: string;
  /** A browser's endpoint, p256dh and auth, as far as they are known. */
  handleParts?: readonly string[];
  registration: Registration | null;
  body: string;
  headers: Readonly<Record<string, string>>;
}

/**
 * Hands one message to its push service, and keeps what that says: counted, in the inbox or as feedback. At once, but for real
 * Web Push to a service on this machine.
 */
export function deliverMessage(
  place: SendPlace,
  record: NotificationRecord,
  message: OutgoingMessage,
): PnsOutcome | Promise<PnsOutcome> {
  const { namespace, hub, operation } = place;
  const { platform, handle, body, headers } = message;
  if (Buffer.byteLength(body) > maxPayloadBytes(message))
    return settle(place, record, message, "InvalidNotificationSize");
  const faulty = namespace.faults.hitMessage({ operation, hub: hub.name, platform: platform.name, handle });
  if (faulty === undefined && platform.name === "browser" && isPushServiceHere(handle)) {
    return namespace.webPush
      .send(message.handleParts ?? [handle], body, headers)
      .then((outcome) => settle(place, record, message, outcome));
  }
  return settle(place, record, message, faulty ?? "Success");
}

/** APNs takes 5 KB by VoIP and 4 KB otherwise (Apple's documentation). */
function maxPayloadBytes({ platform, headers }: OutgoingMessage): number {
  const isVoip =
    platform.name === "apple" &&
    Object.entries(headers).some(([name, value]) => name.toLowerCase() === "apns-push-type" && value === "voip");
  return isVoip ? 5_120 : platform.maxPayloadBytes;
}

function settle(
  { namespace, hub }: SendPlace,
  record: NotificationRecord,
  { platform, handle, registration, body, headers }: OutgoingMessage,
  outcome: PnsOutcome,
): PnsOutcome {
  countOutcome(record, platform.name, outcome);
  hub.countPush(namespace.clock.now());
  const registrationId = registration?.id ?? null;
  const installationId = registration?.installationId ?? null;
  if (PNS_OUTCOMES[outcome].accepted) {
    namespace.devices.deliver({
      hub: hub.name,
      platform: platform.name,
      handle,
      notificationId: record.id,
      registrationId,
      installationId,
      tags: registration ? tagsOf(registration) : [],
      template: registration?.template?.name ?? null,
      headers,
      body,
      matchedBy: record.target,
    });
    return outcome;
  }
  const at = namespace.clock.nowText();
  const complaint = { at, outcome, platform, handle, registrationId, installationId, notificationId: record.id };
  if (record.feedback.length < MAX_FEEDBACK) record.feedback.push(feedbackDocument(complaint));
  if (registration && PNS_OUTCOMES[outcome].handleGone) hub.dropHandle(registration);
  return outcome;
}
