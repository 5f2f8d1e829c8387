import type { Clock } from "#ports/clock.ts";
import { WorkerStops } from "#ports/job-queue.ts";
import type { PushGateway } from "#ports/push-gateway.ts";
import type { PushLedger } from "#ports/store.ts";

export interface ReadTelemetryDeps {
  readonly ledger: Pick<PushLedger, "findForTelemetry" | "saveOutcomes">;
  readonly gateway: Pick<PushGateway, "outcomes">;
  readonly clock: Clock;
}

/** When the second and last reading of a push's telemetry is due, counted from the hub's taking it. Design, section 7. */
const SECOND_TELEMETRY_SECONDS = 2 * 60;

/** A job that came this much early is on time: queues and clocks are not that exact. */
const EARLY_SECONDS = 5;

/**
 * Reads what the push services said of a push. It changes the Push row and the timeline, never a state: nothing that the
 * hub says is the device's word.
 */
export async function readTelemetry(
  pushId: string,
  { ledger, gateway, clock }: ReadTelemetryDeps,
  signal: AbortSignal,
): Promise<void> {
  const found = await ledger.findForTelemetry(pushId);
  if (!found) return;
  const { push, telemetryReads } = found;
  const { notificationId } = push;
  if (notificationId === undefined || telemetryReads >= 2) return;
  const secondAt = (push.finishedAt ?? push.createdAt) + SECOND_TELEMETRY_SECONDS * 1000;
  const isSecond = telemetryReads === 1;
  // The first job again, delivered twice.
  if (isSecond && clock.now() < secondAt - EARLY_SECONDS * 1000) return;
  const outcomes = await gateway.outcomes(notificationId, push.platform, signal);
  // Not read, and due as before.
  if (signal.reason instanceof WorkerStops) return;
  const now = clock.now();
  await ledger.saveOutcomes(pushId, outcomes, isSecond ? undefined : Math.max(secondAt, now), now);
}
