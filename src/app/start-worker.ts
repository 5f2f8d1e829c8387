import { cleanUpFileJob } from "#flow/cleanup/clean-up-file.job.ts";
import { syncInstallationJob } from "#flow/devices/sync-installation.job.ts";
import { connectTicketJob } from "#flow/connect/connect-ticket.job.ts";
import { deadlinesJob } from "#flow/expire/deadlines.job.ts";
import { endSnoozeJob } from "#flow/expire/end-snooze.job.ts";
import { meetDeadlines } from "#flow/expire/meet-deadlines.ts";
import { PIPELINE } from "#flow/pipeline.ts";
import { readTelemetryJob } from "#flow/push/read-telemetry.job.ts";
import { sendPushesJob } from "#flow/push/send-pushes.job.ts";
import { startReconciler } from "#flow/relay/reconciler.ts";
import { sweepJob } from "#flow/retention/sweep.job.ts";
import { verifyFileJob } from "#flow/verify/verify-file.job.ts";
import type { Log } from "#ports/log.ts";
import { composeParts } from "./compose.ts";
import type { Settings } from "./config.ts";
import { runJobs } from "./run-jobs.ts";
import type { ShutdownStep } from "./shutdown.ts";

/** How patient a worker is with what a dead one left behind. No settings: only tests, which kill workers, are in a hurry. */
export interface WorkerPace {
  readonly pushLeaseSeconds?: number;
  readonly reconcileEveryMs?: number;
  readonly reconcileGraceSeconds?: number;
  readonly strayAfterSeconds?: number;
}

/** Opens the parts and works on every job there is. */
export async function startWorker(
  settings: Settings,
  log: Log,
  { pushLeaseSeconds, reconcileEveryMs, reconcileGraceSeconds, strayAfterSeconds }: WorkerPace = {},
): Promise<{ readonly steps: readonly ShutdownStep[] }> {
  const parts = await composeParts(settings, log);
  const shared = {
    ...parts,
    ledger: parts.pushLedger,
    retentionDays: settings.RETENTION_DAYS,
    hubMode: settings.HUB_MODE,
    connectorLocale: settings.AZURE_DEVOPS_LOCALE,
    publicUrl: { to: (path: string) => (settings.PUBLIC_URL ?? "").replace(/\/$/, "") + path },
    ...(pushLeaseSeconds === undefined ? {} : { leaseSeconds: pushLeaseSeconds }),
    ...(strayAfterSeconds === undefined ? {} : { strayAfterSeconds }),
  };
  await runJobs({
    queue: parts.queue,
    log,
    handlers: {
      push: sendPushesJob(shared),
      syncInstallation: syncInstallationJob(shared),
      verify: verifyFileJob(shared),
      cleanup: cleanUpFileJob(shared),
      telemetry: readTelemetryJob(shared),
      connect: connectTicketJob(shared),
      snooze: endSnoozeJob(shared),
      deadlines: deadlinesJob(shared),
      sweep: sweepJob(shared),
    },
  });
  const reconciler = startReconciler({
    ...parts,
    pipeline: PIPELINE,
    meetDeadlines: (signal) => meetDeadlines(shared, signal),
    ...(reconcileEveryMs === undefined ? {} : { everyMs: reconcileEveryMs }),
    ...(reconcileGraceSeconds === undefined ? {} : { graceSeconds: reconcileGraceSeconds }),
  });
  log.info({}, "The worker works");
  return { steps: [{ name: "reconciler", stop: () => reconciler.stop() }, ...parts.steps] };
}
