import type { z } from "zod";
import type { Consent, ConsentText } from "#domain/consent.ts";
import type { FileCounts, LogFile } from "#domain/log-file.ts";
import type { LogRequest, Push } from "#domain/log-request.ts";
import type { TimeWindow } from "#domain/vocabulary.ts";
import type { logRequest, logRequestDetail, push, recordedConsent } from "./log-requests.ts";
import { formatTime } from "./primitives.ts";
import { renderFile } from "./render-file.ts";

/** What people call a request's ticket and user, so that a list of requests needs no call for each row. */
export interface RequestNames {
  readonly ticketNumber?: number | undefined;
  readonly ticketSubject?: string | undefined;
  readonly userLabel?: string | undefined;
  readonly userTimeZone?: string | undefined;
}

/** A request as agents see it. `webUrl` is a link that a person can open. */
export function renderLogRequest(
  given: LogRequest,
  fileCounts: FileCounts,
  webUrl: string,
  { ticketNumber, ticketSubject, userLabel, userTimeZone }: RequestNames = {},
): z.output<typeof logRequest> {
  return {
    id: given.id,
    ticketId: given.ticketId,
    ...(ticketNumber === undefined ? {} : { ticketNumber }),
    ...(ticketSubject === undefined ? {} : { ticketSubject }),
    userId: given.userId,
    ...(userLabel === undefined ? {} : { userLabel }),
    ...(userTimeZone === undefined ? {} : { userTimeZone }),
    ...(given.installationId === undefined ? {} : { installationId: given.installationId }),
    agentId: given.agentId,
    reason: given.reason,
    collectors: [...given.collectors],
    ...renderWindow(given.window),
    maxBytes: given.maxBytes,
    maxFiles: given.maxFiles,
    answerBy: formatTime(given.answerBy),
    ...(given.uploadBy === undefined ? {} : { uploadBy: formatTime(given.uploadBy) }),
    state: given.state,
    ...(given.rejectReason === undefined ? {} : { rejectReason: given.rejectReason }),
    reach: given.reach,
    ...(given.reachReason === undefined ? {} : { reachReason: given.reachReason }),
    reminders: given.reminders,
    ...(given.snoozedUntil === undefined ? {} : { snoozedUntil: formatTime(given.snoozedUntil) }),
    fileCounts,
    webUrl,
    createdAt: formatTime(given.createdAt),
    updatedAt: formatTime(given.updatedAt),
    ...(given.endedAt === undefined ? {} : { endedAt: formatTime(given.endedAt) }),
  };
}

export interface DetailParts {
  readonly consent: Consent | undefined;
  /** The one that the consent names, where it is known. */
  readonly consentText: ConsentText | undefined;
  readonly files: readonly LogFile[];
  /** Where a person opens a file. */
  readonly fileUrl: (fileId: string) => string;
  readonly pushes: readonly Push[];
}

/** A request as agents see it alone: with its consent, its files and its pushes. */
export function renderLogRequestDetail(
  request: z.output<typeof logRequest>,
  { consent, consentText, files, fileUrl, pushes }: DetailParts,
): z.output<typeof logRequestDetail> {
  return {
    ...request,
    ...(consent ? { consent: renderConsent(consent, consentText) } : {}),
    files: files.map((file) => renderFile(file, fileUrl(file.id))),
    pushes: pushes.map(renderPush),
  };
}

/** The asked window as a member of an object, or none. */
export function renderWindow(window: TimeWindow | undefined): { window?: { from: string; to: string } } {
  return window ? { window: { from: formatTime(window.from), to: formatTime(window.to) } } : {};
}

function renderConsent(given: Consent, text: ConsentText | undefined): z.output<typeof recordedConsent> {
  // A text is immutable once used; should its bytes be others all the same, they are not what was shown.
  const shownText = text !== undefined && text.sha256 === given.text?.sha256 ? text.text : undefined;
  return {
    id: given.id,
    decision: given.decision,
    consentText: {
      // An answer to a request always names its text.
      version: given.text?.version ?? "",
      locale: given.text?.locale ?? "",
      sha256: given.text?.sha256 ?? "",
      ...(shownText === undefined ? {} : { text: shownText }),
    },
    shown: { ...given.shown },
    leftOut: given.leftOut.map((one) => ({ ...one })),
    ...(given.installationId === undefined ? {} : { installationId: given.installationId }),
    decidedAt: formatTime(given.decidedAt),
    ...(given.deviceNow === undefined ? {} : { deviceNow: formatTime(given.deviceNow) }),
    ...(given.withdrawnAt === undefined ? {} : { withdrawnAt: formatTime(given.withdrawnAt) }),
  };
}

function renderPush(given: Push): z.output<typeof push> {
  return {
    id: given.id,
    kind: given.kind,
    platform: given.platform,
    state: given.state,
    attempt: given.attempt,
    ...(given.nextAttemptAt === undefined ? {} : { nextAttemptAt: formatTime(given.nextAttemptAt) }),
    ...(given.reason === undefined ? {} : { reason: given.reason }),
    ...(given.outcomes === undefined ? {} : { outcomes: { ...given.outcomes } }),
    createdAt: formatTime(given.createdAt),
    ...(given.finishedAt === undefined ? {} : { finishedAt: formatTime(given.finishedAt) }),
  };
}
