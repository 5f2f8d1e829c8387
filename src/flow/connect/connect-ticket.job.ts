import { JOBS } from "#flow/jobs.ts";
import type { JobHandler } from "#ports/job-queue.ts";
import type { ConnectDeps } from "./connect-deps.ts";
import { connectTicket } from "./connect-ticket.ts";

/** Works on jobs `connect`: one ticket each. */
export function connectTicketJob(deps: ConnectDeps): JobHandler {
  return async (items, signal) => {
    for (const item of items) await connectTicket(JOBS.connect.item.parse(item).ticketId, deps, signal);
  };
}
