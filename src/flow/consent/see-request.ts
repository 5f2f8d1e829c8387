import { applyVerdict } from "#domain/apply-verdict.ts";
import { requestFact } from "#domain/facts.ts";
import { transition } from "#domain/lifecycle.ts";
import type { LogRequest } from "#domain/log-request.ts";
import { Problem } from "#domain/problems.ts";
import { retryConflicts } from "#domain/retry-conflicts.ts";
import { isOpen, type Actor, type Moment } from "#domain/vocabulary.ts";
import { findOwnRequest } from "#http/find-own-request.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type { Store } from "#ports/store.ts";

type DeviceCaller = { readonly userId: string; readonly installationId?: string };

/**
 * The device's own word that the prompt was shown. Late or repeated, it changes nothing.
 *
 * @throws not_found, conflict
 */
export async function seeRequest(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  caller: DeviceCaller,
  requestId: string,
): Promise<LogRequest> {
  const actor: Actor = { kind: "user", id: caller.userId };
  return retryConflicts(() =>
    store.transaction(async (tx) => {
      const request = await findOwnRequest(tx, caller, requestId);
      const verdict = transition(request, { type: "seen" });
      if (!verdict.ok || !verdict.changed) return request;
      const now = clock.now();
      const seen = applyVerdict(request, verdict, { at: now });
      if (!(await tx.requests.save(seen, { ifVersion: request.version }))) return "conflict";
      await tx.append([requestFact(request, { type: "request.seen", at: now, actor })]);
      return { ...seen, version: request.version + 1 };
    }),
  );
}

/**
 * "Later": no answer and no transition. Takes the prompt down on all of the user's installations; a row that is due then asks again.
 *
 * @param snoozeUntil in the future, at most the request's `answerBy`
 * @throws not_found, request_not_open, invalid_request, conflict
 */
export async function snoozeRequest(
  { store, clock, ids }: { readonly store: Store; readonly clock: Clock; readonly ids: Ids },
  caller: DeviceCaller,
  requestId: string,
  snoozeUntil: Moment,
): Promise<LogRequest> {
  const actor: Actor = { kind: "user", id: caller.userId };
  return retryConflicts(() =>
    store.transaction(async (tx) => {
      const request = await findOwnRequest(tx, caller, requestId);
      const now = clock.now();
      if (!isOpen(request.state) || now >= request.answerBy) {
        throw new Problem("request_not_open", {
          detail: `The request is ${request.state}.`,
          extra: { state: request.state },
        });
      }
      if (snoozeUntil <= now || snoozeUntil > request.answerBy) {
        const message = `must be after now and at most answerBy, ${new Date(request.answerBy).toISOString()}`;
        throw new Problem("invalid_request", {
          detail: `snoozeUntil ${message}.`,
          details: [{ target: "snoozeUntil", message }],
        });
      }
      const roundId = ids.next();
      const snoozed: LogRequest = {
        ...request,
        snoozedUntil: snoozeUntil,
        push: { roundId, kind: "closed", nextAt: now },
        updatedAt: now,
      };
      if (!(await tx.requests.save(snoozed, { ifVersion: request.version }))) return "conflict";
      await tx.append([requestFact(request, { type: "request.snoozed", at: now, actor, roundId })]);
      await tx.wake([{ type: "snooze.due", dueAt: snoozeUntil, requestId }]);
      return { ...snoozed, version: request.version + 1 };
    }),
  );
}
