import { OPERATOR_RETRY_SECONDS, retryDelaySeconds } from "#domain/policy.ts";
import { retryConflicts } from "#domain/retry-conflicts.ts";
import { requestFact, type Fact } from "#domain/facts.ts";
import type { LogRequest } from "#domain/log-request.ts";
import type { Installation } from "#domain/user.ts";
import { isOpen, type Actor, type Moment } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type { PushGateway, PushOutcome } from "#ports/push-gateway.ts";
import type { Store, Transaction } from "#ports/store.ts";

export interface SyncInstallationDeps {
  readonly store: Store;
  readonly gateway: Pick<PushGateway, "send" | "putInstallation" | "removeInstallation">;
  readonly clock: Clock;
  readonly ids: Ids;
  /** A number in [0, 1). */
  readonly chance: () => number;
}

/** More requests than a user gets in the hour for which closing pushes are tried. */
const LATEST = 50;

const ACTOR: Actor = { kind: "system", id: "sync-installation" };

/**
 * Makes the hub know of an installation what we know, and asks the user's open requests again where it now can be reached;
 * or makes the hub forget a removed one. Trouble is written on the row with the time of the next attempt.
 *
 * When somebody else changed the row while the hub was being told, the hub may hold the older of the two: it is told again.
 */
export async function syncInstallation(
  installationId: string,
  deps: SyncInstallationDeps,
  signal: AbortSignal,
): Promise<void> {
  let isFirst = true;
  await retryConflicts(async () => {
    const installation = await deps.store.installations.find(installationId);
    if (!installation) return;
    // The same job twice. In a later round the hub was told something else in between, so it has to be told again.
    if (isFirst && installation.hubSync === "synced" && installation.syncAt === undefined && !installation.removedAt)
      return;
    isFirst = false;
    return installation.removedAt === undefined
      ? putAtHub(installation, deps, signal)
      : removeAtHub(installation, deps, signal);
  });
}

async function putAtHub(installation: Installation, deps: SyncInstallationDeps, signal: AbortSignal) {
  const { store, gateway, clock, ids } = deps;
  if (installation.previousUserId !== undefined) {
    // Before the hub hears of the new user: nobody shall hold a phone that still asks for someone else's logs.
    const closed = await closePrompts(installation, installation.previousUserId, deps, signal);
    if (closed.kind === "later" || closed.kind === "operator") return keepForLater(installation, closed, deps);
  }
  const outcome = await gateway.putInstallation(installation, signal);
  if (outcome.kind !== "accepted") return keepForLater(installation, outcome, deps);

  return store.transaction(async (tx) => {
    const now = clock.now();
    const synced: Installation = { ...withoutTrouble(installation), hubSync: "synced", syncAttempt: 0 };
    if (!(await tx.installations.save(synced, { ifVersion: installation.version }))) return "conflict";
    const { id, userId } = installation;
    await tx.append([{ type: "installation.synced", at: now, actor: ACTOR, installationId: id, userId }]);
    // In the same transaction: if we died in between, the requests would wait for an app that has just become reachable.
    for (const request of await tx.requests.openOf(userId)) {
      if (request.installationId !== undefined && request.installationId !== id) continue;
      await askAgain(tx, request.id, { installation, now, roundId: ids.next() });
    }
    return undefined;
  });
}

async function askAgain(
  tx: Transaction,
  requestId: string,
  {
    installation,
    now,
    roundId,
  }: { readonly installation: Installation; readonly now: Moment; readonly roundId: string },
): Promise<void> {
  await retryConflicts(async () => {
    const request = await tx.requests.find(requestId);
    if (!request || !isWorthAsking(request, now)) return;
    const { reachReason: _, ...rest } = request;
    const again: LogRequest = {
      ...rest,
      reach: "pending",
      push: { roundId, kind: "ask", nextAt: now },
      updatedAt: now,
    };
    if (!(await tx.requests.save(again, { ifVersion: request.version }))) return "conflict";
    await tx.append([
      requestFact(request, {
        type: "request.askedAgain",
        at: now,
        actor: ACTOR,
        installationId: installation.id,
        roundId,
        deadline: request.answerBy,
      }),
    ]);
    return undefined;
  });
}

