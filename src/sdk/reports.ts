/** What an app gives and gets where users report by themselves: the options of `createReports`, and the object that reports. */
import type { Asked, BeckonOptions, ReviewOf, ShareNetwork } from "./beckon.ts";
import type { ReviewFile } from "./freeze-request.ts";
import type { FrozenFile } from "./frozen-file.ts";
import type { Incidents } from "./incidents.ts";
import type { DeviceFile } from "./wire.ts";
import type { FormAnswers, ReportReceipt, ReportState, ReportTerms, ReportWithdrawal } from "./wire-reports.ts";

/** The options of `createBeckon` fit: give the same storage and collectors to both. */
export interface ReportsOptions extends Pick<
  BeckonOptions,
  | "baseUrl"
  | "getToken"
  | "collectors"
  | "locale"
  | "storage"
  | "fetch"
  | "createHasher"
  | "upload"
  | "uploadBlocks"
  | "clock"
  | "connection"
  | "meteredMaxBytes"
  | "onError"
> {
  /** Who is signed in, by the app's own id: another user of the device never sees, nor sends, these reports. */
  readonly userId: string;
  /** So that agents see the app's version and model beside the report. */
  readonly installationId?: string;
  /** Of the Calling SDK, such as `azure-communication-calling/1.36.1`: agents can search for it. */
  readonly callingSdkVersion?: string;
  /** From `createIncidents`: for reports with `incidentId`. */
  readonly incidents?: Pick<Incidents, "incidents" | "openIncident" | "forgetIncident">;
  /** A report moved: some bytes, a wait, the server's word. */
  readonly onReport?: (report: ReportStatus) => void;
}

/** A file that the app brings itself, such as a screenshot that the user picked. */
export interface OwnFile {
  /** Lower-case letters, digits and `-`. */
  readonly collector: string;
  /** What the user reads. */
  readonly label: string;
  readonly file: FrozenFile;
}

/** Which files a report is about. */
export interface ReportScope {
  /** Names of collectors; all of the app's, unless an incident or files are named. */
  readonly collectors?: readonly string[];
  readonly window?: { readonly from: Date; readonly to: Date };
  /** The logs of the moment at which something failed. */
  readonly incidentId?: string;
  readonly files?: readonly OwnFile[];
}

/** What the limits and the text of a report are, and what its files were taken for. */
export interface OfferedReport extends Asked, Pick<ReportTerms, "retentionDays"> {
  /** The key of the report that comes of it. */
  readonly id: string;
  readonly collectors: readonly string[];
}

/** What to show before files are reported: the files, frozen, and the registered text. */
export type ReportReview = ReviewOf<OfferedReport>;

/** The ids of a call that was rated, and how: from `attachToSurvey`. */
export interface SurveyAbout {
  readonly surveyId: string;
  readonly callId: string;
  readonly participantId?: string;
  readonly answers: FormAnswers;
}

interface ReportWords {
  /** The user's own words, up to 10,000 characters. */
  readonly text: string;
  /** Of a new ticket; else the text's first line. */
  readonly subject?: string;
  readonly callIds?: readonly string[];
  readonly participantId?: string;
  readonly survey?: SurveyAbout;
  /** Of a form of the app's own. */
  readonly answers?: FormAnswers;
  /** Puts it on this ticket, which must be the user's. */
  readonly ticketId?: string;
  /** `unmetered`: the files wait for a connection that costs nothing, the words do not; default `any`, within `meteredMaxBytes`. */
  readonly network?: ShareNetwork;
  /** A UUID: a second call with it joins the first. The review's, where there is one. */
  readonly key?: string;
}

/** A review as it is known again. */
export interface AnyReview {
  readonly request: { readonly id: string };
}

/** With the files of a review, of which `files` are those that the user ticked (all unless given). */
interface ReviewedReport extends ReportWords {
  readonly review: AnyReview;
  readonly files?: readonly ReviewFile[];
}

