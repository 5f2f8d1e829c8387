import { JOBS } from "#flow/jobs.ts";
import type { JobHandler } from "#ports/job-queue.ts";
import { verifyFile, type VerifyFileDeps } from "./verify-file.ts";

/** Works on jobs `verify`: one file each. */
export function verifyFileJob(deps: VerifyFileDeps): JobHandler {
  return async (items, signal) => {
    for (const item of items) await verifyFile(JOBS.verify.item.parse(item).fileId, deps, signal);
  };
}
