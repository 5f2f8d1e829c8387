import { HubError } from "#emulator/hub/hub-error.ts";
import { newScheduledNotificationId } from "#emulator/hub/new-id.ts";
import { readNotification, textHeader } from "#emulator/send/notification.ts";
import { audienceOf, newRecord, sendToRegistrations } from "#emulator/send/send-notification.ts";
import { hubUrl } from "./call.ts";
import type { Call } from "./call.ts";
import type { Reply } from "./reply.ts";
import { readTarget } from "./send-operations.ts";

/** Documented horizon, in milliseconds. */
const MAX_AHEAD_MS = 7 * 24 * 60 * 60 * 1_000;

/** `POST /schedulednotifications`: who is meant is found out when it is sent. A time that has passed sends at once. */
export function scheduleNotification(call: Call): Reply {
  const { clock } = call.namespace;
  const at = readScheduleTime(call);
  if (at > clock.now() + MAX_AHEAD_MS) throw new HubError(400, "A notification can be scheduled at most 7 days ahead");
  if (call.headers["servicebusnotification-devicehandle"] !== undefined || call.query.has("direct"))
    throw new HubError(400, "A direct send cannot be scheduled");
  const notification = readNotification(call, call.body, textHeader(call, "content-type"));
  const target = readTarget(call);
  const record = newRecord(
    call,
    newScheduledNotificationId(clock.now()),
    notification,
    target.expressionText ?? "broadcast",
  );
  record.state = "Scheduled";
  const cancel = clock.setAlarm(at, () => {
    call.hub.scheduled.delete(record.id);
    void sendToRegistrations(call, record, notification, audienceOf(call.hub, notification, target));
  });
  call.hub.scheduled.set(record.id, cancel);
  return { status: 201, headers: { Location: hubUrl(call, `schedulednotifications/${record.id}`) } };
}

/** `DELETE /schedulednotifications/{id}`: 404 also when it has been sent; what the service answers then is not known. */
export function cancelScheduledNotification(call: Call): Reply {
  const cancel = call.hub.scheduled.get(call.id);
  const record = call.hub.notifications.get(call.id);
  if (!cancel || !record) throw new HubError(404, "The scheduled notification does not exist");
  cancel();
  call.hub.scheduled.delete(call.id);
  record.state = "Canceled";
  record.endedAt = call.namespace.clock.nowText();
  return { status: 200 };
}

/** `2030-01-01T00:00:00.000Z` from the JavaScript SDK; others leave the zone out and mean UTC. */
function readScheduleTime(call: Call): number {
  const text = textHeader(call, "servicebusnotification-scheduletime");
  if (!text) throw new HubError(400, "A scheduled notification needs the header ServiceBusNotification-ScheduleTime");
  const at = Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
  if (Number.isNaN(at)) throw new HubError(400, `ServiceBusNotification-ScheduleTime '${text}' is not a time`);
  return at;
}
