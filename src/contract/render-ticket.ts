import type { z } from "zod";
import type { Ticket } from "#domain/ticket.ts";
import type { Fact } from "#domain/facts.ts";
import { formatTime } from "./primitives.ts";
import type { ticket, timelineEntry } from "./tickets.ts";

/** A ticket as agents see it. `webUrl` is a link that can be pasted anywhere. */
export function renderTicket(given: Ticket, webUrl: string): z.output<typeof ticket> {
  return {
    id: given.id,
    number: given.number,
    subject: given.subject,
    description: given.description,
    state: given.state,
    ...(given.userId === undefined ? {} : { userId: given.userId }),
    participants: given.participants.map(({ userId, callId }) => ({
      userId,
      ...(callId === undefined ? {} : { callId }),
    })),
    callIds: [...given.callIds],
    ...(given.assigneeId === undefined ? {} : { assigneeId: given.assigneeId }),
    ...(given.teamId === undefined ? {} : { teamId: given.teamId }),
    ...(given.externalSystem === undefined ? {} : { externalSystem: given.externalSystem }),
    ...(given.externalId === undefined ? {} : { externalId: given.externalId }),
    webUrl,
    createdAt: formatTime(given.createdAt),
    updatedAt: formatTime(given.updatedAt),
  };
}

/** One fact of a ticket; `cursor` resumes the feed after it. */
export function renderTimelineEntry({
  cursor,
  ticketId,
  fact,
}: {
  readonly cursor: string;
  readonly ticketId: string;
  readonly fact: Fact;
}): z.output<typeof timelineEntry> {
  return {
    id: cursor,
    type: fact.type,
    at: formatTime(fact.at),
    actor: { ...fact.actor },
    ticketId,
    ...(fact.requestId === undefined ? {} : { requestId: fact.requestId }),
    ...(fact.reportId === undefined ? {} : { reportId: fact.reportId }),
    ...(fact.fileId === undefined ? {} : { fileId: fact.fileId }),
    ...(fact.userId === undefined ? {} : { userId: fact.userId }),
    ...(fact.installationId === undefined ? {} : { installationId: fact.installationId }),
    data: { ...fact.data },
  };
}
