import type { Moment, RejectReason, ReportOrigin, ReportState } from "./vocabulary.ts";

/** One answer of a form or a survey, as the app names and gives it. */
export type FormAnswer = string | number | boolean | null | readonly string[];

/** A submission that the user started: words, ids of the call, and the files that they chose to send along. */
export interface Report {
  readonly id: string;
  /** Compare-and-swap: every save names the version it read. */
  readonly version: number;
  readonly ticketId: string;
  readonly userId: string;
  readonly installationId?: string;
  /** The app's own id: what it sends again under it, however late, is this report. */
  readonly appReportId?: string;
  readonly origin: ReportOrigin;
  readonly state: ReportState;
  readonly rejectReason?: RejectReason;
  /** The user's own words; empty when they had none. */
  readonly text: string;
  readonly callIds: readonly string[];
  readonly participantId?: string;
  readonly surveyId?: string;
  /** Of the calling SDK, as the app names it. */
  readonly sdkVersion?: string;
  readonly answers: Readonly<Record<string, FormAnswer>>;
  /** Ends the upload; absent when all files came with the report. */
  readonly uploadBy?: Moment;
  readonly createdAt: Moment;
  readonly updatedAt: Moment;
  readonly endedAt?: Moment;
}

/** What one report may bring, and one user in a day. Settings; bytes and counts. */
export interface ReportLimits {
  readonly maxFileBytes: number;
  readonly maxBytes: number;
  readonly maxFiles: number;
  readonly maxBytesADay: number;
  readonly maxReportsADay: number;
}

const SUBJECT_LENGTH = 120;

/** A ticket's subject from the user's words: their first line, cut at a word; undefined when there are none. */
export function subjectOf(text: string): string | undefined {
  const line = text.trim().split(/[\r\n]/, 1)[0] ?? "";
  // Whole code points: a pair that is cut in half could not be kept.
  const characters = Array.from(line);
  if (characters.length === 0) return undefined;
  if (characters.length <= SUBJECT_LENGTH) return line;
  const cut = characters.slice(0, SUBJECT_LENGTH - 1).join("");
  const lastSpace = cut.lastIndexOf(" ");
  return `${(lastSpace > cut.length / 2 ? cut.slice(0, lastSpace) : cut).trimEnd()}…`;
}
