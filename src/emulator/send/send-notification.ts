import { countOutcome } from "./notification-record.ts";
import type { NotificationRecord } from "./notification-record.ts";
import type { Notification } from "./notification.ts";
import { feedbackDocument } from "./pns-feedback.ts";
import { PNS_OUTCOMES } from "#emulator/devices/pns-outcome.ts";
import type { PnsOutcome } from "#emulator/devices/pns-outcome.ts";
import type { Hub } from "#emulator/hub/hub.ts";
import type { Namespace } from "#emulator/hub/namespace.ts";
import type { Platform } from "#emulator/hub/platforms.ts";
import { tagsOf } from "#emulator/hub/registration.ts";
import type { Registration } from "#emulator/hub/registration.ts";
import type { TagExpression } from "#emulator/hub/tag-expression.ts";
import { renderTemplate } from "#emulator/template/render-template.ts";
import type { Operation } from "#emulator/wire/operation.ts";

/** How many messages one turn of the event loop delivers: a broadcast to 100,000 must not stop the server for everyone else. */
const MESSAGES_PER_TURN = 2_000;

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
  registration: Registration | null;
  body: string;
  headers: Readonly<Record<string, string>>;
}

/** What became of one message: for test sends, which answer with it. */
export interface MessageOutcome {
  message: OutgoingMessage;
  outcome: PnsOutcome;
}

/** Who a send is for. `expressionText` null is a broadcast, an empty one matches nobody. */
export interface Target {
  expressionText: string | null;
  expression: TagExpression | null;
}

/** A record for a send that starts now. */
export function newRecord(
  place: SendPlace,
  id: string,
  notification: Notification,
  target: string,
): NotificationRecord {
  const { audience, body } = notification;
  const record: NotificationRecord = {
    id,
    state: "Enqueued",
    body,
    targetPlatforms: [audience === "template" ? "template" : audience.name],
    target,
    enqueuedAt: place.namespace.clock.nowText(),
    outcomes: [],
    feedback: [],
  };
  place.hub.rememberNotification(record);
  return record;
}

/** What is not worked on within so many milliseconds is abandoned (documentation). */
const PROCESSING_WINDOW_MS = 30 * 60 * 1_000;

/** Has `work` done when the service gets to it: at once, unless its pace says otherwise. */
export function startProcessing(
  { namespace: { clock, pace } }: SendPlace,
  record: NotificationRecord,
  work: () => void,
): void {
  if (pace.processingDelayMs <= PROCESSING_WINDOW_MS) return clock.after(pace.processingDelayMs, work);
  clock.after(PROCESSING_WINDOW_MS, () => {
    record.state = "Abandoned";
    record.endedAt = clock.nowText();
  });
}

/** The registrations that a send reaches, in the order of registration. */
export function audienceOf(hub: Hub, notification: Notification, target: Target): Registration[] {
  if (target.expressionText?.trim() === "") return [];
  return hub.registrations.match(notification.audience, target.expression);
}

/**
 * Delivers a notification to the registrations given. A native one goes once to each handle, further registrations of the
 * same handle are counted as skipped; a template one goes once for each template, even to one device (both documented).
 */
export function sendToRegistrations(
  place: SendPlace,
  record: NotificationRecord,
  notification: Notification,
  registrations: readonly Registration[],
): MessageOutcome[] {
  if (notification.audience === "template" && registrations.length > 0) {
    record.targetPlatforms = [...new Set(registrations.map((each) => `${each.platform.name}template`))];
  }
  const handles = new Set<string>();
  const messages: OutgoingMessage[] = [];
  for (const registration of registrations) {
    const { platform, handle } = registration;
    if (notification.audience !== "template" && handles.has(handle)) {
      countOutcome(record, platform.name, "Skipped");
      continue;
    }
    handles.add(handle);
    messages.push({ platform, handle, registration, ...payloadFor(notification, registration) });
  }
  return deliverAll(place, record, messages);
}

function payloadFor(notification: Notification, registration: Registration): Pick<OutgoingMessage, "body" | "headers"> {
  const { body, headers, properties } = notification;
  if (!registration.template) return { body, headers };
  const rendered = renderTemplate(registration, registration.template, properties);
  return { body: rendered.body, headers: { ...headers, ...rendered.headers } };
}

/** Delivers messages: the first thousands at once, the rest in later turns. Returns the outcomes of those delivered at once. */
export function deliverAll(
  place: SendPlace,
  record: NotificationRecord,
  messages: readonly OutgoingMessage[],
): MessageOutcome[] {
  record.startedAt = place.namespace.clock.nowText();
  record.state = "Processing";
  const first = messages
    .slice(0, MESSAGES_PER_TURN)
    .map((message) => ({ message, outcome: deliver(place, record, message) }));
  deliverRest(place, record, messages, MESSAGES_PER_TURN);
  return first;
}

/** APNs takes 5 KB by VoIP and 4 KB otherwise (Apple's documentation). */
function maxPayloadBytes({ platform, headers }: OutgoingMessage): number {
  const isVoip =
    platform.name === "apple" &&
    Object.entries(headers).some(([name, value]) => name.toLowerCase() === "apns-push-type" && value === "voip");
  return isVoip ? 5_120 : platform.maxPayloadBytes;
}

function deliverRest(
  place: SendPlace,
  record: NotificationRecord,
  messages: readonly OutgoingMessage[],
  from: number,
): void {
  if (from >= messages.length) {
    record.state = messages.length > 0 ? "Completed" : "NoTargetFound";
    record.endedAt = place.namespace.clock.nowText();
    return;
  }
  setImmediate(() => {
    for (const message of messages.slice(from, from + MESSAGES_PER_TURN)) deliver(place, record, message);
    deliverRest(place, record, messages, from + MESSAGES_PER_TURN);
  });
}

function deliver(
  { namespace, hub, operation }: SendPlace,
  record: NotificationRecord,
  message: OutgoingMessage,
): PnsOutcome {
  const { platform, handle, registration, body, headers } = message;
  const outcome =
    Buffer.byteLength(body) > maxPayloadBytes(message)
      ? "InvalidNotificationSize"
      : (namespace.faults.hitMessage({ operation, hub: hub.name, platform: platform.name, handle }) ?? "Success");
  countOutcome(record, platform.name, outcome);
  const installationId = registration?.installationId ?? null;
  if (PNS_OUTCOMES[outcome].accepted) {
    namespace.devices.deliver({
      hub: hub.name,
      platform: platform.name,
      handle,
      notificationId: record.id,
      registrationId: registration?.id ?? null,
      installationId,
      tags: registration ? tagsOf(registration) : [],
      template: registration?.template?.name ?? null,
      headers,
      body,
      matchedBy: record.target,
    });
    return outcome;
  }
  if (record.feedback.length < MAX_FEEDBACK)
    record.feedback.push(
      feedbackDocument({
        at: namespace.clock.nowText(),
        outcome,
        platform,
        handle,
        registrationId: registration?.id ?? null,
        installationId,
        notificationId: record.id,
      }),
    );
  if (registration && PNS_OUTCOMES[outcome].handleGone) hub.dropHandle(registration);
  return outcome;
}
