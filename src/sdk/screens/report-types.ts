/**
 * What the report and survey screens show and say, in types of their own: the SDK's `Reports`, `ReportReview` and
 * `ReportReceipt` fit (test/contract/sdk/consent-types.test.ts proves it).
 */
import type {
  ConsentEvents,
  ConsentFile,
  ConsentPhase,
  ConsentReview,
  DownloadBefore,
  ReceiptFile,
  SendingFile,
  SendingWait,
  ShareNetwork,
  ShownText,
} from "./consent-types.ts";

/** The frozen files, and the registered text about them. */
export interface ReportScreenReview extends Omit<ConsentReview, "request"> {
  readonly request: { readonly id: string; readonly consentText: ShownText };
}

/** A call that the user may mean. */
export interface RecentCall {
  readonly id: string;
  /** Whom or what it was with, in the user's words. */
  readonly label: string;
  readonly startedAt?: Date;
  /** Where it failed and its logs were kept: they are offered instead of today's. */
  readonly incidentId?: string;
}

/** The report as its user keeps it. */
export interface ReportScreenReceipt {
  readonly reportId: string;
  readonly ticketNumber: number;
  readonly reported: { readonly at: string; readonly text: string };
  readonly consentText?: ShownText | undefined;
  readonly shown: Readonly<Record<string, string>>;
  readonly withdrawnAt?: string | undefined;
  readonly files: readonly ReceiptFile[];
}

type Shared = Extract<ConsentPhase, { kind: "loading" | "sending" | "takenBack" | "trouble" }>;

/** Where the user is. */
export type ReportPhase =
  | Shared
  /**
   * Without a review no files can go with it: there was no connection to fetch the text about them. `looking`: they are being
   * frozen, and nothing is sent before they are seen.
   */
  | { readonly kind: "writing"; readonly review: ReportScreenReview | "looking" | undefined }
  | {
      readonly kind: "sent";
      readonly receipt: ReportScreenReceipt;
      readonly downloadedBefore?: readonly DownloadBefore[] | undefined;
      /** The report arrived, the rating did not. */
      readonly isRatingLost?: boolean | undefined;
    }
  /** It was taken back before anything was sent. */
  | { readonly kind: "forgotten" }
  /** A rating without a report. */
  | { readonly kind: "thanks" };

/** What a report form holds. */
export interface ReportForm {
  readonly text: string;
  readonly callId: string | undefined;
  readonly files: readonly ConsentFile[];
  readonly network: ShareNetwork;
}

/** The Calling SDK's own tags, so that what is given here can be given to its `submitSurvey` as it is. */
export type OverallTag =
  | "CallCannotJoin"
  | "CallCannotInvite"
  | "HadToRejoin"
  | "CallEndedUnexpectedly"
  | "OtherIssues";
export type AudioTag =
  | "NoLocalAudio"
  | "NoRemoteAudio"
  | "Echo"
  | "AudioNoise"
  | "LowVolume"
  | "AudioStoppedUnexpectedly"
  | "DistortedSpeech"
  | "AudioInterruption"
  | "OtherIssues";
export type VideoTag =
  | "NoVideoReceived"
  | "NoVideoSent"
  | "LowQuality"
  | "Freezes"
  | "StoppedUnexpectedly"
  | "DarkVideoReceived"
  | "AudioVideoOutOfSync"
  | "OtherIssues";

/** One rating, as the Calling SDK's `CallRating`: of 1 to 5. */
export interface GivenRating<Tag extends string = string> {
  score: number;
  issues?: Tag[];
}

/** As the Calling SDK's `CallSurvey`. */
export interface GivenSurvey {
  overallRating: GivenRating<OverallTag>;
  audioRating?: GivenRating<AudioTag>;
  videoRating?: GivenRating<VideoTag>;
}

/** What the screens say, by the name of their events; and what the consent screen says of sending and taking back. */
export interface ReportEvents extends Pick<
  ConsentEvents,
  "beckon-take-back" | "beckon-network" | "beckon-pause" | "beckon-resume" | "beckon-close" | "beckon-retry"
> {
  "beckon-report": ReportForm;
  /** At every key: what to keep. */
  "beckon-draft": { readonly text: string };
  "beckon-call": { readonly callId: string | undefined };
  /** The user ticked or unticked "report an issue" in a survey. */
  "beckon-also-report": { readonly isTicked: boolean };
  "beckon-rate": { readonly survey: GivenSurvey; readonly report: ReportForm | undefined };
}

/** A report on its way: as much of the SDK's `ReportStatus` as is shown. */
export interface ReportMove {
  readonly key: string;
  readonly files: readonly SendingFile[];
  readonly waitingFor?: SendingWait;
}

/** A survey that was submitted, as `attachToSurvey` gives it. */
export interface SubmittedSurvey {
  readonly survey: {
    readonly surveyId: string;
    readonly callId: string;
    readonly participantId?: string;
    readonly answers: Record<string, string | number | boolean | null | string[]>;
  };
}

/** What a screen reports. */
export interface ScreenIssue {
  text: string;
  callIds: readonly string[];
  network: ShareNetwork;
  key: string;
  ticketId?: string;
  survey?: SubmittedSurvey["survey"];
  answers?: SubmittedSurvey["survey"]["answers"];
}

/** As much of the SDK's `Reports` as the screens call. */
export interface ScreenReports {
  review(scope: { incidentId?: string }): Promise<ReportScreenReview>;
  closeReview(review: ReportScreenReview): Promise<void>;
  reportIssue(
    issue: ScreenIssue | (ScreenIssue & { review: ReportScreenReview; files: readonly ConsentFile[] }),
  ): Promise<{ readonly reportId: string }>;
  sendReport(key: string): Promise<{ readonly reportId: string } | undefined>;
  reports(): Promise<readonly (ReportMove & { readonly refused?: string })[]>;
  useNetwork(key: string, network: ShareNetwork): Promise<void>;
  pause(key: string): Promise<void>;
  resume(key: string): Promise<void>;
  withdrawReport(
    id: string,
    fileIds?: readonly string[],
  ): Promise<{ readonly state: string; readonly downloadedBefore: readonly DownloadBefore[] } | undefined>;
  reportReceipt(reportId: string): Promise<ReportScreenReceipt>;
  draft(): Promise<string | undefined>;
  saveDraft(text: string): Promise<void>;
}
