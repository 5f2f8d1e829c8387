import type { AnnouncedFile } from "#domain/log-file.ts";
import { Problem } from "#domain/problems.ts";
import type { Report } from "#domain/report.ts";
import type { Transaction } from "#ports/store.ts";
import type { ReportContent } from "./save-report.ts";

export type Earlier =
  | { readonly kind: "same"; readonly report: Report }
  | { readonly kind: "again"; readonly ticketId: string };

/**
 * What this very report made when it was sent before: a phone may be offline for longer than an Idempotency-Key is kept, with the
 * answer to its first try lost on the way. Where the time to upload ran out meanwhile, the phone never heard where to: it is `again`,
 * and goes with its files on the ticket that the first try made.
 *
 * @throws idempotency_key_reused when the id stood for something else
 */
export async function earlierReport(
  tx: Pick<Transaction, "reports" | "files">,
  userId: string,
  { appReportId, text, callIds }: ReportContent,
  announced: readonly AnnouncedFile[],
): Promise<Earlier | undefined> {
  if (appReportId === undefined) return undefined;
  const report = await tx.reports.findByAppId(userId, appReportId);
  if (!report) return undefined;
  const files = await tx.files.ofOwner(report.id);
  const isSame =
    report.text === text &&
    sameNames(report.callIds, [...new Set(callIds)]) &&
    sameNames(files.map(nameOf), announced.map(nameOf));
  if (isSame && files.length > 0 && report.rejectReason === "upload_abandoned") {
    await tx.reports.forgetAppId(report.id);
    return { kind: "again", ticketId: report.ticketId };
  }
  if (isSame) return { kind: "same", report };
  const message = "stands for another report of this user, with other words, calls or files";
  throw new Problem("idempotency_key_reused", {
    detail: `appReportId ${message}.`,
    details: [{ target: "appReportId", message }],
  });
}

const nameOf = ({ collector, name, sizeBytes, sha256 }: AnnouncedFile): string =>
  JSON.stringify([collector, name, sizeBytes, sha256]);

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  return JSON.stringify(some.toSorted()) === JSON.stringify(others.toSorted());
}
