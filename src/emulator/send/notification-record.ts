import type { PnsOutcome } from "#emulator/devices/pns-outcome.ts";
import type { PlatformName } from "#emulator/hub/platforms.ts";

/** States of `NotificationDetails` that the emulator goes through; the documentation spells `Canceled` so. */
export type NotificationState =
  | "Enqueued"
  | "Processing"
  | "Completed"
  | "NoTargetFound"
  | "Abandoned"
  | "Scheduled"
  | "Canceled";

/** How often the push service of a platform said one thing. */
export interface OutcomeCount {
  platform: PlatformName;
  outcome: PnsOutcome;
  count: number;
}

/** What telemetry tells about one send. Times are RFC 3339. */
export interface NotificationRecord {
  id: string;
  state: NotificationState;
  body: string;
  /** Words of `TargetPlatforms`: a platform, or `template`, or `appletemplate` and so on once templates have matched. */
  targetPlatforms: readonly string[];
  /** The tag expression, or `broadcast`, `direct`, `batch`; for the page, the service does not tell. */
  target: string;
  enqueuedAt: string;
  startedAt?: string;
  endedAt?: string;
  outcomes: OutcomeCount[];
  /** One `PnsFeedback` document for each handle that the push service complained about. */
  feedback: string[];
}

export function countOutcome({ outcomes }: NotificationRecord, platform: PlatformName, outcome: PnsOutcome): void {
  const counted = outcomes.find((each) => each.platform === platform && each.outcome === outcome);
  if (counted) counted.count++;
  else outcomes.push({ platform, outcome, count: 1 });
}
