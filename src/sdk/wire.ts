/**
 * The wire as the SDK sees it, written by hand so that neither this code nor its declarations need a schema library. A type
 * test (test/contract/sdk/wire-types.test.ts) proves that each type equals the server's contract. Times are RFC 3339.
 */

export type Platform = "apns" | "fcmv1" | "wns" | "browser";

export type RequestState =
  | "requested"
  | "notified"
  | "seen"
  | "consented"
  | "uploaded"
  | "linked"
  | "rejected"
  | "declined"
  | "expired"
  | "cancelled"
  | "withdrawn";

export type Decision = "share" | "decline";

export type FileState = "announced" | "uploaded" | "linked" | "refused" | "missing" | "deleted";

export type FileReason =
  | "size_differs"
  | "hash_differs"
  | "changed_after_upload"
  | "unreadable"
  | "not_uploaded"
  | "given_up"
  | "upload_deadline"
  | "request_cancelled"
  | "withdrawn"
  | "removed"
  | "retention";

/** A device token or channel URI; for `browser` the three parts of a Web Push subscription. */
export type PushChannel = string | { endpoint: string; p256dh: string; auth: string };

/** A kind of log that the app says it can produce. */
export interface CollectorInfo {
  name: string;
  label?: string | undefined;
  typicalSizeBytes?: number | undefined;
  oldestAt?: string | undefined;
}

export interface NewInstallation {
  platform: Platform;
  pushChannel: PushChannel;
  locale?: string | undefined;
  timeZone?: string | undefined;
  appVersion?: string | undefined;
  osVersion?: string | undefined;
  sdkVersion?: string | undefined;
  model?: string | undefined;
  notificationsAllowed?: boolean | undefined;
  collectors?: CollectorInfo[] | undefined;
}

/** One app install as the server knows it. Its push channel is never shown. */
export interface Installation {
  id: string;
  userId: string;
  platform: Platform;
  locale?: string | undefined;
  timeZone?: string | undefined;
  appVersion?: string | undefined;
  osVersion?: string | undefined;
  sdkVersion?: string | undefined;
  model?: string | undefined;
  notificationsAllowed?: boolean | undefined;
  collectors: CollectorInfo[];
  hubSync: "pending" | "synced" | "refused";
  hubSyncReason?: string | undefined;
  lastSeenAt: string;
  createdAt: string;
}

/** How far a test push got. */
export interface TestPushResult {
  /** Of the push that was sent; absent where none was. */
  testId?: string | undefined;
  hubSync: "pending" | "synced" | "refused";
  /** `refused`: the operator must mend it. `not_asked`: it does not know the installation yet. */
  hub: "accepted" | "refused" | "away" | "not_asked";
  /** The platform's word, where the hub waited for it. */
  pushService: "accepted" | "channel_invalid" | "credential_invalid" | "refused" | "unknown";
  /** What the hub said, in words. */
  reason?: string | undefined;
}

/** A file as its own user sees it. */
export interface DeviceFile {
  id: string;
  collector: string;
  name: string;
  sizeBytes: number;
  sha256: string;
  state: FileState;
  reason?: FileReason | undefined;
  deleteAfter?: string | undefined;
}

export interface ConsentText {
  version: string;
  locale: string;
  text: string;
  /** Over the UTF-8 bytes of `text`, its placeholders unfilled. */
  sha256: string;
}

/** A request as its user's app sees it. Push is only a wake-up; this is the truth. */
export interface DeviceLogRequest {
  id: string;
  state: RequestState;
  rejectReason?: "no_files" | "upload_abandoned" | "none_held" | undefined;
  ticketNumber: number;
  /** The agent's words: show them quoted, as text. */
  reason: string;
  collectors: string[];
  window?: { from: string; to: string } | undefined;
  maxBytes: number;
  maxFiles: number;
  answerBy: string;
  uploadBy?: string | undefined;
  snoozedUntil?: string | undefined;
  retentionDays: number;
  consentText: ConsentText;
  /** What stands for the text's placeholders `{name}`; the device fills `{files}` and `{totalSize}` itself. */
  consentValues: Record<string, string>;
  decision?: Decision | undefined;
  /** What the consent names, once there is one. */
  files: DeviceFile[];
  createdAt: string;
}

export interface AnnouncedFile {
  collector: string;
  name: string;
  sizeBytes: number;
  sha256: string;
  modifiedAt: string;
  coversFrom?: string | undefined;
  coversTo?: string | undefined;
}

/** Why something that was asked for is not among the files. */
export type LeftOutReason =
  /** More than the request may have, or than one file may be. */
  | "over_max_bytes"
  | "over_max_files"
  | "too_large"
  /** The log on the device had gone over its own limits: the oldest went. */
  | "trimmed"
  | "empty"
  | "unreadable"
  /** The app has no such collector, or it failed: no file is named. */
  | "no_collector"
  | "collector_failed";

/** What a device found and did not send, or could not look for. */
export interface LeftOut {
  collector: string;
  name?: string | undefined;
  sizeBytes?: number | undefined;
  reason: LeftOutReason;
}

