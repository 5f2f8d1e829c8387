import type { FactType } from "#domain/facts.ts";
import type { Downloads } from "#ports/store.ts";
import type { Db } from "./prisma-client.ts";
import { momentOf } from "./stored.ts";

const DOWNLOADED: FactType = "file.downloadLinkCreated";

export function createDownloads(db: Db): Downloads {
  return {
    async ofFiles(fileIds) {
      const rows = await db.auditEvent.findMany({
        where: { fileId: { in: [...fileIds] }, type: DOWNLOADED },
        select: { fileId: true, actorId: true, at: true },
        orderBy: { sequence: "asc" },
      });
      return rows.flatMap(({ fileId, actorId, at }) =>
        fileId === null ? [] : [{ fileId, agentId: actorId, at: momentOf(at) }],
      );
    },
  };
}
