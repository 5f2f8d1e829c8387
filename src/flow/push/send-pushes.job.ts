import { JOBS } from "#flow/jobs.ts";
import type { JobHandler } from "#ports/job-queue.ts";
import { sendPushes, type SendPushesDeps } from "./send-pushes.ts";

/** Works on jobs `push`: up to 32 errands each. */
export function sendPushesJob(deps: SendPushesDeps): JobHandler {
  return async (items, signal) => {
    await sendPushes(
      items.map((item) => JOBS.push.item.parse(item)),
      deps,
      signal,
    );
  };
}
