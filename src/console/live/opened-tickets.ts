import { createStore } from "#console/parts/create-store.ts";

const KEEP = 100;

/** Tickets that the feed said were opened since the page was: a report may open one while the list is being read. */
export const openedTickets = createStore<readonly string[]>([]);

export function noteOpened(ticketId: string): void {
  openedTickets.set((before) => (before.includes(ticketId) ? before : [...before, ticketId].slice(-KEEP)));
}
