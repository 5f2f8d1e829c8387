/** What an app gives and gets: the options of `createBeckon`, what a prompt shows, and the object that answers. */
import type { Fetch, SdkClock } from "./api-client.ts";
import type { AnswerResult, FileProgress } from "./carry-out-answer.ts";
import type { Frozen, LeftOutFile, ReviewFile } from "./freeze-request.ts";
import type { Collector } from "./frozen-file.ts";
import type { BeckonPush } from "./parse-push.ts";
import type { Hasher } from "./sha256.ts";
import type { BeckonStorage } from "./storage.ts";
import type { Upload, UploadBlocks } from "./upload-bytes.ts";
import type { DeviceLogRequest, Installation, NewInstallation, Receipt, RequestState, Withdrawal } from "./wire.ts";

export interface BeckonOptions {
  /** Where Beckon's API is, such as `https://beckon.example.com`. */
  readonly baseUrl: string;
  /** A bearer token of the signed-in user, or the installation token that the app's back end got. `refresh` after a 401. */
  readonly getToken: (why: { refresh: boolean }) => string | Promise<string>;
  /** A UUID of this app install, made once and kept by the app. */
  readonly installationId: string;
  readonly collectors: readonly Collector[];
  /** BCP 47; the device's unless given. */
  readonly locale?: string;
  /** Default: memory, so that a restart loses uploads under way. See `indexedDbStorage`, and `nodeFolderStorage`. */
  readonly storage?: BeckonStorage;
  readonly fetch?: Fetch;
  /** A faster SHA-256 where there is one, such as `() => createHash("sha256")` of node:crypto. */
  readonly createHasher?: () => Hasher;
  /** Another way to send bytes, such as the platform's background uploads. */
  readonly upload?: Upload;
  /**
   * From `upload-blocks.js`: where links take blocks, large files go up in them, and on from there after a cut or a restart.
   * Without it every file goes up whole.
   */
  readonly uploadBlocks?: UploadBlocks;
  readonly clock?: SdkClock;
  /** Needed for `share` with `network: "unmetered"`; without it every connection counts as unmetered. */
  readonly connection?: Connection;
  /**
   * A file of more bytes than this waits for a connection that costs nothing, unless `useNetwork(id, "any")` says otherwise.
   * Needs `connection`. No cap unless given.
   */
  readonly meteredMaxBytes?: number;
  /** The user is asked for logs: show something that leads to `review`. Once a request, until its prompt came down. */
  readonly onPrompt?: (request: DeviceLogRequest) => void;
  /** Take the prompt down, also one that an earlier run of the app put up. `state` where it is known. */
  readonly onPromptClosed?: (closed: { requestId: string; state: RequestState | undefined }) => void;
  /**
   * A push of `testPush` arrived: show something in the way in which a prompt is shown. Whether that worked is told to
   * whoever tests.
   */
  readonly onTestPush?: (testId: string) => boolean | Promise<boolean>;
  readonly onProgress?: (progress: FileProgress) => void;
  /** What went wrong where nobody waits for it. */
  readonly onError?: (error: unknown) => void;
}

/** What is asked, or offered, with a registered text and what the server puts into it. */
export type Asked = Pick<DeviceLogRequest, "consentText" | "consentValues">;

/** What the prompt shows: all of it is what the server enforces or what will be sent. */
export type Review = ReviewOf<DeviceLogRequest>;

export interface ReviewOf<Request extends Asked> {
  readonly request: Request;
  /** The consent text, filled for these files (all unless given). Plain text: never put it into HTML unescaped. */
  textFor(files?: readonly ReviewFile[]): string;
  /** What stands in the text's placeholders for these files: with a yes, these very values are recorded. */
  valuesFor(files?: readonly ReviewFile[]): Record<string, string>;
  readonly files: readonly ReviewFile[];
  readonly totalBytes: number;
  readonly leftOut: readonly LeftOutFile[];
  readonly unavailable: Frozen["unavailable"];
  /** Whether `share` can wait for Wi-Fi: only then offer it. */
  readonly canWaitForUnmetered: boolean;
}

