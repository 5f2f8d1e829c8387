import type { ProblemCode } from "./wire.ts";

/** What the SDK itself finds wrong, beside what the server answers. */
export type SdkErrorCode =
  /** No answer: offline, DNS, TLS, CORS, or the wait was too long. */
  | "network"
  /** `getToken` failed; its error is the cause. */
  | "no_token"
  /** An answer that is not the API's: a proxy's page, or another server at `baseUrl`. */
  | "unexpected_answer"
  /** `stop()` or `withdraw()` ended it. */
  | "stopped"
  /** `share` before `review`. */
  | "not_reviewed"
  /** A frozen file can no longer be read, or reads as other bytes than were shown. */
  | "file_unreadable"
  /** The file store refuses the upload in a way that new links do not mend. */
  | "upload_refused"
  /** The time to upload (`uploadBy`) is over. */
  | "upload_too_late"
  /** An export is more than a zip can hold. */
  | "export_too_large"
  /** There is nothing here that could share a file: give `share`. */
  | "cannot_share";

/** Every failure of the SDK. Branch on `code`; the message is for developers. */
export class BeckonError extends Error {
  override readonly name = "BeckonError";
  /** The server's problem code, or one of the SDK's own. A newer server may say one that is not listed here. */
  declare readonly code: ProblemCode | SdkErrorCode;
  /** HTTP status; undefined where there was no answer. */
  declare readonly status: number | undefined;
  /** Whether the same call can succeed later. */
  declare readonly retryable: boolean;
  /** What the server asked to wait, in milliseconds. */
  declare readonly retryAfterMs: number | undefined;
  /** Finds the call in the server's logs. */
  declare readonly traceId: string | undefined;

  /** Each entry of the SDK brings this class with it: an error of one is an instance of every other's. */
  static override [Symbol.hasInstance](error: unknown): error is BeckonError {
    return (error as Partial<Error> | undefined)?.name === "BeckonError";
  }

  constructor(
    code: ProblemCode | SdkErrorCode,
    message: string,
    more: {
      status?: number | undefined;
      retryable?: boolean;
      retryAfterMs?: number | undefined;
      traceId?: string | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, more);
    Object.assign(this, { code, retryable: false }, more);
  }
}

/** Whether `error` is the SDK's and says one of these codes. */
export function hasCode(error: unknown, ...codes: BeckonError["code"][]): error is BeckonError {
  return error instanceof BeckonError && codes.includes(error.code);
}
