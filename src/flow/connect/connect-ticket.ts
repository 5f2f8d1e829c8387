import { OPERATOR_RETRY_SECONDS, retryDelaySeconds } from "#domain/policy.ts";
import { Problem } from "#domain/problems.ts";
import type { TicketConnection } from "#domain/ticket-connection.ts";
import type { Actor, Moment } from "#domain/vocabulary.ts";
import type { ConnectorRefusal } from "#ports/ticket-connector.ts";
import { addFiles } from "./add-files.ts";
import { beginAttempt, LeaseLost, Refused } from "./attempt.ts";
import type { ConnectDeps } from "./connect-deps.ts";
import { findOrMakeItem } from "./make-item.ts";
import { tellState, tellWhatHappened } from "./tell-item.ts";

const ACTOR: Actor = { kind: "system", id: "connect-ticket" };

/** Longer than the service may be silent (30 s), and short enough that a dead worker's work is taken up soon. */
const LEASE_SECONDS = 60;
/** What is not settled yet is looked for again after this. */
const AGAIN_MS = 1_000;

/**
 * Brings the other system's item up to date with its ticket: made once, told what happened, with the ticket's linked files on it
 * and none other. What is there already is not done again, however often this runs. Trouble is written on the connection, with
 * the time of the next attempt.
 */
export async function connectTicket(ticketId: string, deps: ConnectDeps, signal: AbortSignal): Promise<void> {
  const { store, clock, ids, leaseSeconds = LEASE_SECONDS } = deps;
  const leaseId = ids.next();
  const now = clock.now();
  const claimed = await store.connections.claim(ticketId, leaseId, now, now + leaseSeconds * 1000);
  if (!claimed) return;
  const attempt = beginAttempt(claimed, { store, clock, leaseId, leaseSeconds, signal });
  try {
    const { reason, more } = await bringUpToDate(claimed.system);
    await finish((at) => synced(attempt.connection(), at, { reason, more }));
  } catch (error) {
    if (error instanceof LeaseLost) return;
    const refusal = refusalOf(error);
    if (!refusal) throw error;
    await finish((at) => kept(attempt.connection(), refusal, at));
  }

  async function bringUpToDate(system: string) {
    const { connector } = deps;
    if (connector?.system !== system) {
      throw new Refused({ kind: "operator", reason: `This deployment is not connected with ${system} any more.` });
    }
    const connected = { ...deps, connector };
    const made = await findOrMakeItem(attempt, connected);
    // First what goes: a take-back does not wait for the upload of something else.
    const told = await tellWhatHappened(attempt, made, connected);
    const whole = await addFiles(attempt, told.item, connected);
    const reason = await tellState(attempt, whole, connected);
    return { reason, more: told.more };
  }

  /** In one transaction, so that nobody sees a refusal without the time of the next attempt. */
  async function finish(end: (at: Moment) => TicketConnection): Promise<void> {
    await store.transaction(async (tx) => {
      const at = clock.now();
      const ended = end(at);
      const standing = await tx.connections.finish(ended, leaseId, at);
      if (!standing) return;
      // Once, not every five minutes for as long as nobody mends it.
      if (ended.state === "refused" && claimed?.state !== "refused") {
        const data = { system: ended.system };
        await tx.append([{ type: "connection.refused", at, actor: ACTOR, ticketId, data }]);
      }
      if (standing.syncAt !== undefined) {
        await tx.wake([{ type: "connection.due", dueAt: standing.syncAt, ticketId }]);
      }
    });
  }

  function kept(connection: TicketConnection, refusal: ConnectorRefusal, at: Moment): TicketConnection {
    const isTransient = refusal.kind === "later" || refusal.kind === "changed";
    const asked = refusal.kind === "later" ? refusal.retryAfterSeconds : undefined;
    const seconds = signal.aborted
      ? 0
      : isTransient
        ? retryDelaySeconds(connection.attempt, deps.chance(), asked)
        : OPERATOR_RETRY_SECONDS;
    return {
      ...connection,
      state: isTransient ? "pending" : "refused",
      reason: refusal.reason,
      syncAt: at + Math.ceil(seconds * 1000),
    };
  }
}

function synced(
  connection: TicketConnection,
  at: Moment,
  { reason, more }: { readonly reason: string | undefined; readonly more: boolean },
): TicketConnection {
  const { reason: _mended, syncAt: _done, ...rest } = connection;
  return {
    ...rest,
    state: more ? "pending" : "synced",
    attempt: 0,
    syncedAt: at,
    ...(reason === undefined ? {} : { reason }),
    ...(more ? { syncAt: at + AGAIN_MS } : {}),
  };
}

/** Undefined for what is nobody's expected trouble. */
function refusalOf(error: unknown): ConnectorRefusal | undefined {
  if (error instanceof Refused) return error.refusal;
  if (error instanceof Problem && error.code === "blob_store_unavailable") {
    const retryAfterSeconds = error.retryAfterSeconds;
    return { kind: "later", reason: error.title, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  }
  return undefined;
}
