import { Problem } from "#domain/problems.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type { Lease, Leases, StoredAnswer } from "#ports/store.ts";

/** How long a key stays ours without word from us. Design, section 6. */
const LEASE_MS = 60_000;
const RENEW_EVERY_MS = 20_000;
/** How long a twin is waited for before its caller is told to come back. Design, section 6. */
const TWIN_WAIT_MS = 2_000;
const LOOK_EVERY_MS = 100;

/** An Idempotency-Key while its body comes. */
export type HeldKey =
  /** Its call has been answered; the body that comes now must be the same to get that answer. */
  | { readonly kind: "answered"; readonly fingerprint: string; readonly answer: StoredAnswer }
  /** Ours, for as long as `lost` is not aborted. */
  | { readonly kind: "held"; readonly lease: Lease; readonly lost: AbortSignal; readonly stop: () => void };

export interface HoldKey {
  readonly leases: Leases;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Takes a key for a call that streams, and keeps it until `stop`. A twin that is under way is waited for, up to 2 s.
 *
 * @throws in_progress
 */
export async function holdKey({ leases, clock, ids }: HoldKey, scope: Lease["scope"]): Promise<HeldKey> {
  const lease: Lease = { scope, token: ids.next() };
  const until = clock.now() + TWIN_WAIT_MS;
  let taken = await leases.take(lease, clock.now(), clock.now() + LEASE_MS);
  while (taken.kind === "busy") {
    if (clock.now() >= until) throw new Problem("in_progress");
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    taken = await leases.take(lease, clock.now(), clock.now() + LEASE_MS);
  }
  if (taken.kind === "answered") return taken;

  const lost = new AbortController();
  const renew = async () => {
    try {
      if (await leases.renew(lease, clock.now() + LEASE_MS)) return;
    } catch {
      // The database is away for a moment: the lease is good for two more tries, and the end of the call looks anyway.
      return;
    }
    lost.abort(new Problem("in_progress"));
  };
  const timer = setInterval(() => void renew(), RENEW_EVERY_MS);
  return { kind: "held", lease, lost: lost.signal, stop: () => clearInterval(timer) };
}
