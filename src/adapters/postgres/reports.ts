import type { FormAnswer, Report } from "#domain/report.ts";
import type { RejectReason, ReportOrigin, ReportState } from "#domain/vocabulary.ts";
import type { ReportQuery, Reports } from "#ports/store.ts";
import { decodeCursor, encodeCursor, pageOf } from "./cursor.ts";
import type { Prisma, Report as Row } from "./generated/client.ts";
import type { Db } from "./prisma-client.ts";
import { absentNulls, dateOf, momentOf } from "./stored.ts";

const LIST = "reports";

/** $1 user. Held until the transaction ends. */
export const LOCK_USER_REPORTS = `
  select pg_advisory_xact_lock(hashtextextended('beckon reports of ' || $1::text, 0))::text`;

/** $1 user, $2 since. What was taken back counts all the same: it was taken in. */
export const USAGE_OF = `
  select count(*)::int as reports, coalesce(sum(bytes), 0)::text as bytes from (
    select (select sum(size_bytes) from log_file where owner_id = report.id) as bytes
    from report where user_id = $1 and created_at >= $2::timestamptz) as recent`;

export function createReports(db: Db): Reports {
  return {
    async create(report) {
      const row = await db.report.create({
        data: {
          ...report,
          ...columns(report),
          installationId: report.installationId ?? null,
          appReportId: report.appReportId ?? null,
          participantId: report.participantId ?? null,
          surveyId: report.surveyId ?? null,
          sdkVersion: report.sdkVersion ?? null,
          callIds: [...report.callIds],
          answers: structuredClone(report.answers) as Prisma.InputJsonObject,
          version: 1,
          createdAt: dateOf(report.createdAt),
        },
      });
      return reportOf(row);
    },
    async find(id) {
      const row = await db.report.findUnique({ where: { id } });
      return row ? reportOf(row) : undefined;
    },
    async findByAppId(userId, appReportId) {
      await db.$queryRawUnsafe(LOCK_USER_REPORTS, userId);
      const row = await db.report.findUnique({ where: { userId_appReportId: { userId, appReportId } } });
      return row ? reportOf(row) : undefined;
    },
    async forgetAppId(id) {
      await db.report.update({ where: { id }, data: { appReportId: null } });
    },
    async list(query) {
      const rows = await db.report.findMany({
        where: { AND: conditions(query) },
        orderBy: [{ createdAt: "desc" }, { id: "desc" }],
        take: query.limit + 1,
      });
      return pageOf(rows, query.limit, reportOf, (row) => encodeCursor(LIST, [row.createdAt.getTime(), row.id]));
    },
    async save(report, { ifVersion }) {
      const { count } = await db.report.updateMany({
        where: { id: report.id, version: ifVersion },
        data: { ...columns(report), version: ifVersion + 1 },
      });
      return count === 1;
    },
    async usageOf(userId, since) {
      await db.$queryRawUnsafe(LOCK_USER_REPORTS, userId);
      const [row] = await db.$queryRawUnsafe<{ reports: number; bytes: string }[]>(USAGE_OF, userId, dateOf(since));
      return { reports: row?.reports ?? 0, bytes: Number(row?.bytes ?? 0) };
    },
  };
}

function conditions({ ticketId, userId, after }: ReportQuery): Prisma.ReportWhereInput[] {
  return [
    ...(ticketId === undefined ? [] : [{ ticketId }]),
    ...(userId === undefined ? [] : [{ userId }]),
    ...(after === undefined ? [] : [before(after)]),
  ];
}

function before(after: string): Prisma.ReportWhereInput {
  const [createdAt, id] = decodeCursor(LIST, after, ["number", "uuid"]);
  const at = dateOf(createdAt);
  return { createdAt: { lte: at }, OR: [{ createdAt: { lt: at } }, { id: { lt: id } }] };
}

/** What a save may change. The rest is what the user said, once. */
function columns(report: Omit<Report, "version">) {
  return {
    state: report.state,
    rejectReason: report.rejectReason ?? null,
    uploadBy: dateOf(report.uploadBy),
    updatedAt: dateOf(report.updatedAt),
    endedAt: dateOf(report.endedAt),
  };
}

function reportOf(row: Row): Report {
  return absentNulls<Report>({
    id: row.id,
    version: row.version,
    ticketId: row.ticketId,
    userId: row.userId,
    installationId: row.installationId,
    appReportId: row.appReportId,
    origin: row.origin as ReportOrigin,
    state: row.state as ReportState,
    rejectReason: row.rejectReason as RejectReason | null,
    text: row.text,
    callIds: row.callIds,
    participantId: row.participantId,
    surveyId: row.surveyId,
    sdkVersion: row.sdkVersion,
    answers: row.answers as Record<string, FormAnswer>,
    uploadBy: momentOf(row.uploadBy),
    createdAt: momentOf(row.createdAt),
    updatedAt: momentOf(row.updatedAt),
    endedAt: momentOf(row.endedAt),
  });
}
