/**
 * Expected trouble. A `Problem` is thrown with a code of this table; the HTTP status, the title and whether trying again
 * can help come from the row. Anything else that is thrown is a bug and rises as 500 `internal`.
 */

export interface ProblemKind {
  readonly status: number;
  /** One short sentence in plain words; the same for every occurrence. */
  readonly title: string;
  /** Seconds after which the same call may succeed; sent as Retry-After. */
  readonly retryAfterSeconds?: number;
}

export const PROBLEMS = {
  invalid_request: { status: 400, title: "The request is not as this operation needs it." },
  malformed_multipart: { status: 400, title: "The multipart body is not well formed." },
  not_json: { status: 400, title: "The body is not JSON." },
  unknown_consent_text: { status: 400, title: "No consent text has this version, locale and hash." },
  consent_exceeds_request: { status: 400, title: "The consent names more than was asked for." },
  unauthenticated: { status: 401, title: "The request carries no valid credential." },
  forbidden: { status: 403, title: "This credential may not do that." },
  /** One body for what does not exist, what is another user's and what is no id at all, so that nobody can probe. */
  not_found: { status: 404, title: "There is nothing here that this credential may see." },
  method_not_allowed: { status: 405, title: "This resource does not take that method." },
  already_answered: { status: 409, title: "The user has answered this request already." },
  request_closed: { status: 409, title: "This request has ended without an answer." },
  not_consented: { status: 409, title: "This request has no consent to share." },
  cannot_cancel: { status: 409, title: "This request can no longer be cancelled." },
  nothing_to_withdraw: { status: 409, title: "There is nothing to take back on this request." },
  file_outcome_stands: { status: 409, title: "This file has another outcome already." },
  request_not_open: { status: 409, title: "The user is no longer being asked." },
  too_many_reminders: { status: 409, title: "The user has been reminded as often as is allowed." },
  consent_text_in_use: { status: 409, title: "This consent text has been shown to users and cannot change." },
  external_id_taken: { status: 409, title: "Another ticket has this external id." },
  no_connector: { status: 409, title: "No other ticket system is connected with this deployment." },
  conflict: { status: 409, title: "Somebody else changed this at the same time." },
  in_progress: {
    status: 409,
    title: "The first call with this Idempotency-Key is still under way.",
    retryAfterSeconds: 1,
  },
  /** The body did not come as fast as one that is waited for. */
  body_too_slow: { status: 408, title: "The body came too slowly." },
  not_removable: { status: 409, title: "Only its own user can take this file back." },
  file_gone: { status: 410, title: "This file has been deleted." },
  precondition_failed: { status: 412, title: "The resource has changed since the ETag that was given." },
  body_too_large: { status: 413, title: "The body is larger than this operation takes." },
  report_too_large: { status: 413, title: "The report holds more than is taken." },
  unsupported_media_type: { status: 415, title: "This operation does not take that content type or encoding." },
  /** With `sizeBytes`, `sha256`, `modifiedAt` and `coverage`: what is known of a file that nobody can read here. */
  not_text: { status: 415, title: "This file is not text." },
  range_not_satisfiable: { status: 416, title: "The file has no such part." },
  /** With `why`: not a zip at all, or one that nobody should unpack. */
  unusable_zip: { status: 422, title: "This zip cannot be put on a ticket." },
  user_not_on_ticket: { status: 422, title: "That user is neither the ticket's user nor a participant of its calls." },
  installation_not_of_user: { status: 422, title: "That installation is not one of this user's." },
  idempotency_key_reused: { status: 422, title: "This Idempotency-Key was used for another request." },
  precondition_required: { status: 428, title: "Send If-Match with the ETag that you read." },
  too_many_reports: {
    status: 429,
    title: "This user has reported as much as is taken in a day.",
    retryAfterSeconds: 3600,
  },
  too_many_uploads: { status: 429, title: "Too many uploads are under way.", retryAfterSeconds: 5 },
  rate_limited: { status: 429, title: "Too many requests.", retryAfterSeconds: 1 },
  internal: { status: 500, title: "Something went wrong on our side." },
  /** A connection that is lost in the middle of a commit tells nobody whether it was made; so neither do we. */
  database_unavailable: {
    status: 503,
    title: "The database is away. It may have been done: repeat it with the same Idempotency-Key.",
    retryAfterSeconds: 5,
  },
  blob_store_unavailable: { status: 503, title: "The file store is away.", retryAfterSeconds: 10 },
  /** The caller is no longer waited for; the work that was begun may still end well. */
  timeout: {
    status: 503,
    title: "The operation took too long. It may have been done: repeat it with the same Idempotency-Key.",
    retryAfterSeconds: 5,
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** What a field did not keep to, for who says it in another language than ours. */
export const FIELD_RULES = [
  "missing",
  "not_known",
  "wrong_type",
  "too_short",
  "too_long",
  "too_few",
  "too_many",
  "too_small",
  "too_big",
  "not_allowed",
  "bad_characters",
  "bad_form",
  "bad_name",
  "bad_locale",
  "bad_time",
  "repeated",
  "wrong_order",
  "out_of_range",
  "belongs_together",
] as const;
export type FieldRule = (typeof FIELD_RULES)[number];

/** One thing that is wrong, and what would be right. `target` is a path as `files[2].sizeBytes` or `header If-Match`. */
export interface ProblemDetail {
  readonly target: string;
  readonly message: string;
  /** Absent where only the message says it. */
  readonly rule?: FieldRule;
  /** What `too_…` is measured by: characters, items, or the number itself. */
  readonly limit?: number;
  /** What `not_allowed` would take. */
  readonly allowed?: readonly string[];
}

export interface ProblemOptions {
  /** What is wrong this time and what to do about it. Never a secret and nothing personal. */
  readonly detail?: string;
  readonly details?: readonly ProblemDetail[];
  /** Members of the problem document beside the standard ones, such as `decision` and `decidedAt`. */
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** Expected trouble with a code that everybody can branch on. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly detail: string | undefined;
  readonly details: readonly ProblemDetail[];
  readonly extra: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(options.detail ?? PROBLEMS[code].title, options.cause === undefined ? undefined : { cause: options.cause });
    const kind: ProblemKind = PROBLEMS[code];
    this.code = code;
    this.detail = options.detail;
    this.details = options.details ?? [];
    this.extra = options.extra ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds ?? kind.retryAfterSeconds;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }

  get title(): string {
    return PROBLEMS[this.code].title;
  }
}
