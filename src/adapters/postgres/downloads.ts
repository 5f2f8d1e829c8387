import type { FactType } from "#domain/facts.ts";
import type { Downloads } from "#ports/store.ts";
import type { Db } from "./prisma-client.ts";
import { dateOf, momentOf } from "./stored.ts";

const READ: FactType = "file.read";
/** Either way the agent had the bytes. */
const HAD: readonly FactType[] = ["file.downloadLinkCreated", READ];
/** Another ticket system had them, and whoever reads there. */
const ATTACHED: FactType = "connection.fileAdded";

export function createDownloads(db: Db): Downloads {
  return {
    async wasRead(fileId, agentId, since) {
      const row = await db.auditEvent.findFirst({
        where: { fileId, actorId: agentId, type: READ, at: { gte: dateOf(since) } },
        select: { sequence: true },
      });
      return row !== null;
    },
    async ofFiles(fileIds) {
      const rows = await db.auditEvent.findMany({
        where: {
          fileId: { in: [...fileIds] },
          OR: [{ type: { in: [...HAD] } }, { type: ATTACHED, data: { path: ["shownAs"], equals: "attachment" } }],
        },
        select: { fileId: true, actorId: true, at: true },
        orderBy: { sequence: "asc" },
      });
      return rows.flatMap(({ fileId, actorId, at }) =>
        fileId === null ? [] : [{ fileId, agentId: actorId, at: momentOf(at) }],
      );
    },
  };
}
