import type { LogRequest, PushErrand } from "#domain/log-request.ts";
import {
  OPEN_STATES,
  type Moment,
  type PushKind,
  type Reach,
  type RejectReason,
  type RequestState,
} from "#domain/vocabulary.ts";
import type { RequestQuery, Requests } from "#ports/store.ts";
import { decodeCursor, encodeCursor, pageOf } from "./cursor.ts";
import type { LogRequest as Row, Prisma } from "./generated/client.ts";
import type { Db } from "./prisma-client.ts";
import { absentNulls, dateOf, momentOf } from "./stored.ts";

const LIST = "requests";

export function createRequests(db: Db): Requests {
  return {
    async find(id) {
      const row = await db.logRequest.findUnique({ where: { id } });
      return row ? requestOf(row) : undefined;
    },
    async list(query) {
      const rows = await db.logRequest.findMany({
        where: { AND: conditions(query) },
        orderBy: [{ createdAt: "desc" }, { id: "desc" }],
        take: query.limit + 1,
      });
      return pageOf(rows, query.limit, requestOf, (row) => encodeCursor(LIST, [row.createdAt.getTime(), row.id]));
    },
    async openOf(userId) {
      const rows = await db.logRequest.findMany({
        where: { userId, state: { in: [...OPEN_STATES] } },
        orderBy: [{ createdAt: "asc" }, { id: "asc" }],
      });
      return rows.map(requestOf);
    },
    async save(request, { ifVersion }) {
      const { count } = await db.logRequest.updateMany({
        where: { id: request.id, version: ifVersion },
        data: { ...columns(request), version: ifVersion + 1 },
      });
      return count === 1;
    },
  };
}

function conditions(query: RequestQuery): Prisma.LogRequestWhereInput[] {
  return [
    ...(query.states === undefined ? [] : [{ state: { in: [...query.states] } }]),
    ...(query.ticketId === undefined ? [] : [{ ticketId: query.ticketId }]),
    ...(query.userId === undefined ? [] : [{ userId: query.userId }]),
    ...(query.agentId === undefined ? [] : [{ agentId: query.agentId }]),
    ...(query.attention === undefined ? [] : [needsAttention(query.attention.since)]),
    ...(query.after === undefined ? [] : [before(query.after)]),
  ];
}

/** Nobody looks at what a solved ticket still lacks. */
function needsAttention(since: Moment): Prisma.LogRequestWhereInput {
  return {
    ticket: { state: "open" },
    OR: [
      { state: "rejected" },
      { state: "linked", consent: { files: { some: { state: { in: ["missing", "refused"] } } } } },
      { state: "expired", endedAt: { gte: dateOf(since) } },
      { state: { in: [...OPEN_STATES] }, reach: "no_installation" },
    ],
  };
}

function before(after: string): Prisma.LogRequestWhereInput {
  const [createdAt, id] = decodeCursor(LIST, after, ["number", "uuid"]);
  const at = dateOf(createdAt);
  return { createdAt: { lte: at }, OR: [{ createdAt: { lt: at } }, { id: { lt: id } }] };
}

/** What a save may change. The rest was settled when the request was accepted. */
function columns(request: LogRequest) {
  return {
    uploadBy: dateOf(request.uploadBy),
    state: request.state,
    rejectReason: request.rejectReason ?? null,
    reach: request.reach,
    reachReason: request.reachReason ?? null,
    pushRoundId: request.push.roundId,
    pushKind: request.push.kind,
    pushNextAt: dateOf(request.push.nextAt),
    reminders: request.reminders,
    snoozedUntil: dateOf(request.snoozedUntil),
    updatedAt: dateOf(request.updatedAt),
    endedAt: dateOf(request.endedAt),
  };
}

export function requestOf(row: Row): LogRequest {
  return absentNulls<LogRequest>({
    id: row.id,
    version: row.version,
    ticketId: row.ticketId,
    userId: row.userId,
    installationId: row.installationId,
    agentId: row.agentId,
    reason: row.reason,
    collectors: row.collectors,
    window: windowOf(row),
    maxBytes: Number(row.maxBytes),
    maxFiles: row.maxFiles,
    answerBy: momentOf(row.answerBy),
    uploadBy: momentOf(row.uploadBy),
    state: row.state as RequestState,
    rejectReason: row.rejectReason as RejectReason | null,
    reach: row.reach as Reach,
    reachReason: row.reachReason,
    push: absentNulls<PushErrand>({
      roundId: row.pushRoundId,
      kind: row.pushKind as PushKind,
      nextAt: momentOf(row.pushNextAt),
    }),
    reminders: row.reminders,
    snoozedUntil: momentOf(row.snoozedUntil),
    createdAt: momentOf(row.createdAt),
    updatedAt: momentOf(row.updatedAt),
    endedAt: momentOf(row.endedAt),
  });
}

function windowOf(row: Pick<Row, "windowFrom" | "windowTo">): { from: Moment; to: Moment } | null {
  if (row.windowFrom === null || row.windowTo === null) return null;
  return { from: momentOf(row.windowFrom), to: momentOf(row.windowTo) };
}