/** A file in an exported zip. */
export interface ExportedFile extends AnnouncedFile {
  /** Where it stands in the zip. */
  path: string;
}

/** `manifest.json`, the first entry of an exported zip. */
export interface ExportManifest {
  type: "beckon.export";
  v: 1;
  createdAt: string;
  sdkVersion: string;
  appVersion?: string | undefined;
  callIds: string[];
  window?: { from: string; to: string } | undefined;
  files: ExportedFile[];
  leftOut: LeftOut[];
}

export interface NewConsent {
  decision: Decision;
  consentText: { version: string; locale: string; sha256: string };
  installationId?: string | undefined;
  deviceNow: string;
  /** What the device put in the placeholders that only it can fill. */
  shown?: Record<string, string> | undefined;
  files?: AnnouncedFile[] | undefined;
  /** What was found and is not among the files. */
  leftOut?: LeftOut[] | undefined;
}

export interface UploadLink {
  fileId: string;
  url: string;
  /** Send these with the upload. */
  headers: Record<string, string>;
  upload: "single" | "blocks";
  expiresAt: string;
}

/** The answer as the server recorded it. */
export interface Answer {
  requestId: string;
  state: RequestState;
  decision: Decision;
  decidedAt: string;
  uploadBy?: string | undefined;
  files: DeviceFile[];
  /** Empty while the file store is away. */
  links: UploadLink[];
}

/** Links for what is not there yet, and the ids of the files that are there. */
export interface UploadLinks {
  links: UploadLink[];
  there: string[];
}

export interface FileOutcome {
  fileId: string;
  outcome: "uploaded" | "given_up";
}

export interface FileCounts {
  consented: number;
  uploaded: number;
  linked: number;
  refused: number;
  missing: number;
}

/** How far a request is. */
export interface UploadProgress {
  requestId: string;
  state: RequestState;
  fileCounts: FileCounts;
  files: DeviceFile[];
}

/** What stands after a take-back, and who had a download link of a file before. */
export interface Withdrawal {
  requestId: string;
  state: RequestState;
  files: DeviceFile[];
  downloadedBefore: { fileId: string; agentId: string; at: string }[];
}

/** The consent as the user keeps it. */
export interface Receipt {
  requestId: string;
  ticketNumber: number;
  userId: string;
  asked: {
    at: string;
    agentId: string;
    reason: string;
    collectors: string[];
    window?: { from: string; to: string } | undefined;
    maxBytes: number;
    maxFiles: number;
  };
  decision: Decision;
  decidedAt: string;
  deviceNow?: string | undefined;
  consentText: ConsentText;
  shown: Record<string, string>;
  leftOut: LeftOut[];
  uploadBy?: string | undefined;
  withdrawnAt?: string | undefined;
  state: RequestState;
  files: DeviceFile[];
}

export interface Page<Item> {
  value: Item[];
  nextLink?: string | undefined;
}

/** What the server says when it refuses: its code is `error.code`. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail?: string | undefined;
  instance?: string | undefined;
  error: {
    code: ProblemCode;
    message: string;
    target?: string | undefined;
    details?:
      | {
          code: string;
          target: string;
          message: string;
          /** What the field did not keep to, such as `too_long`, for who says it in another language. */
          rule?: FieldRule | undefined;
          limit?: number | undefined;
          allowed?: string[] | undefined;
        }[]
      | undefined;
  };
  traceId: string;
}

/** What a field did not keep to. */
export type FieldRule =
  | "missing"
  | "not_known"
  | "wrong_type"
  | "too_short"
  | "too_long"
  | "too_few"
  | "too_many"
  | "too_small"
  | "too_big"
  | "not_allowed"
  | "bad_characters"
  | "bad_form"
  | "bad_name"
  | "bad_locale"
  | "bad_time"
  | "repeated"
  | "wrong_order"
  | "out_of_range"
  | "belongs_together";

export type ProblemCode =
  | "invalid_request"
  | "malformed_multipart"
  | "not_json"
  | "unknown_consent_text"
  | "consent_exceeds_request"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "not_text"
  | "method_not_allowed"
  | "already_answered"
  | "request_closed"
  | "not_consented"
  | "cannot_cancel"
  | "nothing_to_withdraw"
  | "file_outcome_stands"
  | "request_not_open"
  | "too_many_reminders"
  | "consent_text_in_use"
  | "external_id_taken"
  | "no_connector"
  | "conflict"
  | "in_progress"
  | "body_too_slow"
  | "not_removable"
  | "unusable_zip"
  | "file_gone"
  | "precondition_failed"
  | "body_too_large"
  | "report_too_large"
  | "unsupported_media_type"
  | "user_not_on_ticket"
  | "installation_not_of_user"
  | "idempotency_key_reused"
  | "precondition_required"
  | "range_not_satisfiable"
  | "too_many_reports"
  | "too_many_uploads"
  | "rate_limited"
  | "internal"
  | "database_unavailable"
  | "blob_store_unavailable"
  | "timeout";
