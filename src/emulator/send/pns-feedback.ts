import type { PnsOutcome } from "#emulator/devices/pns-outcome.ts";
import type { Platform } from "#emulator/hub/platforms.ts";
import { element, SERVICE_NAMESPACES } from "#emulator/wire/xml-text.ts";

/** What a push service said about one handle. */
export interface PnsFeedback {
  /** RFC 3339. */
  at: string;
  outcome: PnsOutcome;
  platform: Platform;
  handle: string;
  registrationId: string | null;
  installationId: string | null;
  notificationId: string;
}

/** One line of a feedback blob (documentation of PNS feedback). */
export function feedbackDocument(feedback: PnsFeedback): string {
  const { at, outcome, platform, handle, registrationId, installationId, notificationId } = feedback;
  return [
    `<PnsFeedback ${SERVICE_NAMESPACES}>`,
    element("FeedbackTime", at),
    element("NotificationSystemError", outcome),
    element("Platform", platform.name),
    element("PnsHandle", handle),
    registrationId === null ? "" : element("RegistrationId", registrationId),
    installationId === null ? "" : element("InstallationId", installationId),
    element("NotificationId", notificationId),
    "</PnsFeedback>",
  ].join("");
}
