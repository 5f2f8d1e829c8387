import type { Clock } from "#ports/clock.ts";
import { WorkerStops } from "#ports/job-queue.ts";
import type { Ids } from "#ports/ids.ts";
import type { OutgoingPush, PushGateway } from "#ports/push-gateway.ts";
import type { ClaimedPush, PushEnd, PushLedger } from "#ports/store.ts";
import { decidePushEnd } from "./decide-push-end.ts";

export interface SendPushesDeps {
  readonly ledger: Pick<PushLedger, "claim" | "finish">;
  readonly gateway: Pick<PushGateway, "send">;
  readonly clock: Clock;
  readonly ids: Ids;
  /** A number in [0, 1). */
  readonly chance: () => number;
  /** Where the kill tests stop the process: `push:after-hub` is between the hub's 201 and our record of it. */
  readonly failpoint?: (name: string) => void | Promise<void>;
  /** How long a push that was claimed is nobody else's; 90 s unless told. */
  readonly leaseSeconds?: number;
}

/** Longer than a job may take (60 s): nobody else may send what this worker still has in hand. After a kill it is the wait. */
const PUSH_LEASE_SECONDS = 90;

/** Sends in flight at once for one job. With 10 s a call at worst, 4 platforms each of 32 requests end within 40 s. */
const SENDS_AT_ONCE = 32;

/**
 * Sends what the errands of these requests say, and writes each outcome as soon as it is known, so that a slow push holds
 * nobody. What is not this round's errand any more, or has been sent, does nothing.
 *
 * @throws the first error of the database, after every other push has been finished; the lease brings back what it hit.
 */
export async function sendPushes(
  items: readonly { readonly requestId: string; readonly roundId: string }[],
  { ledger, gateway, clock, ids, chance, failpoint, leaseSeconds = PUSH_LEASE_SECONDS }: SendPushesDeps,
  signal: AbortSignal,
): Promise<void> {
  const claimed = await ledger.claim(items, clock.now(), leaseSeconds);
  const late = lateOnly(signal);

  async function sendOne(push: ClaimedPush): Promise<void> {
    const end = signal.aborted ? handedBack() : await attemptOne(push);
    await ledger.finish(push, end, clock.now(), ids.next());
  }

  async function attemptOne(push: ClaimedPush): Promise<PushEnd> {
    const outcome = await gateway.send(outgoing(push), late);
    if (outcome.kind === "accepted") await failpoint?.("push:after-hub");
    return decidePushEnd(push, outcome, clock.now(), chance());
  }

  /** The worker is stopping: another one shall not have to wait for the lease. */
  function handedBack(): PushEnd {
    return {
      kind: "waiting",
      nextAttemptAt: clock.now(),
      operator: false,
      reason: "The worker stopped before it could send.",
    };
  }

  const failures: unknown[] = [];
  const waiting = [...claimed];
  const lane = async () => {
    for (let push = waiting.shift(); push; push = waiting.shift()) {
      try {
        await sendOne(push);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(SENDS_AT_ONCE, claimed.length) }, lane));
  if (failures.length > 0) throw failures[0];
}

/**
 * What breaks off a send that is under way: the end of the job's time, but not that the worker stops. The hub may have taken
 * it already, and the user would be asked twice; the hub has 10 s to answer, and a stop has 30.
 */
function lateOnly(signal: AbortSignal): AbortSignal {
  const late = new AbortController();
  signal.addEventListener("abort", () => {
    if (!(signal.reason instanceof WorkerStops)) late.abort(signal.reason);
  });
  return late.signal;
}

function outgoing({ requestId, kind, platform, userId, installationId, answerBy, locale }: ClaimedPush): OutgoingPush {
  const target = installationId === undefined ? { userId } : { installationId };
  return { requestId, kind, platform, target, answerBy, locale: locale ?? "en" };
}
