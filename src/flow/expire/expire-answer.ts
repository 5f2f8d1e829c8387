import { transition } from "#domain/lifecycle.ts";
import type { LogRequest } from "#domain/log-request.ts";
import { retryConflicts } from "#domain/retry-conflicts.ts";
import type { Actor } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type { Store } from "#ports/store.ts";

export interface ExpireAnswerDeps {
  readonly store: Pick<Store, "transaction">;
  readonly clock: Clock;
  readonly ids: Ids;
}

const ACTOR: Actor = { kind: "system", id: "deadlines" };

/**
 * Ends the asking when `answerBy` has passed, and takes the prompt down everywhere. Does nothing to a request that has been
 * answered, or whose time has not come.
 *
 * @throws conflict
 */
export async function expireAnswer(requestId: string, { store, clock, ids }: ExpireAnswerDeps): Promise<void> {
  await retryConflicts(() =>
    store.transaction(async (tx) => {
      const request = await tx.requests.find(requestId);
      const now = clock.now();
      if (request === undefined || request.answerBy > now) return undefined;
      const verdict = transition(request, { type: "answerDeadline" });
      if (!verdict.ok || !verdict.changed) return undefined;
      const roundId = ids.next();
      const { snoozedUntil: _over, ...kept } = request;
      const expired: LogRequest = {
        ...kept,
        state: verdict.state,
        push: { roundId, kind: "closed", nextAt: now },
        updatedAt: now,
        endedAt: now,
      };
      if (!(await tx.requests.save(expired, { ifVersion: request.version }))) return "conflict";
      const { ticketId, userId } = request;
      await tx.append([{ type: "request.expired", at: now, actor: ACTOR, ticketId, requestId, userId, roundId }]);
      return undefined;
    }),
  );
}
