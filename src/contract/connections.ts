import { z } from "zod";
import { CONNECTION_STATES, FILE_CONNECTION_STATES, SHOWN_AS } from "#domain/vocabulary.ts";
import { id, time } from "./primitives.ts";
import { route } from "./route.ts";

export const ticketConnection = z
  .object({
    system: z.string().meta({ description: "As `externalSystem` says it, such as `azure-devops`" }),
    state: z.enum(CONNECTION_STATES).meta({
      description: "`pending`: it is being brought up to date; `refused`: somebody must mend what `reason` says",
    }),
    itemId: z.string().optional().meta({ description: "The work item's id there, once it is made" }),
    webUrl: z.url().optional().meta({ description: "Where people open the work item" }),
    reason: z.string().optional().meta({ description: "The last refusal, in words" }),
    nextAttemptAt: time.optional(),
    syncedAt: time.optional().meta({ description: "When it last was what the ticket is" }),
    files: z.array(
      z.object({
        fileId: id,
        shownAs: z.enum(SHOWN_AS).meta({ description: "Its bytes, or a link to the file's `webUrl`" }),
        state: z.enum(FILE_CONNECTION_STATES),
      }),
    ),
  })
  .meta({ id: "TicketConnection", description: "What a ticket is in another ticket system." });

export const createWorkItem = route({
  name: "createWorkItem",
  method: "post",
  path: "/v1/tickets/{ticketId}:createWorkItem",
  audience: "agent",
  tag: "Tickets",
  summary: "Give a ticket a work item in the connected system, or try at once what waits there. Safe to repeat",
  params: z.strictObject({ ticketId: id }),
  successes: [{ status: 202, description: "It is being made, or is there", body: ticketConnection }],
  problems: ["no_connector"],
});
