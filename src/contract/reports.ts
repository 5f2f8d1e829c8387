/** What users report by themselves: words, ids of the call, and files, by upload links. */
import { z } from "zod";
import { REJECT_REASONS, REPORT_ORIGINS, REPORT_STATES } from "#domain/vocabulary.ts";
import { consentText, deviceFile, fileOutcome, uploadLink, uploadLinks } from "./devices.ts";
import { announcedFile, file, fileCounts, leftOut } from "./files.ts";
import { callId, id, listOf, locale, pageQuery, sha256, time, timeZone, userId } from "./primitives.ts";
import { route } from "./route.ts";

const shortText = z.string().min(1).max(256);

const formAnswer = z.union([
  z.string().max(2_000),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string().max(200)).max(50),
]);

const answers = z
  .record(z.string().min(1).max(64), formAnswer)
  .refine((given) => Object.keys(given).length <= 100, "must be at most 100 answers");

const shownText = z.strictObject({ version: z.string().min(1).max(64), locale, sha256 });

/** What a report says beside its files; the fields of the multipart form have the same names. */
const reportContent = {
  ticketId: id.optional().meta({ description: "Put it on this ticket, which must be the user's" }),
  subject: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: "Of a new ticket; else the text's first line" }),
  text: z.string().max(10_000).default("").meta({ description: "The user's own words" }),
  callIds: z.array(callId).max(20).default([]),
  participantId: shortText.optional(),
  surveyId: shortText
    .optional()
    .meta({ description: "Of a post-call survey that was submitted; makes `origin` `survey`" }),
  sdkVersion: z.string().min(1).max(128).optional().meta({ description: "Of the calling SDK" }),
  answers: answers.default({}).meta({ description: "Of a form or a survey, as the app names them" }),
  installationId: id.optional(),
  deviceNow: time.optional().meta({ description: "The device's clock: kept, never used" }),
  leftOut: z
    .array(leftOut)
    .max(500)
    .default([])
    .meta({ description: "What the device found and did not send; the ticket says so" }),
  consentText: shownText.optional().meta({ description: "What was shown; needed with files, from `report-terms`" }),
};

export const newReport = z
  .strictObject({
    ...reportContent,
    appReportId: z.string().min(1).max(128).optional().meta({
      description:
        "The app's own id of this report. Sent again by the same user, however late, it gets the report that it made; `Idempotency-Key` does so for 24 h",
    }),
    shown: z.record(z.string().max(40), z.string().max(5_000)).optional().meta({
      description: "What the device put in the placeholders that only it can fill: `files`, `totalSize`",
    }),
    files: z.array(announcedFile).max(500).default([]),
  })
  .refine(({ files, consentText: shown }) => files.length === 0 || shown !== undefined, {
    message: "is needed where there are files: say what the user was shown",
    path: ["consentText"],
  })
  .refine(({ files }) => new Set(files.map(({ collector, name }) => `${collector}/${name}`)).size === files.length, {
    message: "two files have the same collector and name",
    path: ["files"],
  })
  .meta({ id: "NewReport" });

const reported = {
  reportId: id,
  ticketId: id,
  ticketNumber: z.number().int(),
  ticketIsNew: z.boolean().meta({ description: "False when it was put on a ticket that stood already" }),
  state: z.enum(REPORT_STATES),
  files: z.array(deviceFile),
};

export const createdReport = z
  .object({
    ...reported,
    uploadBy: time.optional(),
    links: z
      .array(uploadLink)
      .meta({ description: "Empty with Retry-After while the file store is away: ask `:createUploadLinks`" }),
  })
  .meta({ id: "CreatedReport" });

export const reportTerms = z
  .object({
    consentText,
    consentValues: z.record(z.string(), z.string()).meta({
      description:
        "What to put in the text's placeholders `{name}`; the device fills `{files}` and `{totalSize}` itself",
    }),
    retentionDays: z.number().int(),
    maxFiles: z.number().int(),
    maxFileBytes: z.number().int(),
    maxBytes: z.number().int(),
  })
  .meta({ id: "ReportTerms", description: "What to show before files are reported, and how much is taken." });

