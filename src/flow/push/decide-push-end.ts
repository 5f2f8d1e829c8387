import { OPERATOR_RETRY_SECONDS, retryDelaySeconds } from "#domain/policy.ts";
import type { Moment } from "#domain/vocabulary.ts";
import type { PushOutcome } from "#ports/push-gateway.ts";
import type { ClaimedPush, PushEnd } from "#ports/store.ts";

/** When the hub's telemetry of a push is first read. Design, section 7. */
const FIRST_TELEMETRY_SECONDS = 10;

/** A closing push has no deadline of its own; these are about an hour of attempts (1 s doubling to 60 s; or every 5 minutes),
 *  after which the app has most likely fetched by itself. */
const CLOSING_ATTEMPTS = 65;
const CLOSING_OPERATOR_ATTEMPTS = 12;

/**
 * How an attempt ends: taken, to be tried again at a time, or given up. Nothing is tried when the user can no longer answer.
 *
 * @param chance a number in [0, 1), so that what failed together does not return together
 */
export function decidePushEnd(
  push: Pick<ClaimedPush, "kind" | "attempt" | "answerBy">,
  outcome: PushOutcome,
  now: Moment,
  chance: number,
): PushEnd {
  if (outcome.kind === "accepted") {
    const { notificationId } = outcome;
    return notificationId === undefined
      ? { kind: "accepted" }
      : { kind: "accepted", notificationId, telemetryAt: now + FIRST_TELEMETRY_SECONDS * 1000 };
  }
  const why = { reason: outcome.reason, ...(outcome.status === undefined ? {} : { status: outcome.status }) };
  if (outcome.kind === "never") return { kind: "refused", ...why };
  const operator = outcome.kind === "operator";
  const waitSeconds = operator
    ? OPERATOR_RETRY_SECONDS
    : retryDelaySeconds(push.attempt, chance, outcome.retryAfterSeconds);
  const nextAttemptAt = now + Math.ceil(waitSeconds * 1000);
  const tooLate =
    push.kind === "closed"
      ? push.attempt >= (operator ? CLOSING_OPERATOR_ATTEMPTS : CLOSING_ATTEMPTS)
      : nextAttemptAt >= push.answerBy;
  return tooLate ? { kind: "refused", ...why } : { kind: "waiting", nextAttemptAt, operator, ...why };
}
