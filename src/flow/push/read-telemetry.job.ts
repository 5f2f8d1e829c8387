import { JOBS } from "#flow/jobs.ts";
import type { JobHandler } from "#ports/job-queue.ts";
import { readTelemetry, type ReadTelemetryDeps } from "./read-telemetry.ts";

/** Works on jobs `telemetry`: one push each. */
export function readTelemetryJob(deps: ReadTelemetryDeps): JobHandler {
  return async (items, signal) => {
    for (const item of items) await readTelemetry(JOBS.telemetry.item.parse(item).pushId, deps, signal);
  };
}
