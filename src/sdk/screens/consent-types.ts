/**
 * What the consent screen shows and says, in types of its own: the SDK's `Review`, `Receipt` and `Beckon` fit
 * (test/contract/sdk/consent-types.test.ts proves it). Nothing here needs a browser's types.
 */

/** A frozen file that would be sent. */
export interface ConsentFile {
  readonly collector: string;
  /** The collector's words for the user. */
  readonly label: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
  readonly coversFrom: Date | undefined;
  readonly coversTo: Date | undefined;
  /** The frozen bytes from `start` (0) up to `end` (`sizeBytes`). */
  read(start?: number, end?: number): AsyncIterable<Uint8Array>;
}

/** The registered text, and what stands in its placeholders. */
export interface ShownText {
  readonly text: string;
  /** BCP 47: the language of the text, which need not be that of the controls. */
  readonly locale: string;
}

/** What the prompt shows. */
export interface ConsentReview {
  readonly request: { readonly id: string; readonly answerBy: string; readonly consentText: ShownText };
  /** What stands in the text's placeholders for these files: the very values that are recorded with a yes. */
  valuesFor(files: readonly ConsentFile[]): Readonly<Record<string, string>>;
  readonly files: readonly ConsentFile[];
  readonly leftOut: readonly { readonly collector: string; readonly name: string; readonly sizeBytes: number }[];
  readonly unavailable: readonly { readonly collector: string }[];
  /** Whether "Wi-Fi only" can be kept; where it cannot, it is not offered. */
  readonly canWaitForUnmetered: boolean;
}

/** A file as its user's receipt names it. */
export interface ReceiptFile {
  readonly id: string;
  readonly collector: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly state: "announced" | "uploaded" | "linked" | "refused" | "missing" | "deleted";
  readonly reason?: string | undefined;
  readonly deleteAfter?: string | undefined;
}

/** The answer as the user keeps it. */
export interface ConsentReceipt {
  readonly requestId: string;
  readonly ticketNumber: number;
  readonly decision: "share" | "decline";
  readonly decidedAt: string;
  readonly withdrawnAt?: string | undefined;
  readonly consentText: ShownText;
  readonly shown: Readonly<Record<string, string>>;
  readonly state: string;
  readonly files: readonly ReceiptFile[];
}

/** Who had a download link of which file before it was taken back. */
export interface DownloadBefore {
  readonly fileId: string;
  readonly agentId: string;
  readonly at: string;
}

/** How far one file is. */
export interface SendingFile {
  readonly collector: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sentBytes: number;
}

/** `any` connection, or only one that costs nothing a byte (Wi-Fi). */
export type ShareNetwork = "any" | "unmetered";

/** What an upload stands still for: a connection, one that costs nothing, or the user, who paused it. */
export type SendingWait = "network" | "unmetered" | "user";

/** Where the user is. */
export type ConsentPhase =
  | { readonly kind: "loading" }
  | { readonly kind: "asking" }
  | {
      readonly kind: "sending";
      readonly sentBytes: number;
      readonly totalBytes: number;
      readonly files: readonly SendingFile[];
      /** `network`: the answer is stored on the device and goes on by itself. */
      readonly waitingFor?: SendingWait | undefined;
    }
  | {
      readonly kind: "shared";
      readonly receipt: ConsentReceipt;
      /** Answered with another of the user's devices. */
      readonly isElsewhere?: boolean | undefined;
      /** Who had downloaded the files that were taken back one by one. */
      readonly downloadedBefore?: readonly DownloadBefore[] | undefined;
    }
  | {
      readonly kind: "takenBack";
      /** Undefined where it is not known any more. */
      readonly downloadedBefore: readonly DownloadBefore[] | undefined;
      /** Names for the ids. */
      readonly files?: readonly { readonly id: string; readonly name: string }[] | undefined;
    }
  | {
      readonly kind: "declined";
      readonly isElsewhere?: boolean | undefined;
      /** Nobody could be told yet: it is stored on the device and sent later. */
      readonly isStored?: boolean | undefined;
    }
  | { readonly kind: "later"; readonly until: Date }
  /** `state` is the request's, where it is known; `not_found`: it is another user's, or was never there. */
  | { readonly kind: "over"; readonly state: string | undefined }
  | { readonly kind: "trouble"; readonly message: string; readonly canRetry: boolean };

/** What the screen says, by the name of its event. */
export interface ConsentEvents {
  "beckon-share": { readonly files: readonly ConsentFile[]; readonly network: ShareNetwork };
  "beckon-decline": undefined;
  "beckon-later": { readonly until: Date };
  /** The whole consent unless files are named. */
  "beckon-take-back": { readonly fileIds?: readonly string[] | undefined };
  "beckon-network": { readonly network: ShareNetwork };
  "beckon-pause": undefined;
  "beckon-resume": undefined;
  "beckon-close": undefined;
  "beckon-retry": undefined;
}

/** As much of the SDK's `Beckon` as `openConsent` calls. */
export interface ConsentBeckon {
  review(requestId: string): Promise<ConsentReview>;
  share(
    requestId: string,
    choice: { files: readonly ConsentFile[]; network: ShareNetwork },
  ): Promise<{ readonly state: string }>;
  decline(requestId: string): Promise<unknown>;
  snooze(requestId: string, until: Date): Promise<unknown>;
  upload(requestId: string): Promise<{ readonly state: string } | undefined>;
  useNetwork(requestId: string, network: ShareNetwork): Promise<void>;
  pause(requestId: string): Promise<void>;
  resume(requestId: string): Promise<void>;
  withdraw(
    requestId: string,
    fileIds?: readonly string[],
  ): Promise<{ readonly state: string; readonly downloadedBefore: readonly DownloadBefore[] }>;
  receipt(requestId: string): Promise<ConsentReceipt>;
  requests(
    states: readonly ("cancelled" | "expired")[],
  ): Promise<readonly { readonly id: string; readonly state: string }[]>;
}

/** As much of the SDK's `FileProgress` as `openConsent` takes. */
export interface ConsentProgress extends SendingFile {
  readonly requestId: string;
  readonly waitingFor?: SendingWait | undefined;
}
