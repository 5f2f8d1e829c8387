/** Reports as the SDK sees them on the wire; as wire.ts, and proven by the same test. Times are RFC 3339. */
import type { AnnouncedFile, ConsentText, DeviceFile, FileCounts, LeftOut, UploadLink, Withdrawal } from "./wire.ts";

export type ReportState = "open" | "uploaded" | "linked" | "rejected" | "withdrawn";

export type FormAnswer = string | number | boolean | null | string[];

/** Answers of a form or a survey, as the app names them: at most 100. */
export type FormAnswers = Record<string, FormAnswer>;

export interface NewReport {
  ticketId?: string | undefined;
  subject?: string | undefined;
  text?: string | undefined;
  callIds?: string[] | undefined;
  participantId?: string | undefined;
  surveyId?: string | undefined;
  sdkVersion?: string | undefined;
  answers?: FormAnswers | undefined;
  installationId?: string | undefined;
  /** Ours: sent again after any time, it gets what it made. */
  appReportId?: string | undefined;
  deviceNow?: string | undefined;
  leftOut?: LeftOut[] | undefined;
  consentText?: { version: string; locale: string; sha256: string } | undefined;
  /** What the device put in the placeholders that only it can fill. */
  shown?: Record<string, string> | undefined;
  files?: AnnouncedFile[] | undefined;
}

export interface CreatedReport {
  reportId: string;
  ticketId: string;
  ticketNumber: number;
  /** False when it was put on a ticket that stood already. */
  ticketIsNew: boolean;
  state: ReportState;
  files: DeviceFile[];
  uploadBy?: string | undefined;
  /** Empty while the file store is away. */
  links: UploadLink[];
}

/** What to show before files are reported, and how much is taken. */
export interface ReportTerms {
  consentText: ConsentText;
  consentValues: Record<string, string>;
  retentionDays: number;
  maxFiles: number;
  maxFileBytes: number;
  maxBytes: number;
}

/** How far a report is. */
export interface ReportProgress {
  reportId: string;
  state: ReportState;
  fileCounts: FileCounts;
  files: DeviceFile[];
}

/** What stands after a take-back; the words stay on the ticket. */
export interface ReportWithdrawal {
  reportId: string;
  state: ReportState;
  files: DeviceFile[];
  downloadedBefore: Withdrawal["downloadedBefore"];
}

/** The report and its consent as the user keeps them. */
export interface ReportReceipt {
  reportId: string;
  ticketNumber: number;
  userId: string;
  reported: {
    at: string;
    origin: "links" | "multipart" | "survey";
    text: string;
    callIds: string[];
    participantId?: string | undefined;
    surveyId?: string | undefined;
    sdkVersion?: string | undefined;
    answers: FormAnswers;
  };
  decidedAt: string;
  deviceNow?: string | undefined;
  /** Absent where the app did not say what it showed. */
  consentText?: ConsentText | undefined;
  shown: Record<string, string>;
  leftOut: LeftOut[];
  uploadBy?: string | undefined;
  withdrawnAt?: string | undefined;
  state: ReportState;
  files: DeviceFile[];
}
