import { endAsking } from "#domain/end-asking.ts";
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
      const expired = request && endAsking(request, { at: clock.now(), actor: ACTOR, roundId: ids.next() });
      if (!expired) return undefined;
      if (!(await tx.requests.save(expired.request, { ifVersion: request.version }))) return "conflict";
      await tx.append([expired.fact]);
      return undefined;
    }),
  );
}
