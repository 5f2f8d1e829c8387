import { JOBS } from "#flow/jobs.ts";
import type { JobHandler } from "#ports/job-queue.ts";
import { endSnooze, type EndSnoozeDeps } from "./end-snooze.ts";

/** Works on jobs `snooze`: one request each. */
export function endSnoozeJob(deps: EndSnoozeDeps): JobHandler {
  return async (items) => {
    for (const item of items) await endSnooze(JOBS.snooze.item.parse(item).requestId, deps);
  };
}
