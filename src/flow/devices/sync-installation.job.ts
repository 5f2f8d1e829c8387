import { JOBS } from "#flow/jobs.ts";
import type { JobHandler } from "#ports/job-queue.ts";
import { syncInstallation, type SyncInstallationDeps } from "./sync-installation.ts";

/** Works on jobs `syncInstallation`: one installation each. */
export function syncInstallationJob(deps: SyncInstallationDeps): JobHandler {
  return async (items, signal) => {
    for (const item of items) {
      await syncInstallation(JOBS.syncInstallation.item.parse(item).installationId, deps, signal);
    }
  };
}
