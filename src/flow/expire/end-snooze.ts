import { requestFact } from "#domain/facts.ts";
import type { LogRequest } from "#domain/log-request.ts";
import { retryConflicts } from "#domain/retry-conflicts.ts";
import { isOpen, type Actor } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type { Store } from "#ports/store.ts";

export interface EndSnoozeDeps {
  readonly store: Pick<Store, "transaction">;
  readonly clock: Clock;
  readonly ids: Ids;
}

const ACTOR: Actor = { kind: "system", id: "deadlines" };

/**
 * Asks again when "later" has come. Does nothing when the user has answered meanwhile, put it off again, or can no longer
 * answer.
 *
 * @throws conflict
 */
export async function endSnooze(requestId: string, { store, clock, ids }: EndSnoozeDeps): Promise<void> {
  await retryConflicts(() =>
    store.transaction(async (tx) => {
      const request = await tx.requests.find(requestId);
      const now = clock.now();
      if (request?.snoozedUntil === undefined || request.snoozedUntil > now) return undefined;
      if (!isOpen(request.state) || request.answerBy <= now) return undefined;
      const roundId = ids.next();
      const { snoozedUntil: _over, ...kept } = request;
      const asked: LogRequest = { ...kept, push: { roundId, kind: "ask", nextAt: now }, updatedAt: now };
      if (!(await tx.requests.save(asked, { ifVersion: request.version }))) return "conflict";
      const { answerBy: deadline } = request;
      await tx.append([requestFact(request, { type: "request.askedAgain", at: now, actor: ACTOR, roundId, deadline })]);
      return undefined;
    }),
  );
}
