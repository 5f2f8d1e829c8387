import type { AuditEventBody } from "#contract/audit.ts";

const COLUMNS = [
  "id",
  "at",
  "type",
  "actorKind",
  "actorId",
  "ticketId",
  "requestId",
  "reportId",
  "fileId",
  "userId",
  "installationId",
  "data",
] as const;

export const CSV_HEAD = line(COLUMNS);

/** One event as a line of CSV (RFC 4180). */
export function csvLine(event: AuditEventBody): string {
  const { actor, data, ...rest } = event;
  const values: Partial<Record<string, string>> = {
    ...rest,
    actorKind: actor.kind,
    actorId: actor.id,
    data: Object.keys(data).length === 0 ? "" : JSON.stringify(data),
  };
  return line(COLUMNS.map((column) => values[column] ?? ""));
}

function line(cells: readonly string[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}

/** A user's id is the app's own and may begin like a formula, which a spreadsheet would run; the apostrophe keeps it text. */
function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
