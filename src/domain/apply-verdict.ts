import type { Verdict } from "./lifecycle.ts";
import type { LogRequest } from "./log-request.ts";
import { isEnded, isOpen, type Moment } from "./vocabulary.ts";

/** What goes with the new state. */
export interface VerdictTerms {
  readonly at: Moment;
  /** A new round that takes the prompt down everywhere; absent where no prompt can be up any more. */
  readonly closingRoundId?: string;
}

/**
 * The request as a verdict of `transition` leaves it: the state with its reason, the time, the end (the first one stands), and
 * no snooze once the asking is over. The version stays the one that was read; saving makes the next.
 *
 * Also where the state stays, because a save of the same state still counts: it moves the version that others compare with.
 */
export function applyVerdict(
  request: LogRequest,
  verdict: Extract<Verdict, { ok: true }>,
  { at, closingRoundId }: VerdictTerms,
): LogRequest {
  const { snoozedUntil, ...kept } = request;
  return {
    ...kept,
    ...(snoozedUntil !== undefined && isOpen(verdict.state) && { snoozedUntil }),
    state: verdict.state,
    ...(verdict.changed && verdict.rejectReason && { rejectReason: verdict.rejectReason }),
    ...(closingRoundId !== undefined && { push: { roundId: closingRoundId, kind: "closed", nextAt: at } }),
    updatedAt: at,
    ...(isEnded(verdict.state) && { endedAt: request.endedAt ?? at }),
  };
}