export const reportProgress = z
  .object({ reportId: id, state: z.enum(REPORT_STATES), fileCounts, files: z.array(deviceFile) })
  .meta({ id: "ReportProgress" });

export const reportWithdrawal = z
  .object({
    reportId: id,
    state: z.enum(REPORT_STATES),
    files: z.array(deviceFile),
    downloadedBefore: z
      .array(z.object({ fileId: id, agentId: z.string(), at: time }))
      .meta({ description: "Who had a download link of a file, or read it, before it was taken back" }),
  })
  .meta({ id: "ReportWithdrawal" });

const words = {
  origin: z.enum(REPORT_ORIGINS).meta({ description: "By which way it came in" }),
  text: z.string(),
  callIds: z.array(callId),
  participantId: z.string().optional(),
  surveyId: z.string().optional(),
  sdkVersion: z.string().optional(),
  answers: z.record(z.string(), formAnswer),
};

export const reportReceipt = z
  .object({
    reportId: id,
    ticketNumber: z.number().int(),
    userId,
    reported: z.object({ at: time, ...words }),
    decidedAt: time,
    deviceNow: time.optional(),
    consentText: consentText.optional().meta({ description: "Absent where the app did not say what it showed" }),
    shown: z.record(z.string(), z.string()),
    leftOut: z.array(leftOut),
    uploadBy: time.optional(),
    withdrawnAt: time.optional(),
    state: z.enum(REPORT_STATES),
    files: z.array(deviceFile),
  })
  .meta({ id: "ReportReceipt", description: "The report and its consent as the user keeps them." });

export const report = z
  .object({
    id,
    ticketId: id,
    userId,
    userLabel: z.string().optional(),
    userTimeZone: timeZone.optional(),
    installationId: id.optional(),
    ...words,
    state: z.enum(REPORT_STATES),
    rejectReason: z.enum(REJECT_REASONS).optional(),
    uploadBy: time.optional(),
    consent: z.object({
      id,
      consentText: shownText.optional().meta({ description: "Absent where the app did not say what it showed" }),
      shown: z.record(z.string(), z.string()),
      leftOut: z.array(leftOut),
      decidedAt: time,
      deviceNow: time.optional(),
      withdrawnAt: time.optional(),
    }),
    fileCounts,
    files: z.array(file),
    createdAt: time,
    updatedAt: time,
    endedAt: time.optional(),
  })
  .meta({ id: "Report", description: "What a user reported by themselves, with its files." });

const reportParams = z.strictObject({ reportId: id });
const tag = "Reports";

export const readReportTerms = route({
  name: "readReportTerms",
  method: "get",
  path: "/v1/me/report-terms",
  audience: "device",
  tag,
  summary: "Read what to show before files are reported, and how much is taken",
  query: z.strictObject({ locale: locale.optional() }),
  successes: [{ status: 200, description: "The terms", body: reportTerms }],
});

export const createReport = route({
  name: "createReport",
  method: "post",
  path: "/v1/reports",
  audience: "device",
  tag,
  summary: "Report an issue: opens a ticket or joins one, and gives upload links for the files",
  body: newReport,
  bodyLimitBytes: 512 * 1024,
  idempotent: true,
  successes: [
    {
      status: 201,
      description: "Saved; a replay of the same key gets fresh links for what is not there yet",
      body: createdReport,
      headers: { Location: "Its receipt", "Retry-After": "Seconds, when no links could be made yet" },
    },
  ],
  problems: [
    "not_found",
    "unknown_consent_text",
    "installation_not_of_user",
    "report_too_large",
    "too_many_reports",
    "conflict",
    "idempotency_key_reused",
    "in_progress",
  ],
});

/** What the fields of the form are, once their texts have been read. */
export const reportContentForm = z.strictObject(reportContent);