/**
 * With files that are frozen now; without any where none of these is named. Only for apps that have shown the text of
 * `review()` in a way of their own.
 */
interface DirectReport extends ReportWords, ReportScope {
  readonly review?: undefined;
}

export type Issue = ReviewedReport | DirectReport;

/** What a report came to on the server. */
export interface ReportResult {
  readonly key: string;
  readonly reportId: string;
  readonly ticketId: string;
  readonly ticketNumber: number;
  /** False when it was put on a ticket that stood already. */
  readonly ticketIsNew: boolean;
  readonly state: ReportState;
  readonly files: readonly DeviceFile[];
}

/** A report that is not through: stored on this device. */
export interface ReportStatus {
  readonly key: string;
  readonly text: string;
  readonly callIds: readonly string[];
  readonly createdAt: Date;
  /** The server's, as soon as it has the words. */
  readonly reportId?: string;
  readonly ticketNumber?: number;
  readonly files: readonly {
    readonly collector: string;
    readonly name: string;
    readonly sizeBytes: number;
    readonly sentBytes: number;
  }[];
  /** It stands still: until the user resumes it, until the connection costs nothing, or until there is one at all. */
  readonly waitingFor?: "user" | "unmetered" | "network";
  /** The server does not take it as it is, by this code. It is kept until `sendReport` or `withdrawReport`. */
  readonly refused?: string;
}

export interface Reports {
  /**
   * Freezes the files and says what to show before they are reported. Close it with `closeReview` where the user leaves.
   *
   * @throws BeckonError `network` where the text was never fetched and cannot be now: words can be reported all the same
   */
  review(scope?: ReportScope): Promise<ReportReview>;
  /** Lets the files of a review go; does nothing where it was reported. */
  closeReview(review: AnyReview): Promise<void>;
  /**
   * Stores the report, then sends it; resolves when every file has its outcome on the server. Whatever goes wrong, it is
   * kept: the next `sync()`, or the connection's return, goes on with the same words and bytes.
   *
   * @throws BeckonError `network` where nobody could be reached (it is stored), `not_reviewed`, `file_unreadable`,
   *   `report_too_large`, `too_many_reports`, `not_found` (the ticket), …
   */
  reportIssue(issue: Issue): Promise<ReportResult>;
  /** Goes on with a stored report, or joins it, also one that was refused. @returns undefined when there is none */
  sendReport(key: string): Promise<ReportResult | undefined>;
  /**
   * At every start and return to the foreground: fetches the text that `review` shows, and goes on with stored reports.
   *
   * @returns those that are under way
   */
  sync(): Promise<ReportStatus[]>;
  /** This user's reports that are not through, oldest first. */
  reports(): Promise<ReportStatus[]>;
  /** Lets a stored report use this connection from now on. */
  useNetwork(key: string, network: ShareNetwork): Promise<void>;
  /** Lets the files of a stored report wait until `resume`, also over restarts; its words go all the same. */
  pause(key: string): Promise<void>;
  resume(key: string): Promise<void>;
  /**
   * Takes back all files of a report, or the named ones; its words stay on the ticket. Stops their upload.
   *
   * @param id the server's, or the key of a stored one
   * @returns undefined where nothing had been sent: then it is forgotten
   * @throws BeckonError `nothing_to_withdraw`, `not_found`
   */
  withdrawReport(id: string, fileIds?: readonly string[]): Promise<ReportWithdrawal | undefined>;
  /** The report and its consent as the user keeps them. @throws BeckonError `not_found` */
  reportReceipt(reportId: string): Promise<ReportReceipt>;
  /** What the user typed and has not sent. */
  draft(): Promise<string | undefined>;
  /** Keeps what the user types, across restarts; an empty text forgets it. */
  saveDraft(text: string): Promise<void>;
  /** Ends what is under way; nothing is given up. The object cannot be used afterwards. */
  stop(): void;
}
