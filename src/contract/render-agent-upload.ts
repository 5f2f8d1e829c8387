import type { AgentUpload } from "#domain/agent-upload.ts";
import type { LeftOut } from "#domain/consent.ts";
import type { LogFile } from "#domain/log-file.ts";
import type { AgentUploadBody } from "./agent-uploads.ts";
import { formatTime } from "./primitives.ts";
import { renderFile } from "./render-file.ts";

/** What an agent added, as agents see it. */
export function renderAgentUpload(
  given: AgentUpload,
  {
    files,
    leftOut,
    fileUrl,
  }: {
    readonly files: readonly LogFile[];
    /** Of its consent. */
    readonly leftOut: readonly LeftOut[];
    /** Where a person opens a file. */
    readonly fileUrl: (fileId: string) => string;
  },
): AgentUploadBody {
  return {
    id: given.id,
    ticketId: given.ticketId,
    agentId: given.agentId,
    basis: given.basis,
    ...(given.doubt === undefined ? {} : { doubt: given.doubt }),
    ...(given.doubtPath === undefined ? {} : { doubtPath: given.doubtPath }),
    zip: { name: given.name, sizeBytes: given.sizeBytes, sha256: given.sha256 },
    callIds: [...given.callIds],
    ...(given.sdkVersion === undefined ? {} : { sdkVersion: given.sdkVersion }),
    ...(given.appVersion === undefined ? {} : { appVersion: given.appVersion }),
    ...(given.exportedAt === undefined ? {} : { exportedAt: formatTime(given.exportedAt) }),
    leftOut: leftOut.map((one) => ({ ...one })),
    files: files.map((file) => renderFile(file, fileUrl(file.id))),
    createdAt: formatTime(given.createdAt),
  };
}
