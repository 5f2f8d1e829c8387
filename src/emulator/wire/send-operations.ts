import { HubError } from "#emulator/hub/hub-error.ts";
import { newNotificationId } from "#emulator/hub/new-id.ts";
import { normaliseHandle } from "#emulator/hub/platforms.ts";
import { parseTagExpression } from "#emulator/hub/tag-expression.ts";
import { readNotification, textHeader } from "#emulator/send/notification.ts";
import { notificationDetails } from "#emulator/send/notification-details.ts";
import {
  audienceOf,
  deliverAll,
  newRecord,
  sendToRegistrations,
  startProcessing,
} from "#emulator/send/send-notification.ts";
import type { OutgoingMessage } from "#emulator/send/deliver-message.ts";
import type { MessageOutcome, Target } from "#emulator/send/send-notification.ts";
import { MAX_TEST_SEND_DEVICES, testSendOutcome } from "#emulator/send/test-send-outcome.ts";
import { hubUrl } from "./call.ts";
import type { Call } from "./call.ts";
import { xmlReply } from "./reply.ts";
import type { Reply } from "./reply.ts";

/** `POST /messages`: to a tag expression or, without one, to everybody on the platform. */
export async function sendNotification(call: Call): Promise<Reply> {
  const notification = readNotification(call, call.body, textHeader(call, "content-type"));
  const target = readTarget(call);
  const isTest = call.query.has("test");
  if (isTest) call.hub.requireTestSend(call.namespace.strict, call.namespace.clock.now());
  const record = newRecord(
    call,
    newNotificationId(call.namespace.clock.now()),
    notification,
    target.expressionText ?? "broadcast",
  );
  const reply = accepted(call, record.id);
  const send = (limit?: number): Promise<MessageOutcome[]> =>
    sendToRegistrations(call, record, notification, audienceOf(call.hub, notification, target).slice(0, limit));
  if (isTest) return xmlReply(201, testSendOutcome(await send(MAX_TEST_SEND_DEVICES)), reply.headers);
  startProcessing(call, record, () => void send());
  return reply;
}

/** `POST /messages?direct`: to one handle, whether or not a registration knows it. */
export function sendDirectNotification(call: Call): Reply {
  const notification = readNotification(call, call.body, textHeader(call, "content-type"));
  const { audience: platform, body, headers } = notification;
  if (platform === "template")
    throw new HubError(400, "A direct send needs a native format: without a registration there is no template");
  const given = textHeader(call, "servicebusnotification-devicehandle");
  if (!given) throw new HubError(400, "A direct send needs the header ServiceBusNotification-DeviceHandle");
  const keys = [textHeader(call, "p256dh"), textHeader(call, "auth")].filter((key) => key !== undefined);
  if (platform.name === "browser" && keys.length < 2)
    throw new HubError(400, "A direct send to a browser needs the headers P256DH and Auth");
  const record = newRecord(call, newNotificationId(call.namespace.clock.now()), notification, "direct");
  const handle = normaliseHandle(platform, given);
  const messages: OutgoingMessage[] = [
    { platform, handle, handleParts: [handle, ...keys], registration: null, body, headers },
  ];
  startProcessing(call, record, () => void deliverAll(call, record, messages));
  return accepted(call, record.id);
}

/** `GET /messages/{id}`: telemetry, in the Standard tier. */
export function getNotificationOutcomeDetails(call: Call): Reply {
  const record = call.hub.notifications.get(call.id);
  if (!record) throw new HubError(404, "The notification does not exist or its telemetry is not available yet");
  return xmlReply(
    200,
    notificationDetails(
      record,
      hubUrl(call, `messages/${record.id}`),
      `${call.origin}/$emulator/hubs/${call.hub.name}/notifications/${record.id}/feedback`,
    ),
  );
}

/** Who a send is for, by its tag header. */
export function readTarget(call: Call): Target {
  const header = textHeader(call, "servicebusnotification-tags");
  if (header === undefined) return { expressionText: null, expression: null };
  const text = utf8Header(header);
  // An empty header matches nobody, where none at all is a broadcast.
  if (text.trim() === "") return { expressionText: text, expression: null };
  return { expressionText: text, expression: parseTagExpression(text) };
}

/** Node reads headers as Latin-1, and writes them as UTF-8 when text follows at once: letters beyond ASCII are mended, if they were UTF-8. */
function utf8Header(text: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(text, "latin1"));
  } catch {
    return text;
  }
}

/** 201, with the Location from which the SDK takes the notification's id: given in the Standard tier only. */
export function accepted(call: Call, notificationId: string): Reply {
  return {
    status: 201,
    headers: call.hub.tier === "Standard" ? { Location: hubUrl(call, `messages/${notificationId}`) } : {},
  };
}
