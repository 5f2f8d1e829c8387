/** What a platform's own push service said of a push, as Notification Hubs' telemetry counts it by the names of its outcomes. */
import type { TimelineEntry } from "#console/api/shapes.ts";
import type { MessageKey, Translate } from "#console/i18n/use-t.ts";

const TAKEN = "Success";

/** Why it was not taken, by the hub's names; what is not here is said in the hub's own word. */
const WHY: Readonly<Record<string, MessageKey>> = {
  BadChannel: "push.why.address",
  ExpiredChannel: "push.why.address",
  WrongChannel: "push.why.address",
  WrongToken: "push.why.address",
  InvalidToken: "push.why.address",
  NoTargetFound: "push.why.unknown",
  ChannelDisconnected: "push.why.offline",
  ChannelThrottled: "push.why.throttled",
  Throttled: "push.why.throttled",
  Dropped: "push.why.dropped",
  Skipped: "push.why.dropped",
  AbandonedNotificationMessages: "push.why.dropped",
  InvalidCredentials: "push.why.credentials",
  PnsInterfaceError: "push.why.away",
  PnsServerError: "push.why.away",
  PnsUnavailable: "push.why.away",
  PnsUnreachable: "push.why.away",
};

/** One sentence: whose push service took how many pushes, and why it did not take the others. */
export function outcomeWords(platform: string, outcomes: Readonly<Record<string, unknown>>, t: Translate): string {
  const counts = Object.entries(outcomes).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number" && entry[1] > 0,
  );
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  const taken = counts.find(([name]) => name === TAKEN)?.[1] ?? 0;
  const service = t(`pushService.${platform}` as MessageKey);
  if (taken === all && all > 0) return t("push.outcome.taken", { service });
  const reasons = counts.filter(([name]) => name !== TAKEN).map(([name]) => (WHY[name] ? t(WHY[name]) : name));
  const said = t(taken > 0 ? "push.outcome.partly" : "push.outcome.refused", { service, taken, all });
  return reasons.length === 0 ? said : `${said}: ${[...new Set(reasons)].join(", ")}`;
}

/**
 * Without what is said twice: of each push the hub is asked two times, and its last word stands; and that a request's question,
 * reminder and closing all fared alike on a platform is told once.
 */
export function withoutRepeatedOutcomes(entries: readonly TimelineEntry[]): TimelineEntry[] {
  const standing = entries.filter(lastBy(entries, ({ data }) => data["pushId"]));
  return standing.filter(
    lastBy(standing, ({ requestId, data }) => JSON.stringify([requestId, { ...data, pushId: "" }])),
  );
}

/** Whether an entry is no outcome, or the last one with its key. */
function lastBy(entries: readonly TimelineEntry[], keyOf: (entry: TimelineEntry) => unknown) {
  const isOutcome = ({ type }: TimelineEntry) => type === "push.outcome";
  const last = new Map(entries.filter(isOutcome).map((entry) => [keyOf(entry), entry.id]));
  return (entry: TimelineEntry) => !isOutcome(entry) || last.get(keyOf(entry)) === entry.id;
}