function isWorthAsking(request: LogRequest, now: Moment): boolean {
  const isSnoozed = request.snoozedUntil !== undefined && request.snoozedUntil > now;
  return isOpen(request.state) && request.answerBy > now && !isSnoozed;
}

async function removeAtHub(installation: Installation, deps: SyncInstallationDeps, signal: AbortSignal) {
  const { store, gateway } = deps;
  // While the hub still knows where it is. Only a courtesy here: what cannot be closed now, the removed app cannot answer.
  await closePrompts(installation, installation.previousUserId ?? installation.userId, deps, signal);
  const outcome = await gateway.removeInstallation(installation.id, signal);
  if (outcome.kind !== "accepted") return keepForLater(installation, outcome, deps);
  await store.installations.forget(installation.id, { ifVersion: installation.version });
  // Registered again in the meantime, and perhaps synced before our removal arrived.
  return (await store.installations.find(installation.id)) ? "conflict" : undefined;
}

/** Takes a user's prompts down on this one installation. @returns the first outcome that was not `accepted`, else that. */
async function closePrompts(
  installation: Installation,
  userId: string,
  { store, gateway }: SyncInstallationDeps,
  signal: AbortSignal,
): Promise<PushOutcome> {
  const open = await store.requests.openOf(userId);
  // Ended a moment ago, and its closing push not sent yet: sent to the user, it would no longer find this installation.
  const { items: latest } = await store.requests.list({ userId, limit: LATEST });
  const closing = latest.filter(
    ({ state, push }) => !isOpen(state) && push.kind === "closed" && push.nextAt !== undefined,
  );
  for (const request of [...open, ...closing]) {
    if (request.installationId !== undefined && request.installationId !== installation.id) continue;
    const outcome = await gateway.send(
      {
        requestId: request.id,
        kind: "closed",
        platform: installation.platform,
        target: { installationId: installation.id },
        answerBy: request.answerBy,
        locale: installation.locale ?? "en",
      },
      signal,
    );
    if (outcome.kind !== "accepted") return outcome;
  }
  return { kind: "accepted" };
}

/** Writes the trouble and when the next attempt is due; none is due where the hub will never take it. */
async function keepForLater(
  installation: Installation,
  outcome: Exclude<PushOutcome, { readonly kind: "accepted" }>,
  { store, clock, chance }: SyncInstallationDeps,
) {
  const now = clock.now();
  const syncAttempt = installation.syncAttempt + 1;
  const syncAt = nextSyncAt(outcome, now, syncAttempt, chance());
  const hubSync = outcome.kind === "later" ? "pending" : "refused";
  const { syncAt: _, ...rest } = installation;
  const kept: Installation = {
    ...rest,
    hubSync,
    hubSyncReason: outcome.reason,
    syncAttempt,
    ...(syncAt === undefined ? {} : { syncAt }),
  };
  // Once, not every five minutes for as long as nobody mends it.
  const facts: Fact[] =
    hubSync === "refused" && installation.hubSync !== "refused"
      ? [
          {
            type: "installation.refused",
            at: now,
            actor: ACTOR,
            installationId: installation.id,
            userId: installation.userId,
          },
        ]
      : [];
  return store.transaction(async (tx) => {
    if (!(await tx.installations.save(kept, { ifVersion: installation.version }))) return "conflict";
    await tx.append(facts);
    if (syncAt !== undefined) {
      await tx.wake([{ type: "installation.due", dueAt: syncAt, installationId: installation.id }]);
    }
    return undefined;
  });
}

function nextSyncAt(
  outcome: Exclude<PushOutcome, { readonly kind: "accepted" }>,
  now: Moment,
  failures: number,
  chance: number,
): Moment | undefined {
  switch (outcome.kind) {
    case "later":
      return now + Math.ceil(retryDelaySeconds(failures, chance, outcome.retryAfterSeconds) * 1000);
    case "operator":
      return now + OPERATOR_RETRY_SECONDS * 1000;
    case "never":
      return undefined;
  }
}

function withoutTrouble(installation: Installation): Installation {
  const { syncAt: _at, previousUserId: _previous, hubSyncReason: _reason, ...rest } = installation;
  return rest;
}
