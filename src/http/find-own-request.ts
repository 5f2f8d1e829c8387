import type { FileOwner, OwnerRef } from "#domain/file-owner.ts";
import type { LogFile } from "#domain/log-file.ts";
import type { LogRequest } from "#domain/log-request.ts";
import { Problem, type ProblemDetail } from "#domain/problems.ts";
import type { Report } from "#domain/report.ts";
import type { Transaction } from "#ports/store.ts";

/**
 * A request of this user, and of this installation where it was asked of one. What is another's looks like what does not exist.
 *
 * @throws not_found
 */
export async function findOwnRequest(
  records: Pick<Transaction, "requests">,
  { userId, installationId }: { readonly userId: string; readonly installationId?: string },
  requestId: string,
): Promise<LogRequest> {
  const request = await records.requests.find(requestId);
  if (!request || request.userId !== userId || !isAsked(request, installationId)) throw new Problem("not_found");
  return request;
}

/** Whether a request that names an installation is this one's to answer, as far as the credential says which it is. */
export function isAsked(request: Pick<LogRequest, "installationId">, installationId: string | undefined): boolean {
  return (
    request.installationId === undefined || installationId === undefined || request.installationId === installationId
  );
}

/**
 * A request or a report of this user, for what they do with its files.
 *
 * @throws not_found
 */
export async function findOwn(
  records: Pick<Transaction, "requests" | "reports">,
  caller: { readonly userId: string; readonly installationId?: string },
  { kind, id }: OwnerRef,
): Promise<FileOwner> {
  switch (kind) {
    case "request":
      return findOwnRequest(records, caller, id);
    case "report":
      return findOwnReport(records, caller, id);
    case "agent_upload":
      // An agent's: nothing of it is a device's.
      throw new Problem("not_found");
  }
}

/** @throws not_found */
export async function findOwnReport(
  records: Pick<Transaction, "reports">,
  { userId }: { readonly userId: string },
  reportId: string,
): Promise<Report> {
  const report = await records.reports.find(reportId);
  if (report?.userId !== userId) throw new Problem("not_found");
  return report;
}

/** @throws invalid_request naming every id that is not one of the owner's files */
export function requireKnownFiles(
  files: readonly Pick<LogFile, "id">[],
  fileIds: readonly string[] | undefined,
  target = "fileIds",
): void {
  const known = new Set(files.map(({ id }) => id));
  const details = (fileIds ?? []).flatMap((fileId, index): ProblemDetail[] =>
    known.has(fileId) ? [] : [{ target: `${target}[${index}]`, message: "is not one of its files" }],
  );
  if (details.length > 0)
    throw new Problem("invalid_request", { detail: "Some files are not of this request or report.", details });
}