/** What the app knows of the device's connection. */
export interface Connection {
  /** Whether what is sent costs the user money or their plan: mobile data, or a hotspot. */
  isMetered(): boolean;
  /** Calls `listener` when that may have changed. @returns ends it */
  onChange(listener: () => void): () => void;
}

/** Over which connection files go up; the answer itself, a few kilobytes, goes at once. */
export type ShareNetwork = "any" | "unmetered";

export interface Beckon {
  /** Tells the server where this install gets its pushes; after sign-in and whenever the token changes. @throws BeckonError */
  register(installation: Omit<NewInstallation, "collectors">): Promise<Installation>;
  /** Stops pushes to this install and takes all prompts down; at sign-out. @throws BeckonError */
  unregister(): Promise<void>;
  /**
   * At every start and return to the foreground, as pushes get lost: refreshes the registration, raises the prompts of open
   * requests, takes down those that closed, and goes on with answers that a restart interrupted.
   *
   * @returns the user's open and consented requests
   * @throws BeckonError the first that went wrong, after all was tried
   */
  sync(): Promise<DeviceLogRequest[]>;
  /** @returns undefined when the push is not Beckon's */
  parsePush(payload: unknown): BeckonPush | undefined;
  /**
   * Acts on a push: raises or takes down its prompt. Resolves when that is done.
   *
   * @param push from `parsePush`, or the platform's payload
   * @returns false when the push is not Beckon's
   * @throws BeckonError
   */
  handle(push: unknown): Promise<boolean>;
  /**
   * Freezes the files and says what to show; call it as the prompt opens: it marks the request as seen. The same
   * review until it is answered, put off or closed.
   *
   * @throws BeckonError `request_closed`, `not_found`
   */
  review(requestId: string): Promise<Review>;
  /**
   * Records the user's yes and uploads; resolves when every file has its outcome on the server. When the app ends in
   * between, the next `sync()` goes on.
   *
   * @param choice.files those of the review that the user ticked; all unless given
   * @param choice.network `unmetered`: the files wait for a connection that costs nothing, also over restarts; default
   *   `any`, within `meteredMaxBytes`
   * @throws BeckonError `not_reviewed`, `already_answered`, `request_closed`, `file_unreadable`, `upload_refused`, …
   */
  share(requestId: string, choice?: { files?: readonly ReviewFile[]; network?: ShareNetwork }): Promise<AnswerResult>;
  /** Lets an answer under way use this connection from now on: "send now anyway". Nothing happens where none is. */
  useNetwork(requestId: string, network: ShareNetwork): Promise<void>;
  /**
   * Lets the files of an answer under way wait until `resume`, also over restarts; `uploadBy` is not put off by it. A yes that
   * is not recorded yet is recorded all the same. Nothing happens where none is.
   */
  pause(requestId: string): Promise<void>;
  /** Ends a `pause`: the files go on where they stopped. */
  resume(requestId: string): Promise<void>;
  /** Records the user's no. @throws BeckonError `already_answered`, `request_closed` */
  decline(requestId: string): Promise<AnswerResult>;
  /** Puts the prompt off, on all of the user's installs. @throws BeckonError `request_not_open`, `invalid_request` */
  snooze(requestId: string, until: Date): Promise<DeviceLogRequest>;
  /**
   * Goes on with an answer under way, or joins it: `onProgress` is then told again how far each file is.
   *
   * @returns undefined when there is none on this device
   */
  upload(requestId: string): Promise<AnswerResult | undefined>;
  /**
   * Takes back the whole consent, or the named files. Stops their upload: what is not up yet is not sent, also where this fails.
   *
   * @param fileIds the server's ids, from a result or a receipt
   * @throws BeckonError `nothing_to_withdraw`
   */
  withdraw(requestId: string, fileIds?: readonly string[]): Promise<Withdrawal>;
  /** The consent as the user keeps it. @throws BeckonError `not_found` */
  receipt(requestId: string): Promise<Receipt>;
  /** The user's requests in these states, all pages; open and consented ones unless given. @throws BeckonError */
  requests(states?: readonly RequestState[]): Promise<DeviceLogRequest[]>;
  /** Ends what is under way; nothing is given up. The object cannot be used afterwards. */
  stop(): void;
}
