/** What agents add to a ticket by themselves: a zip that a user exported on the device and handed over by other ways. */
import { z } from "zod";
import { EXPORT_DOUBTS } from "#domain/vocabulary.ts";
import { file, leftOut } from "./files.ts";
import { callId, id, listOf, pageQuery, sha256, time } from "./primitives.ts";
import { route } from "./route.ts";

export const agentUpload = z
  .object({
    id,
    ticketId: id,
    agentId: z.string().meta({ description: "Who added it" }),
    basis: z.enum(["export", "agent_upload"]).meta({
      description:
        "`export`: its manifest holds, and each file that it names is a file of the ticket. `agent_upload`: it does not, and the zip is kept as it came, as one file that is `unproven`",
    }),
    doubt: z
      .enum(EXPORT_DOUBTS)
      .optional()
      .meta({ description: "Why its manifest does not hold; absent where it holds" }),
    doubtPath: z
      .string()
      .optional()
      .meta({ description: "The entry that shows it, by the zip's own word. To be escaped" }),
    zip: z
      .object({ name: z.string(), sizeBytes: z.number().int(), sha256 })
      .meta({ description: "As it came. Kept only where the manifest does not hold" }),
    callIds: z.array(callId).meta({ description: "As the manifest names them, where it holds" }),
    sdkVersion: z.string().optional().meta({ description: "Of the Beckon SDK that made it" }),
    appVersion: z.string().optional(),
    exportedAt: time.optional().meta({ description: "By the device's clock" }),
    leftOut: z.array(leftOut).meta({ description: "What the device found and did not put in" }),
    files: z.array(file),
    createdAt: time,
  })
  .meta({ id: "AgentUpload", description: "A zip that an agent added to a ticket, and what became of it." });

export type AgentUploadBody = z.output<typeof agentUpload>;

/** Control characters, and marks that turn the direction of what follows: a name must read as it is. No path either. */
const UNREADABLE = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069/\\]/u;

const zipName = z
  .string()
  .transform((text) => text.normalize("NFC"))
  .pipe(
    z
      .string()
      .min(1)
      .max(255)
      .refine((text) => !UNREADABLE.test(text) && text.isWellFormed() && !/^\.{1,2}$/.test(text), {
        message: "must be a file name, with no path and no control or direction marks",
        params: { rule: "bad_characters" },
      }),
  );

const params = z.strictObject({ ticketId: id });
const tag = "Tickets";

export const addExport = route({
  name: "addExport",
  method: "post",
  path: "/v1/tickets/{ticketId}/files",
  audience: "agent",
  tag,
  summary:
    "Add a zip that a user exported on the device: its files are on the ticket where its manifest holds; else the zip is, marked unproven",
  params,
  query: z.strictObject({
    fileName: zipName.default("export.zip").meta({ description: "Of the zip", type: "string" }),
  }),
  body: z
    .string()
    .meta({ format: "binary", description: "The zip as it is, with or without Content-Length. Not multipart" }),
  bodyContentType: "application/zip",
  idempotent: true,
  successes: [{ status: 201, description: "On the ticket", body: agentUpload }],
  problems: [
    "unusable_zip",
    "too_many_uploads",
    "conflict",
    "blob_store_unavailable",
    "idempotency_key_reused",
    "in_progress",
  ],
  timeoutSeconds: 0,
});

export const listAgentUploads = route({
  name: "listAgentUploads",
  method: "get",
  path: "/v1/tickets/{ticketId}/agent-uploads",
  audience: "agent",
  tag,
  summary: "List what agents added to a ticket, newest first",
  params,
  query: z.strictObject(pageQuery),
  successes: [{ status: 200, description: "A page of them", body: listOf(agentUpload) }],
});
