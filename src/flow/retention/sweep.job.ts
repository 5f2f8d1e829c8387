import type { JobHandler } from "#ports/job-queue.ts";
import { createStrayInstallationWalk, type RemoveStrayInstallationsDeps } from "./remove-stray-installations.ts";
import { createSweep, type SweepDeps } from "./sweep.ts";

/** Works on jobs `sweep`, which come by themselves. */
export function sweepJob(deps: Omit<SweepDeps, "removeStrayInstallations"> & RemoveStrayInstallationsDeps): JobHandler {
  const sweep = createSweep({ ...deps, removeStrayInstallations: createStrayInstallationWalk(deps) });
  return (_items, signal) => sweep(signal);
}
