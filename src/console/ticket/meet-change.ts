import type { Ticket } from "#console/api/shapes.ts";

/** What of a ticket is edited in its own form. */
export interface TicketWork {
  readonly state: Ticket["state"];
  /** Empty for nobody. */
  readonly assigneeId: string;
}

export function workOf(ticket: Pick<Ticket, "state" | "assigneeId">): TicketWork {
  return { state: ticket.state, assigneeId: ticket.assigneeId ?? "" };
}

export function isSameWork(one: TicketWork, other: TicketWork): boolean {
  return one.state === other.state && one.assigneeId === other.assigneeId;
}

/**
 * What becomes of the form when the ticket changes under it. `follow`: nothing was edited, or just this, so it shows the ticket as
 * it is now. `goOn`: something else of the ticket changed, and the edit stands on the new version. `clash`: a colleague changed
 * what is being edited, and neither may be lost.
 *
 * @param before as the ticket was when the edit began
 */
export function meetChange(before: TicketWork, edited: TicketWork, now: TicketWork): "follow" | "goOn" | "clash" {
  if (isSameWork(before, edited) || isSameWork(edited, now)) return "follow";
  return isSameWork(before, now) ? "goOn" : "clash";
}
