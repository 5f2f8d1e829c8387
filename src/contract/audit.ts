/** Who did what, when: ids and field names, never free text. */
import { z } from "zod";
import { FACT_TYPES } from "#domain/facts.ts";
import type { Role } from "#domain/vocabulary.ts";
import { id, listOf, pageQuery, time, userId } from "./primitives.ts";
import { route } from "./route.ts";
import { actor } from "./tickets.ts";

export const auditEvent = z
  .object({
    id: z.string().meta({ description: "Counts up" }),
    type: z.enum(FACT_TYPES),
    at: time,
    actor,
    ticketId: id.optional(),
    requestId: id.optional(),
    reportId: id.optional(),
    fileId: id.optional(),
    userId: userId.optional(),
    installationId: id.optional(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "AuditEvent" });

export type AuditEventBody = z.output<typeof auditEvent>;

const AUDIT_READERS: readonly Role[] = ["lead", "auditor", "admin"];

export const listAuditEvents = route({
  name: "listAuditEvents",
  method: "get",
  path: "/v1/audit-events",
  audience: "agent",
  roles: AUDIT_READERS,
  tag: "Audit",
  summary:
    "Read the audit, newest first. As CSV (`Accept: text/csv` or `format=csv`) everything that the filters leave, in one file",
  query: z.strictObject({
    actorId: z.string().min(1).max(256).optional(),
    type: z
      .string()
      .transform((text) => text.split(","))
      .pipe(z.array(z.enum(FACT_TYPES)))
      .optional()
      .meta({
        description: "One type, or several with commas",
        type: "string",
        examples: ["file.read,request.created"],
      }),
    ticketId: id.optional(),
    requestId: id.optional(),
    reportId: id.optional(),
    fileId: id.optional(),
    userId: userId.optional(),
    from: time.optional(),
    to: time.optional().meta({ description: "Before this moment" }),
    format: z.enum(["json", "csv"]).optional(),
    ...pageQuery,
  }),
  successes: [
    {
      status: 200,
      description: "A page of events, or the CSV",
      body: listOf(auditEvent),
      otherContentTypes: ["text/csv"],
    },
  ],
  timeoutSeconds: 0,
});
