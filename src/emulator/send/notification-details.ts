import { PLATFORMS } from "#emulator/hub/platforms.ts";
import { element, SERVICE_NAMESPACES } from "#emulator/wire/xml-text.ts";
import type { NotificationRecord } from "./notification-record.ts";

/**
 * The body of `GET /messages/{id}`. Elements that would be empty are left out: an empty `ApnsOutcomeCounts` makes the SDK throw.
 *
 * @param location absolute URL of the notification.
 * @param feedbackUrl where the push services' complaints can be read; only used when there are any.
 */
export function notificationDetails(record: NotificationRecord, location: string, feedbackUrl: string): string {
  const counts = PLATFORMS.map((platform) => {
    const outcomes = record.outcomes.filter((each) => each.platform === platform.name);
    if (outcomes.length === 0) return "";
    const items = outcomes.map(
      ({ outcome, count }) => `<Outcome>${element("Name", outcome)}${element("Count", count)}</Outcome>`,
    );
    return `<${platform.outcomeElement}>${items.join("")}</${platform.outcomeElement}>`;
  });
  return [
    `<NotificationDetails ${SERVICE_NAMESPACES}>`,
    element("NotificationId", record.id),
    element("Location", location),
    element("State", record.state),
    element("EnqueueTime", record.enqueuedAt),
    record.startedAt === undefined ? "" : element("StartTime", record.startedAt),
    record.endedAt === undefined ? "" : element("EndTime", record.endedAt),
    element("NotificationBody", record.body),
    element("TargetPlatforms", record.targetPlatforms.join(",")),
    ...counts,
    record.feedback.length === 0 ? "" : element("PnsErrorDetailsUri", feedbackUrl),
    "</NotificationDetails>",
  ].join("");
}
