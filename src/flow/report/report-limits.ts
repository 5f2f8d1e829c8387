import { Problem, type ProblemDetail } from "#domain/problems.ts";
import type { ReportLimits } from "#domain/report.ts";
import type { Moment } from "#domain/vocabulary.ts";
import type { Transaction } from "#ports/store.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** @throws report_too_large naming every file that is, and what one report takes */
export function requireWithinReport(files: readonly { readonly sizeBytes: number }[], limits: ReportLimits): void {
  const details: ProblemDetail[] = files.flatMap(({ sizeBytes }, index) =>
    sizeBytes > limits.maxFileBytes
      ? [{ target: `files[${index}].sizeBytes`, message: `must be at most ${limits.maxFileBytes}` }]
      : [],
  );
  if (files.length > limits.maxFiles)
    details.push({ target: "files", message: `must be at most ${limits.maxFiles} files` });
  if (bytesOf(files) > limits.maxBytes)
    details.push({ target: "files", message: `must be at most ${limits.maxBytes} bytes together` });
  if (details.length > 0)
    throw new Problem("report_too_large", {
      detail: details
        .slice(0, 5)
        .map(({ target, message }) => `${target} ${message}`)
        .join("; "),
      details,
    });
}

/**
 * Whether a user may report so much more today. Inside of a transaction the answer holds until it ends.
 *
 * @throws too_many_reports
 */
export async function requireWithinDay(
  tx: Pick<Transaction, "reports">,
  userId: string,
  bytes: number,
  limits: ReportLimits,
  now: Moment,
): Promise<void> {
  const used = await tx.reports.usageOf(userId, now - DAY_MS);
  if (used.reports >= limits.maxReportsADay)
    throw new Problem("too_many_reports", {
      detail: `${used.reports} reports were taken in the last 24 hours; at most ${limits.maxReportsADay} are.`,
    });
  if (used.bytes + bytes > limits.maxBytesADay)
    throw new Problem("too_many_reports", {
      detail: `${used.bytes} bytes were taken in the last 24 hours, and this report has ${bytes}; at most ${limits.maxBytesADay} are taken.`,
    });
}

/** How many bytes they are together. */
export function bytesOf(files: readonly { readonly sizeBytes: number }[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
