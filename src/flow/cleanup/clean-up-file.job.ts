import { JOBS } from "#flow/jobs.ts";
import type { JobHandler } from "#ports/job-queue.ts";
import { cleanUpFile, type CleanUpFileDeps } from "./clean-up-file.ts";

/** Works on jobs `cleanup`: one file each. */
export function cleanUpFileJob(deps: CleanUpFileDeps): JobHandler {
  return async (items, signal) => {
    for (const item of items) await cleanUpFile(JOBS.cleanup.item.parse(item).fileId, deps, signal);
  };
}
