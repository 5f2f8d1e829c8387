import { applyVerdict } from "#domain/apply-verdict.ts";
import { fileFact, requestFact, type Fact } from "#domain/facts.ts";
import type { LogFile } from "#domain/log-file.ts";
import { transition } from "#domain/lifecycle.ts";
import type { LogRequest } from "#domain/log-request.ts";
import { Problem } from "#domain/problems.ts";
import { retryConflicts } from "#domain/retry-conflicts.ts";
import { isOpen, type Actor } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type { Store, Transaction } from "#ports/store.ts";

export interface RequestChanges {
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly maxReminders: number;
}

/**
 * Stops the asking, or an upload under way: what has arrived already is deleted.
 *
 * @throws not_found, cannot_cancel, conflict
 */
export async function cancelRequest(
  { store, clock, ids }: RequestChanges,
  actor: Actor,
  requestId: string,
): Promise<LogRequest> {
  return retryConflicts(() =>
    store.transaction(async (tx) => {
      const request = await findRequest(tx, requestId);
      const verdict = transition(request, { type: "cancel" });
      if (!verdict.ok)
        throw new Problem(verdict.problem, {
          detail: `The request is ${request.state}.`,
          extra: { state: request.state },
        });
      if (!verdict.changed) return request;
      const now = clock.now();
      // An answered request has closed its prompts already; only an open one still shows them.
      const roundId = isOpen(request.state) ? ids.next() : undefined;
      const cancelled = applyVerdict(request, verdict, { at: now, ...(roundId && { closingRoundId: roundId }) });
      if (!(await tx.requests.save(cancelled, { ifVersion: request.version }))) return "conflict";
      const dropped = await dropFiles(tx, request, now, actor);
      await tx.append([
        requestFact(request, { type: "request.cancelled", at: now, actor, ...(roundId && { roundId }) }),
        ...dropped,
      ]);
      return { ...cancelled, version: request.version + 1 };
    }),
  );
}

/** What was announced will not come; what came already must go. */
async function dropFiles(tx: Transaction, request: LogRequest, now: number, actor: Actor): Promise<Fact[]> {
  const facts: Fact[] = [];
  for (const file of await tx.files.ofOwner(request.id)) {
    if (file.state !== "announced" && file.state !== "uploaded") continue;
    const state = file.state === "announced" ? "missing" : "deleted";
    const { verifyAt: _settled, ...kept } = file;
    const dropped: LogFile = {
      ...kept,
      state,
      reason: "request_cancelled",
      cleanupAt: now,
      ...(state === "deleted" ? { deletedAt: now } : {}),
    };
    if (!(await tx.files.save(dropped, { ifState: file.state }))) continue;
    const type = state === "missing" ? "file.missing" : "file.deleted";
    facts.push(fileFact(file, { type, at: now, actor, data: { reason: "request_cancelled" } }));
  }
  return facts;
}

/**
 * Pushes again, a limited number of times.
 *
 * @returns the request as it is then; "conflict" when somebody else changed it at the same moment
 * @throws not_found, request_not_open, too_many_reminders
 */
export async function remindRequest(
  { tx, clock, ids, maxReminders }: Omit<RequestChanges, "store"> & { readonly tx: Transaction },
  actor: Actor,
  requestId: string,
): Promise<LogRequest | "conflict"> {
  const request = await findRequest(tx, requestId);
  const now = clock.now();
  if (!isOpen(request.state) || now >= request.answerBy) {
    throw new Problem("request_not_open", {
      detail: `The request is ${request.state}.`,
      extra: { state: request.state },
    });
  }
  if (request.snoozedUntil !== undefined && request.snoozedUntil > now) {
    throw new Problem("request_not_open", {
      detail: "The user asked to be asked later, and will be.",
      extra: { state: request.state },
    });
  }
  if (request.reminders >= maxReminders) {
    throw new Problem("too_many_reminders", {
      detail: `The user was reminded ${request.reminders} times; at most ${maxReminders} are allowed.`,
    });
  }
  const roundId = ids.next();
  const reminded: LogRequest = {
    ...request,
    reminders: request.reminders + 1,
    push: { roundId, kind: "remind", nextAt: now },
    updatedAt: now,
  };
  if (!(await tx.requests.save(reminded, { ifVersion: request.version }))) return "conflict";
  await tx.append([
    requestFact(request, {
      type: "request.reminded",
      at: now,
      actor,
      roundId,
      deadline: request.answerBy,
      data: { reminders: reminded.reminders },
    }),
  ]);
  return { ...reminded, version: request.version + 1 };
}

/** @throws not_found */
export async function findRequest(records: Pick<Transaction, "requests">, requestId: string): Promise<LogRequest> {
  const request = await records.requests.find(requestId);
  if (!request) throw new Problem("not_found");
  return request;
}
