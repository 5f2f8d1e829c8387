import { type AnswerJournal, type AnswerUnderWay, noteFileIds } from "./answer-journal.ts";
import { hasCode } from "./beckon-error.ts";
import type { ReportResult } from "./reports.ts";
import { uploadFiles, type Uploading, type UploadStep } from "./upload-files.ts";
import type { CreatedReport, NewReport, ReportProgress, ReportReceipt } from "./wire-reports.ts";

/** A report that is stored and not through. */
export interface ReportUnderWay extends AnswerUnderWay<NewReport> {
  /** The server may know it, even where its answer was lost. */
  attempted?: boolean;
  /** What the server called it. */
  created?: Pick<CreatedReport, "reportId" | "ticketId" | "ticketNumber" | "ticketIsNew">;
  /** The code by which the server refused it. */
  refused?: string | undefined;
  /** Goes when the report is through. */
  incidentId?: string | undefined;
  /** Only a review: what a user looks at, so that nobody lets its files go. */
  isReview?: boolean;
}

export type ReportJournal = AnswerJournal<ReportUnderWay>;

/**
 * Sends a report and uploads its files. It can stop at any point and start again: until the server's word has come, the same
 * words are sent with the same key, and count once.
 *
 * @throws BeckonError refusals of the report; `upload_refused`, `upload_too_late`, `stopped`, `network`
 */
export async function carryOutReport(
  report: ReportUnderWay,
  {
    journal,
    onProgress,
    ...uploading
  }: Uploading & { readonly journal: ReportJournal; readonly onProgress: (step: UploadStep | undefined) => void },
): Promise<ReportResult> {
  const { api } = uploading;
  const recorded = report.created ? undefined : await send(report, uploading, journal);
  const { created } = report;
  if (!created) throw new TypeError("A report that was sent has an id.");
  onProgress(undefined);
  if (recorded && recorded.body.state !== "open") return result(recorded.body);
  return result(
    await uploadFiles(report, {
      ...uploading,
      path: `/v1/reports/${created.reportId}`,
      recorded,
      read: async (): Promise<Pick<ReportProgress, "state" | "files">> =>
        (await api.call<ReportReceipt>("GET", `/v1/reports/${created.reportId}/receipt`)).body,
      journal,
      onProgress,
    }),
  );

  function result({ state, files }: Pick<ReportProgress, "state" | "files">): ReportResult {
    return { key: report.requestId, ...created!, state, files };
  }
}

/** Gives the server the words and the names of the files, and notes what it said. */
export async function send(report: ReportUnderWay, { api }: Pick<Uploading, "api">, journal: ReportJournal) {
  report.attempted = true;
  report.refused = undefined;
  await journal.save(report);
  const post = () => api.call<CreatedReport>("POST", "/v1/reports", report.consent, report.requestId);
  const answer = await post().catch(async (error: unknown) => {
    // The app did not register, or the registration is gone: the report matters more than which install it came from.
    if (!hasCode(error, "installation_not_of_user") || !report.consent.installationId) throw error;
    delete report.consent.installationId;
    // What is sent again after a restart must be what this key stands for.
    await journal.save(report);
    return post();
  });
  const { reportId, ticketId, ticketNumber, ticketIsNew, files, uploadBy } = answer.body;
  noteFileIds(report, files);
  report.created = { reportId, ticketId, ticketNumber, ticketIsNew };
  report.recorded = true;
  if (uploadBy !== undefined) report.until = Date.parse(uploadBy);
  await journal.save(report);
  return answer;
}
