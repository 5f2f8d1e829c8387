import { callApi } from "#console/api/call-api.ts";
import type { TicketVersion } from "#console/api/queries.ts";
import type { Ticket } from "#console/api/shapes.ts";

/** Only who is on the ticket may be asked: the ticket's user if it has none yet, else one more participant. */
export async function putOnTicket({ ticket, etag }: TicketVersion, userId: string): Promise<void> {
  const body = ticket.userId === undefined ? { userId } : { participants: [...ticket.participants, { userId }] };
  await callApi<Ticket>("PATCH", `/v1/tickets/${ticket.id}`, {
    body,
    ...(etag === undefined ? {} : { ifMatch: etag }),
  });
}
