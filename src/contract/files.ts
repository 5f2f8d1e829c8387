import { z } from "zod";
import { COVERAGES, FILE_REASONS, FILE_STATES, LEFT_OUT_REASONS } from "#domain/vocabulary.ts";
import { SINGLE_UPLOAD_MAX_BYTES } from "#domain/policy.ts";
import { collectorName, id, sha256, time } from "./primitives.ts";
import { route } from "./route.ts";

/** What a device announces of a file that it froze. */
export const announcedFile = z
  .strictObject({
    collector: collectorName,
    name: z.string().min(1).max(255).meta({ description: "Shown escaped; never part of a path" }),
    sizeBytes: z.number().int().min(0).max(SINGLE_UPLOAD_MAX_BYTES),
    sha256: sha256.meta({ description: "Over exactly the bytes that were shown and will be uploaded" }),
    modifiedAt: time,
    coversFrom: time.optional(),
    coversTo: time.optional(),
  })
  .meta({ id: "AnnouncedFile" });

/** What a device found and did not send, or could not look for. */
export const leftOut = z
  .strictObject({
    collector: collectorName,
    name: z.string().min(1).max(255).optional().meta({ description: "Absent where there was no file to name" }),
    sizeBytes: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
    reason: z.enum(LEFT_OUT_REASONS),
  })
  .meta({ id: "LeftOut" });

export const file = z
  .object({
    id,
    requestId: id.optional().meta({ description: "What it came with: a request, a report, or an agent's upload" }),
    reportId: id.optional(),
    agentUploadId: id.optional(),
    unproven: z.boolean().optional().meta({
      description: "True where nothing but an agent's word says where it comes from: no consent of a user names it",
    }),
    ticketId: id,
    collector: collectorName,
    name: z.string(),
    sizeBytes: z.number().int(),
    sha256,
    modifiedAt: time,
    coversFrom: time.optional(),
    coversTo: time.optional(),
    coverage: z.enum(COVERAGES).meta({ description: "How much of the asked window the file says it covers" }),
    state: z.enum(FILE_STATES),
    reason: z.enum(FILE_REASONS).optional().meta({ description: "Why it is refused, missing or deleted" }),
    uploadedAt: time.optional(),
    linkedAt: time.optional(),
    deleteAfter: time.optional(),
    deletedAt: time.optional(),
    webUrl: z.url().meta({ description: "A stable sign-in link that can be pasted anywhere" }),
  })
  .meta({ id: "File" });

export const fileCounts = z
  .object({
    consented: z.number().int(),
    uploaded: z.number().int(),
    linked: z.number().int(),
    refused: z.number().int(),
    missing: z.number().int(),
  })
  .meta({ id: "FileCounts" });

export const downloadUrl = z
  .object({ url: z.url(), expiresAt: time, fileName: z.string(), sizeBytes: z.number().int(), sha256 })
  .meta({ id: "DownloadUrl" });

export const getFile = route({
  name: "getFile",
  method: "get",
  path: "/v1/files/{fileId}",
  audience: "agent",
  tag: "Files",
  summary: "Read what is known of a file",
  params: z.strictObject({ fileId: id }),
  successes: [{ status: 200, description: "The file", body: file }],
});

export const createDownloadUrl = route({
  name: "createDownloadUrl",
  method: "post",
  path: "/v1/files/{fileId}:createDownloadUrl",
  audience: "agent",
  tag: "Files",
  summary: "Get a read link of minutes, as attachment. Audited",
  params: z.strictObject({ fileId: id }),
  successes: [{ status: 200, description: "The link", body: downloadUrl }],
  problems: ["file_gone", "conflict", "blob_store_unavailable"],
});

export const readFileContent = route({
  name: "readFileContent",
  method: "get",
  path: "/v1/files/{fileId}/content",
  audience: "agent",
  tag: "Files",
  summary: "Read a linked text file, or with `Range: bytes=…` one part of it. Audited",
  params: z.strictObject({ fileId: id }),
  successes: [
    {
      status: 200,
      description: "The whole file",
      contentType: "text/plain",
      body: z.string(),
      headers: { "Accept-Ranges": "bytes", ETag: "Its SHA-256" },
    },
    {
      status: 206,
      description: "The part that was asked for; a part may begin and end inside of a character",
      contentType: "text/plain",
      body: z.string(),
      headers: { "Content-Range": "`bytes FROM-TO/SIZE`", ETag: "Its SHA-256" },
    },
  ],
  problems: ["file_gone", "conflict", "not_text", "range_not_satisfiable", "blob_store_unavailable"],
  timeoutSeconds: 0,
});

export const removeFile = route({
  name: "removeFile",
  method: "delete",
  path: "/v1/files/{fileId}",
  audience: "agent",
  tag: "Files",
  summary:
    "Remove a file that an agent added: its bytes go, a tombstone stays. For who added it, leads and admins; what a user shared is theirs to take back",
  params: z.strictObject({ fileId: id }),
  successes: [{ status: 200, description: "The file as it is now; the same once more", body: file }],
  problems: ["not_removable", "conflict"],
});
