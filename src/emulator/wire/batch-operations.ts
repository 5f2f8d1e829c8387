import { HubError } from "#emulator/hub/hub-error.ts";
import { newNotificationId } from "#emulator/hub/new-id.ts";
import { normaliseHandle } from "#emulator/hub/platforms.ts";
import { parseMultipart } from "#emulator/send/multipart.ts";
import { readNotification, textHeader } from "#emulator/send/notification.ts";
import { deliverAll, newRecord, startProcessing } from "#emulator/send/send-notification.ts";
import type { OutgoingMessage } from "#emulator/send/deliver-message.ts";
import type { Call } from "./call.ts";
import type { Reply } from "./reply.ts";
import { accepted } from "./send-operations.ts";

/** Documented; what the service answers to more is not. */
const MAX_BATCH_HANDLES = 1_000;

/** The documented size of a request body, applied to the notification alone: 1,000 channel URIs are larger by themselves. */
const MAX_NOTIFICATION_BYTES = 64 * 1024;

/** `POST /messages/$batch?direct`: one notification to up to 1,000 handles; from the Basic tier on. */
export function sendBatchNotification(call: Call): Reply {
  if (!call.query.has("direct")) throw new HubError(400, "A batch send needs the query parameter direct");
  const parts = parseMultipart(textHeader(call, "content-type") ?? "", call.body);
  const content = parts.get("notification");
  const devices = parts.get("devices");
  if (!content || !devices)
    throw new HubError(
      400,
      `The multipart body needs the parts notification and devices; it has ${[...parts.keys()].join(", ")}`,
    );
  if (Buffer.byteLength(content.body) > MAX_NOTIFICATION_BYTES)
    throw new HubError(413, `The notification is larger than ${MAX_NOTIFICATION_BYTES} bytes`);
  const notification = readNotification(call, content.body, content.headers.get("content-type"));
  const { audience: platform, body, headers } = notification;
  if (platform === "template")
    throw new HubError(400, "A batch send needs a native format: without a registration there is no template");
  const messages: OutgoingMessage[] = parseHandles(devices.body).map(([handle = "", ...keys]) => ({
    platform,
    handle: normaliseHandle(platform, handle),
    handleParts: [handle, ...keys],
    registration: null,
    body,
    headers,
  }));
  const record = newRecord(call, newNotificationId(call.namespace.clock.now()), notification, "batch");
  startProcessing(call, record, () => void deliverAll(call, record, messages));
  // Recordings also show /messages/$batch/{id}, from which the SDK would read "$batch" as the id.
  return accepted(call, record.id);
}

/**
 * The part `devices`: a JSON array, which the documentation prints with single quotation marks. A browser's handle is an object.
 *
 * @returns each handle, a browser's with p256dh and auth after it.
 */
export function parseHandles(text: string): string[][] {
  const json = parseTolerantly(text);
  if (!Array.isArray(json) || json.length === 0)
    throw new HubError(400, "The part devices must be a JSON array of handles");
  if (json.length > MAX_BATCH_HANDLES)
    throw new HubError(400, `A batch has at most ${MAX_BATCH_HANDLES} handles; ${json.length} were given`);
  return json.map((each: unknown, index) => {
    const parts: unknown[] = typeof each === "object" && each !== null ? channelParts(each) : [each];
    const texts = parts.filter((part) => typeof part === "string");
    if (!texts[0]) throw new HubError(400, `Handle ${index} of the part devices is not a string`);
    return texts;
  });
}

function channelParts(channel: object): unknown[] {
  const json: Record<string, unknown> = { ...channel };
  return [json["endpoint"], json["p256dh"], json["auth"]];
}

function parseTolerantly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    try {
      return JSON.parse(
        text.replace(/'((?:[^'\\]|\\.)*)'/g, (_, inner: string) => `"${inner.replaceAll('"', '\\"')}"`),
      );
    } catch {
      throw new HubError(
        400,
        `The part devices is not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}
