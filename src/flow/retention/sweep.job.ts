import type { JobHandler } from "#ports/job-queue.ts";
import { createSweep, type SweepDeps } from "./sweep.ts";

/** Works on jobs `sweep`, which come by themselves. */
export function sweepJob(deps: SweepDeps): JobHandler {
  const sweep = createSweep(deps);
  return (_items, signal) => sweep(signal);
}
