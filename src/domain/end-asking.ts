import { applyVerdict } from "./apply-verdict.ts";
import { requestFact, type Fact } from "./facts.ts";
import { transition } from "./lifecycle.ts";
import type { LogRequest } from "./log-request.ts";
import type { Actor, Moment } from "./vocabulary.ts";

/**
 * What is to be written when `answerBy` has passed: the request as expired, its prompt closed everywhere, and the fact. The
 * deadline job does it, or an answer that comes too late, whichever is first.
 *
 * @returns undefined when the request has been answered or ended, or its time has not come
 */
export function endAsking(
  request: LogRequest,
  { at, actor, roundId }: { readonly at: Moment; readonly actor: Actor; readonly roundId: string },
): { readonly request: LogRequest; readonly fact: Fact } | undefined {
  if (request.answerBy > at) return undefined;
  const verdict = transition(request, { type: "answerDeadline" });
  if (!verdict.ok || !verdict.changed) return undefined;
  return {
    request: applyVerdict(request, verdict, { at, closingRoundId: roundId }),
    fact: requestFact(request, { type: "request.expired", at, actor, roundId }),
  };
}
