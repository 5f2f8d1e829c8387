import { retryConflicts } from "#domain/retry-conflicts.ts";
import type { Moment } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";
import type { Log } from "#ports/log.ts";
import { ListingRefused, type PushGateway, type PushOutcome } from "#ports/push-gateway.ts";
import type { Store } from "#ports/store.ts";

export interface RemoveStrayInstallationsDeps {
  readonly gateway: Pick<PushGateway, "listInstallations" | "removeInstallation">;
  readonly store: Pick<Store, "installations" | "transaction">;
  readonly clock: Clock;
  readonly log: Pick<Log, "info" | "warn">;
  /** Whose the hub is. In a shared one nothing is listed: what is not in our table is somebody else's. */
  readonly hubMode: "own" | "shared";
  /** Installations read in one run, so that the rest of the sweep waits for no hub; 5,000 unless told. */
  readonly readAtOnce?: number;
}

/** A process that has just started has better things to do, and one that is restarted over and over lists nothing. */
const FIRST_AFTER_SECONDS = 5 * 60;
/** A stray costs little: a push that nobody reads, and a place in the hub's quota. */
const EVERY_SECONDS = 24 * 60 * 60;
const AFTER_TROUBLE_SECONDS = 10 * 60;
/** Ids asked about at once: a page of the hub, one query. */
const BATCH = 100;

type Trouble = Exclude<PushOutcome, { readonly kind: "accepted" }>;

/**
 * Makes this process's walk over the hub: installations of ours that our table does not know are removed, such as those of a
 * database that was restored, or of a worker that was killed. It starts some minutes after the process and then once a day;
 * each run goes on where the last one stopped.
 */
export function createStrayInstallationWalk({
  gateway,
  store,
  clock,
  log,
  hubMode,
  readAtOnce = 5_000,
}: RemoveStrayInstallationsDeps): (signal: AbortSignal) => Promise<void> {
  let nextAt: Moment = clock.now() + FIRST_AFTER_SECONDS * 1000;
  let walk: { readonly ids: AsyncIterator<string>; readonly stop: AbortController; removed: number } | undefined;

  return async (signal) => {
    if (hubMode === "shared" || (!walk && clock.now() < nextAt)) return;
    const stop = walk?.stop ?? new AbortController();
    walk ??= { ids: gateway.listInstallations(stop.signal)[Symbol.asyncIterator](), stop, removed: 0 };
    const { ids } = walk;
    // Whatever goes wrong in here, the walk is over: it begins anew at its time.
    const under = walk;
    walk = undefined;
    nextAt = clock.now() + EVERY_SECONDS * 1000;
    const stopToo = () => stop.abort(signal.reason);
    signal.addEventListener("abort", stopToo, { once: true });
    try {
      for (let read = 0; read < readAtOnce; read += BATCH) {
        const { batch, isLast } = await take(ids, BATCH);
        const removal = await removeUnknown(batch, signal);
        under.removed += removal.removed;
        if (removal.trouble) return giveUp(removal.trouble, under.removed);
        if (isLast) return tell(under.removed);
      }
      walk = under;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ListingRefused)) throw error;
      giveUp(error.refusal, under.removed);
    } finally {
      signal.removeEventListener("abort", stopToo);
    }
  };

  function tell(removed: number): void {
    if (removed > 0) log.info({ removed }, "Installations that nobody knows were removed from the hub");
  }

  function giveUp(trouble: Trouble, removed: number): void {
    tell(removed);
    const { reason } = trouble;
    if (trouble.kind === "later") {
      nextAt = clock.now() + AFTER_TROUBLE_SECONDS * 1000;
      log.warn({ reason }, "The hub's installations could not all be looked at and are looked at later");
      return;
    }
    log.warn(
      { reason },
      "The hub's installations cannot be listed, so those that nobody knows any more stay there, are pushed to and count as devices. Give HUB_CONNECTION_STRING a policy with Manage, or set HUB_MODE=shared",
    );
  }

  async function removeUnknown(
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<{ readonly removed: number; readonly trouble?: Trouble }> {
    // Listed first and asked about then: a row is there before the hub hears of it.
    const known = await store.installations.known(ids);
    const removed: string[] = [];
    try {
      for (const id of new Set(ids)) {
        if (known.has(id.toLowerCase())) continue;
        const outcome = await gateway.removeInstallation(id, signal);
        // Also when it is not sure: the hub may have done it.
        removed.push(id.toLowerCase());
        if (outcome.kind !== "accepted") return { removed: removed.length - 1, trouble: outcome };
      }
      return { removed: removed.length };
    } finally {
      // Registered again in between, perhaps synced before our removal arrived: the hub is told once more.
      if (removed.length > 0) for (const id of await store.installations.known(removed)) await syncAgain(id);
    }
  }

  async function syncAgain(id: string): Promise<void> {
    await retryConflicts(() =>
      store.transaction(async (tx) => {
        const installation = await tx.installations.find(id);
        if (!installation) return undefined;
        const now = clock.now();
        const pending = { ...installation, hubSync: "pending", syncAt: now, syncAttempt: 0 } as const;
        if (!(await tx.installations.save(pending, { ifVersion: installation.version }))) return "conflict";
        await tx.wake([{ type: "installation.due", dueAt: now, installationId: id }]);
        return undefined;
      }),
    );
  }
}

async function take(
  ids: AsyncIterator<string>,
  count: number,
): Promise<{ readonly batch: readonly string[]; readonly isLast: boolean }> {
  const batch: string[] = [];
  while (batch.length < count) {
    const next = await ids.next();
    if (next.done) return { batch, isLast: true };
    batch.push(next.value);
  }
  return { batch, isLast: false };
}
