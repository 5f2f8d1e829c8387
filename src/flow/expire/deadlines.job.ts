import type { JobHandler } from "#ports/job-queue.ts";
import { meetDeadlines, type MeetDeadlinesDeps } from "./meet-deadlines.ts";

/** Works on jobs `deadlines`, which come by themselves. */
export function deadlinesJob(deps: MeetDeadlinesDeps): JobHandler {
  return (_items, signal) => meetDeadlines(deps, signal);
}
