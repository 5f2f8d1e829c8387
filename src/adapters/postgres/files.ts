import { countFiles, type FileCounts, type LogFile } from "#domain/log-file.ts";
import type { Coverage, FileOwnerKind, FileReason, FileState } from "#domain/vocabulary.ts";
import type { Files } from "#ports/store.ts";
import type { LogFile as Row } from "./generated/client.ts";
import type { Db } from "./prisma-client.ts";
import { absentNulls, dateOf, momentOf } from "./stored.ts";

export function createFiles(db: Db): Files {
  return {
    async add(files) {
      const data = files.map((file, position) => ({ ...announced(file), ...columns(file), position }));
      if (data.length > 0) await db.logFile.createMany({ data });
    },
    async find(id) {
      const row = await db.logFile.findUnique({ where: { id } });
      return row ? fileOf(row) : undefined;
    },
    async ofOwner(ownerId) {
      const rows = await db.logFile.findMany({ where: { ownerId }, orderBy: { position: "asc" } });
      return rows.map(fileOf);
    },
    async ofTicket(ticketId) {
      const rows = await db.logFile.findMany({
        where: { ticketId },
        orderBy: [{ ownerId: "asc" }, { position: "asc" }],
      });
      return rows.map(fileOf);
    },
    async countsOf(ownerIds) {
      const rows = await db.logFile.findMany({
        where: { ownerId: { in: [...ownerIds] } },
        select: { ownerId: true, state: true, uploadedAt: true },
      });
      const byOwner = Map.groupBy(rows, (row) => row.ownerId);
      return new Map([...byOwner].map(([id, files]): [string, FileCounts] => [id, countFiles(files.map(counted))]));
    },
    async save(file, { ifState }) {
      const { count } = await db.logFile.updateMany({ where: { id: file.id, state: ifState }, data: columns(file) });
      return count === 1;
    },
  };
}

function counted({ state, uploadedAt }: Pick<Row, "state" | "uploadedAt">): Pick<LogFile, "state" | "uploadedAt"> {
  return { state: state as FileState, ...(uploadedAt && { uploadedAt: momentOf(uploadedAt) }) };
}

/** What the consent named: never written again. */
function announced(file: LogFile) {
  return {
    id: file.id,
    ownerId: file.ownerId,
    ownerKind: file.ownerKind,
    ticketId: file.ticketId,
    consentId: file.consentId,
    unproven: file.unproven ?? false,
    collector: file.collector,
    name: file.name,
    sizeBytes: file.sizeBytes,
    sha256: file.sha256,
    modifiedAt: dateOf(file.modifiedAt),
    coversFrom: dateOf(file.coversFrom),
    coversTo: dateOf(file.coversTo),
    coverage: file.coverage,
  };
}

function columns(file: LogFile) {
  return {
    state: file.state,
    reason: file.reason ?? null,
    uploadedAt: dateOf(file.uploadedAt),
    linkedAt: dateOf(file.linkedAt),
    evidenceEtag: file.evidenceEtag ?? null,
    deleteAfter: dateOf(file.deleteAfter),
    deletedAt: dateOf(file.deletedAt),
    verifyAt: dateOf(file.verifyAt),
    verifyAttempt: file.verifyAttempt,
    unreadableSince: dateOf(file.unreadableSince),
    cleanupAt: dateOf(file.cleanupAt),
  };
}

function fileOf(row: Row): LogFile {
  return absentNulls<LogFile>({
    id: row.id,
    ownerId: row.ownerId,
    ownerKind: row.ownerKind as FileOwnerKind,
    ticketId: row.ticketId,
    consentId: row.consentId,
    unproven: row.unproven || null,
    collector: row.collector,
    name: row.name,
    sizeBytes: Number(row.sizeBytes),
    sha256: row.sha256,
    modifiedAt: momentOf(row.modifiedAt),
    coversFrom: momentOf(row.coversFrom),
    coversTo: momentOf(row.coversTo),
    state: row.state as FileState,
    reason: row.reason as FileReason | null,
    coverage: row.coverage as Coverage,
    uploadedAt: momentOf(row.uploadedAt),
    linkedAt: momentOf(row.linkedAt),
    evidenceEtag: row.evidenceEtag,
    deleteAfter: momentOf(row.deleteAfter),
    deletedAt: momentOf(row.deletedAt),
    verifyAt: momentOf(row.verifyAt),
    verifyAttempt: row.verifyAttempt,
    unreadableSince: momentOf(row.unreadableSince),
    cleanupAt: momentOf(row.cleanupAt),
  });
}
