import { z } from "zod";
import { TICKET_STATES } from "#domain/vocabulary.ts";
import { FACT_TYPES } from "#domain/facts.ts";
import { ticketConnection } from "./connections.ts";
import { file } from "./files.ts";
import { NAME, agentId, callId, id, listOf, pageQuery, time, userId } from "./primitives.ts";
import { route } from "./route.ts";

const externalSystem = z.string().regex(NAME, "must be lower-case letters, digits and '-', at most 40");
const externalId = z.string().min(1).max(256);

export const participant = z
  .strictObject({ userId, callId: callId.optional() })
  .meta({ description: "Someone who took part in one of the ticket's calls. They may be asked for logs as well." });

export const ticket = z
  .object({
    id,
    number: z.number().int().meta({ description: "For people: counts up from 1" }),
    subject: z.string(),
    description: z.string(),
    state: z.enum(TICKET_STATES),
    userId: userId.optional(),
    participants: z.array(participant),
    callIds: z.array(callId),
    assigneeId: z.string().optional(),
    teamId: id.optional(),
    externalSystem: externalSystem.optional(),
    externalId: externalId.optional(),
    webUrl: z.url().meta({ description: "A stable sign-in link that can be pasted anywhere" }),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: "Ticket" });

const ticketContent = {
  subject: z.string().min(1).max(200),
  description: z.string().max(10_000).default(""),
  userId: userId.optional(),
  participants: z.array(participant).max(100).default([]),
  callIds: z.array(callId).max(50).default([]),
  assigneeId: agentId.optional(),
};

export const newTicket = z
  .strictObject({ ...ticketContent, externalSystem: externalSystem.optional(), externalId: externalId.optional() })
  .refine((body) => (body.externalSystem === undefined) === (body.externalId === undefined), {
    message: "give both 'externalSystem' and 'externalId', or neither",
    params: { rule: "belongs_together" },
    path: ["externalId"],
  })
  .meta({ id: "NewTicket" });

export const ticketChange = z
  .strictObject({
    subject: z.string().min(1).max(200),
    description: z.string().max(10_000),
    state: z.enum(TICKET_STATES),
    userId: userId.nullable(),
    participants: z.array(participant).max(100),
    callIds: z.array(callId).max(50),
    assigneeId: agentId.nullable(),
  })
  .partial()
  .meta({ id: "TicketChange", description: "Only what is named changes; null removes." });

export const actor = z
  .object({ kind: z.enum(["agent", "user", "key", "system"]), id: z.string() })
  .meta({ id: "Actor" });

export const timelineEntry = z
  .object({
    id: z.string().meta({ description: "Opaque; the feed's event id" }),
    type: z.enum(FACT_TYPES),
    at: time,
    actor,
    ticketId: id,
    requestId: id.optional(),
    reportId: id.optional(),
    fileId: id.optional(),
    userId: userId.optional(),
    installationId: id.optional(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "TimelineEntry", description: "One fact: what happened, when, by whom." });

const ticketParams = z.strictObject({ ticketId: id });
const tag = "Tickets";

export const createTicket = route({
  name: "createTicket",
  method: "post",
  path: "/v1/tickets",
  audience: "agent",
  tag,
  summary: "Open a ticket",
  body: newTicket,
  successes: [
    { status: 201, description: "The ticket", body: ticket, headers: { Location: "Where it is", ETag: "Its version" } },
  ],
  problems: ["external_id_taken", "idempotency_key_reused", "in_progress"],
  idempotent: true,
});

export const listTickets = route({
  name: "listTickets",
  method: "get",
  path: "/v1/tickets",
  audience: "agent",
  tag,
  summary: "Search tickets, newest first",
  query: z.strictObject({
    query: z.string().max(200).optional().meta({
      description:
        "Words of the subject, or a number, user id, call id or external id; or a report's survey id, participant id or SDK version",
    }),
    number: z.coerce.number().int().min(1).max(2_147_483_647).optional(),
    userId: userId.optional(),
    callId: callId.optional(),
    surveyId: z.string().min(1).max(256).optional().meta({ description: "Of a report on the ticket" }),
    sdkVersion: z.string().min(1).max(128).optional().meta({
      description: "Of the calling SDK that a report on the ticket names, or of the SDK that made an export on it",
    }),
    externalSystem: externalSystem.optional(),
    externalId: externalId.optional(),
    assigneeId: z.string().max(256).optional(),
    state: z.enum(TICKET_STATES).optional(),
    ...pageQuery,
  }),
  successes: [{ status: 200, description: "A page of tickets", body: listOf(ticket) }],
});

export const getTicket = route({
  name: "getTicket",
  method: "get",
  path: "/v1/tickets/{ticketId}",
  audience: "agent",
  tag,
  summary: "Read a ticket with its files, and what it is in another ticket system",
  params: ticketParams,
  successes: [
    {
      status: 200,
      description: "The ticket",
      body: ticket
        .extend({ files: z.array(file), connection: ticketConnection.optional() })
        .meta({ id: "TicketWithFiles" }),
      headers: { ETag: "Its version" },
    },
  ],
});

export const changeTicket = route({
  name: "changeTicket",
  method: "patch",
  path: "/v1/tickets/{ticketId}",
  audience: "agent",
  tag,
  summary: "Change a ticket",
  params: ticketParams,
  body: ticketChange,
  successes: [{ status: 200, description: "The ticket as it is now", body: ticket, headers: { ETag: "Its version" } }],
  problems: ["precondition_failed", "precondition_required"],
  ifMatch: true,
});

export const listTicketTimeline = route({
  name: "listTicketTimeline",
  method: "get",
  path: "/v1/tickets/{ticketId}/timeline",
  audience: "agent",
  tag,
  summary: "Read what happened on a ticket, oldest first",
  params: ticketParams,
  query: z.strictObject(pageQuery),
  successes: [{ status: 200, description: "A page of facts", body: listOf(timelineEntry) }],
});

export const putTicketByExternal = route({
  name: "putTicketByExternal",
  method: "put",
  path: "/v1/tickets/by-external/{system}/{externalId}",
  audience: "agent",
  tag,
  summary: "Create or replace the ticket that another system knows by this id",
  params: z.strictObject({ system: externalSystem, externalId }),
  body: z.strictObject(ticketContent).meta({ id: "ExternalTicket" }),
  successes: [
    {
      status: 200,
      description: "The ticket stood already and is now as given",
      body: ticket,
      headers: { ETag: "Its version" },
    },
    {
      status: 201,
      description: "The ticket is new",
      body: ticket,
      headers: { Location: "Where it is", ETag: "Its version" },
    },
  ],
  problems: ["conflict"],
});
