import type { AgentUpload } from "#domain/agent-upload.ts";
import type { ExportDoubt } from "#domain/vocabulary.ts";
import type { AgentUploads } from "#ports/store.ts";
import { decodeCursor, encodeCursor, pageOf } from "./cursor.ts";
import type { AgentUpload as Row, Prisma } from "./generated/client.ts";
import type { Db } from "./prisma-client.ts";
import { absentNulls, dateOf, momentOf } from "./stored.ts";

const LIST = "agent-uploads";

/** Written once, with its files and its consent. */
export function createAgentUploads(db: Db): AgentUploads {
  return {
    async create(upload) {
      await db.agentUpload.create({
        data: {
          ...upload,
          doubt: upload.doubt ?? null,
          doubtPath: upload.doubtPath ?? null,
          callIds: [...upload.callIds],
          sdkVersion: upload.sdkVersion ?? null,
          appVersion: upload.appVersion ?? null,
          exportedAt: dateOf(upload.exportedAt),
          createdAt: dateOf(upload.createdAt),
        },
      });
    },
    async find(id) {
      const row = await db.agentUpload.findUnique({ where: { id } });
      return row ? uploadOf(row) : undefined;
    },
    async list({ ticketId, limit, after }) {
      const rows = await db.agentUpload.findMany({
        where: { AND: [{ ticketId }, ...(after === undefined ? [] : [before(after)])] },
        orderBy: [{ createdAt: "desc" }, { id: "desc" }],
        take: limit + 1,
      });
      return pageOf(rows, limit, uploadOf, (row) => encodeCursor(LIST, [row.createdAt.getTime(), row.id]));
    },
  };
}

function before(after: string): Prisma.AgentUploadWhereInput {
  const [createdAt, id] = decodeCursor(LIST, after, ["number", "uuid"]);
  const at = dateOf(createdAt);
  return { createdAt: { lte: at }, OR: [{ createdAt: { lt: at } }, { id: { lt: id } }] };
}

function uploadOf(row: Row): AgentUpload {
  return absentNulls<AgentUpload>({
    id: row.id,
    ticketId: row.ticketId,
    agentId: row.agentId,
    basis: row.basis as AgentUpload["basis"],
    doubt: row.doubt as ExportDoubt | null,
    doubtPath: row.doubtPath,
    name: row.name,
    sizeBytes: Number(row.sizeBytes),
    sha256: row.sha256,
    callIds: row.callIds,
    sdkVersion: row.sdkVersion,
    appVersion: row.appVersion,
    exportedAt: momentOf(row.exportedAt),
    createdAt: momentOf(row.createdAt),
  });
}