/** A form's fields are texts: several where it says so, JSON where it says so. */
export const callSupportTicketForm = z
  .strictObject({
    ...reportContent,
    callIds: reportContent.callIds.meta({ description: "One field for each call" }),
    answers: reportContent.answers.meta({ description: "As JSON: answers of a form or a survey" }),
    leftOut: reportContent.leftOut.meta({ description: "As JSON: what the device found and did not send" }),
    consentText: shownText.optional().meta({ description: "As JSON: what was shown, from `report-terms`" }),
    files: z
      .array(z.string().meta({ format: "binary" }))
      .optional()
      .meta({
        description:
          "Every part with a file name. The part's name is its collector, such as `acs-calling`; `files` and `file` stand for `app`",
      }),
  })
  .meta({ id: "CallSupportTicketForm", description: "Fields and files in any order." });

export const callSupportTicket = z
  .object(reported)
  .meta({ id: "CallSupportTicket", description: "Every file is stored, verified and on the ticket." });

export const createCallSupportTicket = route({
  name: "createCallSupportTicket",
  method: "post",
  path: "/v1/call-support-tickets",
  audience: "device",
  tag,
  summary: "Report an issue with its files in one multipart call; answers when all of it is on the ticket, or none",
  body: callSupportTicketForm,
  bodyContentType: "multipart/form-data",
  idempotent: true,
  successes: [
    {
      status: 201,
      description: "On the ticket",
      body: callSupportTicket,
      headers: { Location: "The report's receipt" },
    },
  ],
  problems: [
    "not_found",
    "unknown_consent_text",
    "installation_not_of_user",
    "report_too_large",
    "too_many_reports",
    "too_many_uploads",
    "conflict",
    "blob_store_unavailable",
    "idempotency_key_reused",
    "in_progress",
  ],
  timeoutSeconds: 0,
});

export const createReportUploadLinks = route({
  name: "createReportUploadLinks",
  method: "post",
  path: "/v1/reports/{reportId}:createUploadLinks",
  audience: "device",
  tag,
  summary: "Get fresh links for what is not there yet",
  params: reportParams,
  body: z.strictObject({ fileIds: z.array(id).max(500).optional() }).default({}),
  successes: [{ status: 200, description: "Links, and which files are there already", body: uploadLinks }],
  problems: ["not_consented", "request_closed", "blob_store_unavailable"],
});

export const completeReport = route({
  name: "completeReport",
  method: "post",
  path: "/v1/reports/{reportId}:complete",
  audience: "device",
  tag,
  summary: "Say how the uploads of some or all files ended; any number of times",
  params: reportParams,
  body: z.strictObject({ files: z.array(fileOutcome).min(1).max(500) }),
  successes: [{ status: 200, description: "How far the report is", body: reportProgress }],
  problems: ["not_consented", "file_outcome_stands", "conflict"],
});

export const withdrawReport = route({
  name: "withdrawReport",
  method: "post",
  path: "/v1/reports/{reportId}:withdraw",
  audience: "device",
  tag,
  summary: "Take back all files of a report, or the named ones; its words stay on the ticket",
  params: reportParams,
  body: z.strictObject({ fileIds: z.array(id).min(1).max(500).optional() }).default({}),
  successes: [{ status: 200, description: "What stands now", body: reportWithdrawal }],
  problems: ["nothing_to_withdraw", "conflict"],
});

export const getReportReceipt = route({
  name: "getReportReceipt",
  method: "get",
  path: "/v1/reports/{reportId}/receipt",
  audience: "device",
  tag,
  summary: "Read the report and its consent as the user keeps them",
  params: reportParams,
  successes: [{ status: 200, description: "The receipt", body: reportReceipt }],
});

export const listTicketReports = route({
  name: "listTicketReports",
  method: "get",
  path: "/v1/tickets/{ticketId}/reports",
  audience: "agent",
  tag: "Tickets",
  summary: "Read what users reported on a ticket, newest first, with its files",
  params: z.strictObject({ ticketId: id }),
  query: z.strictObject(pageQuery),
  successes: [{ status: 200, description: "A page of reports", body: listOf(report) }],
});

export type ReportReceiptBody = z.output<typeof reportReceipt>;
