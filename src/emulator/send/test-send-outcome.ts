import type { PnsOutcome } from "#emulator/devices/pns-outcome.ts";
import { element, SERVICE_NAMESPACES } from "#emulator/wire/xml-text.ts";
import type { MessageOutcome } from "./send-notification.ts";

/** A test send reaches at most so many devices (documentation). */
export const MAX_TEST_SEND_DEVICES = 10;

/** The texts that are publicly known; for every other outcome its name stands. */
const OUTCOME_TEXTS: Partial<Record<PnsOutcome, string>> = {
  Success: "The Notification was successfully sent to the Push Notification System",
  InvalidCredentials: "The Token obtained from the Token Provider is wrong",
  BadChannel: "The Push Notification System handle for the registration is invalid",
  ExpiredChannel: "The Push Notification System handle for the registration is invalid",
  InvalidToken: "The Push Notification System handle for the registration is invalid",
  WrongToken: "The Push Notification System handle for the registration is invalid",
};

/** The body of a test send. `Results` stands there even when it is empty: the SDK looks into it. */
export function testSendOutcome(outcomes: readonly MessageOutcome[]): string {
  const successes = outcomes.filter(({ outcome }) => outcome === "Success").length;
  const results = outcomes.map(({ message, outcome }) =>
    [
      "<RegistrationResult>",
      element("ApplicationPlatform", message.platform.name),
      element("PnsHandle", message.handle),
      element("RegistrationId", message.registration?.id ?? ""),
      element("Outcome", OUTCOME_TEXTS[outcome] ?? outcome),
      "</RegistrationResult>",
    ].join(""),
  );
  return [
    `<NotificationOutcome ${SERVICE_NAMESPACES}>`,
    element("Success", successes),
    element("Failure", outcomes.length - successes),
    results.length === 0 ? "<Results />" : `<Results>${results.join("")}</Results>`,
    "</NotificationOutcome>",
  ].join("");
}
