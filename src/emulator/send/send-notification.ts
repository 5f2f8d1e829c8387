import { countOutcome } from "./notification-record.ts";
import type { NotificationRecord } from "./notification-record.ts";
import type { Notification } from "./notification.ts";
import { deliverMessage } from "./deliver-message.ts";
import type { OutgoingMessage, SendPlace } from "./deliver-message.ts";
import type { PnsOutcome } from "#emulator/devices/pns-outcome.ts";
import type { Hub } from "#emulator/hub/hub.ts";
import type { Registration } from "#emulator/hub/registration.ts";
import type { TagExpression } from "#emulator/hub/tag-expression.ts";
import { renderTemplate } from "#emulator/template/render-template.ts";

/** How many messages one turn of the event loop delivers: a broadcast to 100,000 must not stop the server for everyone else. */
const MESSAGES_PER_TURN = 2_000;

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

/** A record for a send that starts now. @throws HubError 403 when the hub may push no more this month. */
export function newRecord(
  place: SendPlace,
  id: string,
  notification: Notification,
  target: string,
): NotificationRecord {
  const { audience, body } = notification;
  place.hub.requirePushes(place.namespace.strict, place.namespace.clock.now());
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
): Promise<MessageOutcome[]> {
  if (notification.audience === "template" && registrations.length > 0) {
    record.targetPlatforms = [...new Set(registrations.map((each) => `${each.platform.name}template`))];
  }
  const handles = new Set<string>();
  const messages: OutgoingMessage[] = [];
  for (const registration of registrations) {
    const { platform, handle, handleParts } = registration;
    if (notification.audience !== "template" && handles.has(handle)) {
      countOutcome(record, platform.name, "Skipped");
      continue;
    }
    handles.add(handle);
    messages.push({
      platform,
      handle,
      ...(handleParts && { handleParts }),
      registration,
      ...payloadFor(notification, registration),
    });
  }
  return deliverAll(place, record, messages);
}

function payloadFor(notification: Notification, registration: Registration): Pick<OutgoingMessage, "body" | "headers"> {
  const { body, headers, properties } = notification;
  if (!registration.template) return { body, headers };
  const rendered = renderTemplate(registration, registration.template, properties);
  return { body: rendered.body, headers: { ...headers, ...rendered.headers } };
}

/**
 * Delivers messages: the first thousands at once, the rest in later turns. Resolves when all have been answered for, with the
 * outcomes of the first thousands.
 */
export async function deliverAll(
  place: SendPlace,
  record: NotificationRecord,
  messages: readonly OutgoingMessage[],
): Promise<MessageOutcome[]> {
  record.startedAt = place.namespace.clock.nowText();
  record.state = "Processing";
  const first: MessageOutcome[] = [];
  const underWay: Promise<unknown>[] = [];
  for (let from = 0; from < messages.length; from += MESSAGES_PER_TURN) {
    // Nothing is awaited before: an ordinary send is over when this function returns.
    if (from > 0) await new Promise((resolve) => setImmediate(resolve));
    for (const [index, message] of messages.slice(from, from + MESSAGES_PER_TURN).entries()) {
      const outcome = deliverMessage(place, record, message);
      if (typeof outcome !== "string")
        underWay.push(outcome.then((late) => from === 0 && (first[index] = { message, outcome: late })));
      else if (from === 0) first[index] = { message, outcome };
    }
  }
  if (underWay.length > 0) await Promise.all(underWay);
  record.state = messages.length > 0 ? "Completed" : "NoTargetFound";
  record.endedAt = place.namespace.clock.nowText();
  return first;
}
