import type { z } from "zod";
import type { Consent, ConsentText } from "#domain/consent.ts";
import { countFiles, type LogFile } from "#domain/log-file.ts";
import type { FormAnswer, Report } from "#domain/report.ts";
import type { User } from "#domain/user.ts";
import { formatTime } from "./primitives.ts";
import { renderDeviceFile, renderFile } from "./render-file.ts";
import type { report, ReportReceiptBody } from "./reports.ts";

/** A report as agents see it. */
export function renderReport(
  given: Report,
  {
    consent,
    files,
    user: { label: userLabel, timeZone: userTimeZone } = {},
    fileUrl,
  }: {
    readonly consent: Consent;
    readonly files: readonly LogFile[];
    readonly user?: Pick<User, "label" | "timeZone"> | undefined;
    /** Where a person opens a file. */
    readonly fileUrl: (fileId: string) => string;
  },
): z.output<typeof report> {
  return {
    id: given.id,
    ticketId: given.ticketId,
    userId: given.userId,
    ...(userLabel === undefined ? {} : { userLabel }),
    ...(userTimeZone === undefined ? {} : { userTimeZone }),
    ...(given.installationId === undefined ? {} : { installationId: given.installationId }),
    ...renderWords(given),
    state: given.state,
    ...(given.rejectReason === undefined ? {} : { rejectReason: given.rejectReason }),
    ...(given.uploadBy === undefined ? {} : { uploadBy: formatTime(given.uploadBy) }),
    consent: {
      id: consent.id,
      ...(consent.text && { consentText: { ...consent.text } }),
      shown: { ...consent.shown },
      leftOut: consent.leftOut.map((one) => ({ ...one })),
      ...renderTimes(consent),
    },
    fileCounts: countFiles(files),
    files: files.map((file) => renderFile(file, fileUrl(file.id))),
    createdAt: formatTime(given.createdAt),
    updatedAt: formatTime(given.updatedAt),
    ...(given.endedAt === undefined ? {} : { endedAt: formatTime(given.endedAt) }),
  };
}

/** The report and its consent as the user keeps them: what was said, what was shown, and what became of it. */
export function renderReportReceipt(
  given: Report,
  {
    consent,
    files,
    text,
    ticketNumber,
  }: {
    readonly consent: Consent;
    readonly files: readonly LogFile[];
    readonly text: ConsentText | undefined;
    readonly ticketNumber: number;
  },
): ReportReceiptBody {
  return {
    reportId: given.id,
    ticketNumber,
    userId: given.userId,
    reported: { at: formatTime(given.createdAt), ...renderWords(given) },
    ...(consent.text && { consentText: { ...consent.text, text: text?.text ?? "" } }),
    shown: { ...consent.shown },
    leftOut: consent.leftOut.map((one) => ({ ...one })),
    ...renderTimes(consent),
    ...(given.uploadBy === undefined ? {} : { uploadBy: formatTime(given.uploadBy) }),
    state: given.state,
    files: files.map(renderDeviceFile),
  };
}

function renderWords(given: Report) {
  return {
    origin: given.origin,
    text: given.text,
    callIds: [...given.callIds],
    ...(given.participantId === undefined ? {} : { participantId: given.participantId }),
    ...(given.surveyId === undefined ? {} : { surveyId: given.surveyId }),
    ...(given.sdkVersion === undefined ? {} : { sdkVersion: given.sdkVersion }),
    answers: Object.fromEntries(Object.entries(given.answers).map(([name, answer]) => [name, renderAnswer(answer)])),
  };
}

function renderAnswer(answer: FormAnswer): string | number | boolean | null | string[] {
  return typeof answer === "object" && answer !== null ? [...answer] : answer;
}

function renderTimes(consent: Consent) {
  return {
    decidedAt: formatTime(consent.decidedAt),
    ...(consent.deviceNow === undefined ? {} : { deviceNow: formatTime(consent.deviceNow) }),
    ...(consent.withdrawnAt === undefined ? {} : { withdrawnAt: formatTime(consent.withdrawnAt) }),
  };
}
