import type { Fact, FactType } from "#domain/facts.ts";
import type { Actor } from "#domain/vocabulary.ts";
import type { Audit, AuditQuery, AuditRow } from "#ports/store.ts";
import { decodeCursor, encodeCursor, pageOf } from "./cursor.ts";
import type { Prisma } from "./generated/client.ts";
import type { Db } from "./prisma-client.ts";
import { absentNulls, dateOf, momentOf } from "./stored.ts";

const LIST = "audit";

type Row = Prisma.AuditEventGetPayload<object>;

export function createAudit(db: Db): Audit {
  return {
    async list(query) {
      const rows = await db.auditEvent.findMany({
        where: { AND: conditions(query) },
        orderBy: { sequence: "desc" },
        take: query.limit + 1,
      });
      return pageOf(rows, query.limit, rowOf, (row) => encodeCursor(LIST, [String(row.sequence)]));
    },
  };
}

function conditions(query: AuditQuery): Prisma.AuditEventWhereInput[] {
  const { actorId, types, ticketId, requestId, reportId, fileId, userId, from, to, after } = query;
  return [
    ...(actorId === undefined ? [] : [{ actorId }]),
    ...(types === undefined ? [] : [{ type: { in: [...types] } }]),
    ...(ticketId === undefined ? [] : [{ ticketId }]),
    ...(requestId === undefined ? [] : [{ requestId }]),
    ...(reportId === undefined ? [] : [{ reportId }]),
    ...(fileId === undefined ? [] : [{ fileId }]),
    ...(userId === undefined ? [] : [{ userId }]),
    ...(from === undefined ? [] : [{ at: { gte: dateOf(from) } }]),
    ...(to === undefined ? [] : [{ at: { lt: dateOf(to) } }]),
    ...(after === undefined ? [] : [{ sequence: { lt: BigInt(decodeCursor(LIST, after, ["digits"])[0]) } }]),
  ];
}

function rowOf(row: Row): AuditRow {
  return {
    sequence: String(row.sequence),
    fact: absentNulls<Omit<Fact, "roundId" | "deadline">>({
      type: row.type as FactType,
      at: momentOf(row.at),
      actor: { kind: row.actorKind as Actor["kind"], id: row.actorId },
      ticketId: row.ticketId,
      requestId: row.requestId,
      reportId: row.reportId,
      fileId: row.fileId,
      userId: row.userId,
      installationId: row.installationId,
      data: row.data as NonNullable<Fact["data"]> | null,
    }),
  };
}
