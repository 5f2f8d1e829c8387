/** The pack: what a ticket has, as one zip to hand over. */
import { z } from "zod";
import { COVERAGES, PLATFORMS } from "#domain/vocabulary.ts";
import { agentUpload } from "./agent-uploads.ts";
import { file } from "./files.ts";
import { logRequestDetail } from "./log-requests.ts";
import { callId, id, locale, sha256, time } from "./primitives.ts";
import { report } from "./reports.ts";
import { route } from "./route.ts";
import { ticket } from "./tickets.ts";

/** Why a file of the ticket is not in a pack. */
export const NOT_PACKED = ["under_way", "refused", "missing", "deleted", "unreadable"] as const;

const packedFile = file
  .extend({
    coverage: z.enum(COVERAGES),
    path: z.string().optional().meta({ description: "Of its entry in the zip; absent where it is not in it" }),
    packedAt: time.optional(),
    notPacked: z.enum(NOT_PACKED).optional().meta({
      description: "Why it is not in the zip; `reason` says more where it was refused, is missing or was deleted",
    }),
  })
  .meta({ id: "PackedFile" });

/** `manifest.json`, the last entry but one of a pack. */
export const packManifest = z
  .object({
    type: z.literal("beckon.pack"),
    v: z.literal(1),
    createdAt: time,
    createdBy: z.string().meta({ description: "The agent's id" }),
    ticket,
    callIds: z.array(callId).meta({ description: "Of the ticket, its participants, its reports and proven exports" }),
    participantIds: z.array(z.string()).meta({ description: "As reports name them" }),
    surveyIds: z.array(z.string()),
    sdkVersions: z.array(z.string()).meta({ description: "Of the calling SDK, as reports name it" }),
    installations: z
      .array(
        z.object({
          id,
          userId: z.string(),
          platform: z.enum(PLATFORMS),
          appVersion: z.string().optional(),
          osVersion: z.string().optional(),
          sdkVersion: z.string().optional(),
          model: z.string().optional(),
        }),
      )
      .meta({ description: "That answered or reported, as they last registered" }),
    requests: z.array(logRequestDetail.omit({ files: true })),
    reports: z.array(report.omit({ files: true })),
    agentUploads: z
      .array(agentUpload.omit({ files: true }))
      .meta({ description: "What agents added by themselves; `basis` `agent_upload` is unproven" }),
    consentTexts: z
      .array(z.object({ version: z.string(), locale, sha256, text: z.string() }))
      .meta({ description: "The texts that the consents name, placeholders unfilled" }),
    files: z.array(packedFile).meta({
      description:
        "Every file that a consent on the ticket names, and what agents added: `unproven` where nothing vouches for it",
    }),
  })
  .meta({ id: "PackManifest", description: "`manifest.json` in a pack." });

export type PackManifest = z.output<typeof packManifest>;

export const readPack = route({
  name: "readPack",
  method: "get",
  path: "/v1/tickets/{ticketId}/pack",
  audience: "agent",
  tag: "Tickets",
  summary:
    "Download the pack: a zip of every linked file, with `manifest.json` (a PackManifest) and `manifest.sha256`. Each file in it is audited as read",
  params: z.strictObject({ ticketId: id }),
  successes: [
    {
      status: 200,
      description:
        "The zip, as it is made. It breaks off, and has no directory then, when a file that is in it is taken back before its end",
      contentType: "application/zip",
      body: z.string().meta({ format: "binary" }),
      headers: { "Content-Disposition": "`attachment`, with a file name" },
    },
  ],
  problems: ["blob_store_unavailable"],
  timeoutSeconds: 0,
});
