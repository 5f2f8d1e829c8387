import type { Push } from "#domain/log-request.ts";
import type { Platform, PushKind, PushState } from "#domain/vocabulary.ts";
import type { Records } from "#ports/store.ts";
import type { Push as Row } from "./generated/client.ts";
import type { Db } from "./prisma-client.ts";
import { absentNulls, momentOf } from "./stored.ts";

export function createPushes(db: Db): Records["pushes"] {
  return {
    async ofRequest(requestId) {
      const rows = await db.push.findMany({ where: { requestId }, orderBy: [{ createdAt: "asc" }, { id: "asc" }] });
      return rows.map(pushOf);
    },
  };
}

export function pushOf(row: Row): Push {
  return absentNulls<Push>({
    id: row.id,
    requestId: row.requestId,
    roundId: row.roundId,
    kind: row.kind as PushKind,
    platform: row.platform as Platform,
    state: row.state as PushState,
    attempt: row.attempt,
    nextAttemptAt: momentOf(row.nextAttemptAt),
    notificationId: row.notificationId,
    status: row.status,
    reason: row.reason,
    outcomes: row.outcomes as Record<string, number> | null,
    createdAt: momentOf(row.createdAt),
    finishedAt: momentOf(row.finishedAt),
  });
}
