import type { Installation } from "#domain/user.ts";
import type { Moment, Platform, PushKind } from "#domain/vocabulary.ts";

/** Whom a push is for: all of a user's installations of the platform, or one of them. The gateway hides the user's id. */
export type PushTarget = { readonly userId: string } | { readonly installationId: string };

export interface OutgoingPush {
  readonly requestId: string;
  readonly kind: PushKind;
  readonly platform: Platform;
  readonly target: PushTarget;
  readonly answerBy: Moment;
  /** For the constant text that a browser shows; BCP 47. */
  readonly locale: string;
}

/** A push that asks for nothing, to one installation: to see how far it gets. */
export interface TestPush {
  readonly testId: string;
  readonly platform: Platform;
  readonly installationId: string;
  /** For the constant text that a browser shows; BCP 47. */
  readonly locale: string;
}

/**
 * What the platform's push service made of a test push, where the hub waits for its word: it took it; it no longer knows the
 * channel; it refuses the credential that the hub has for it; something else. `unknown` where the hub did not wait.
 */
export type PushServiceWord = "accepted" | "channel_invalid" | "credential_invalid" | "refused" | "unknown";

/** What the hub made of it. `reason` is in words for an agent or operator and holds nothing secret. */
export type PushOutcome =
  | { readonly kind: "accepted"; readonly notificationId?: string }
  /** Throttled, away or broken for now (Retry-After on any status, 408, 429, 5xx, network). */
  | { readonly kind: "later"; readonly reason: string; readonly status?: number; readonly retryAfterSeconds?: number }
  /** 401, 403 without Retry-After, 404 of the hub: the operator must mend it; worth another try after some minutes. */
  | { readonly kind: "operator"; readonly reason: string; readonly status: number }
  /** 400 and 413: this push will never be taken. */
  | { readonly kind: "never"; readonly reason: string; readonly status: number };

/** Ends a listing that the hub does not give, or not to its end. */
export class ListingRefused extends Error {
  override readonly name = "ListingRefused";
  readonly refusal: Exclude<PushOutcome, { readonly kind: "accepted" }>;
  constructor(refusal: ListingRefused["refusal"]) {
    super(refusal.reason);
    this.refusal = refusal;
  }
}

export interface PushGateway {
  /** One attempt, never more: attempts are counted in PostgreSQL. Never throws for what the hub answers. */
  send(push: OutgoingPush, signal: AbortSignal): Promise<PushOutcome>;
  /** One test push, as `send` sends; the hub waits for the push service's word where it has not done so too often lately. */
  sendTest(
    push: TestPush,
    signal: AbortSignal,
  ): Promise<
    | { readonly kind: "accepted"; readonly pushService: PushServiceWord }
    | Exclude<PushOutcome, { readonly kind: "accepted" }>
  >;
  /** Creates or replaces the hub's installation `beckon-{id}`. */
  putInstallation(installation: Installation, signal: AbortSignal): Promise<PushOutcome>;
  /** Missing is success. */
  removeInstallation(installationId: string, signal: AbortSignal): Promise<PushOutcome>;
  /**
   * Ids of the installations `beckon-{id}` that the hub knows, as the hub gives them page by page; an id may come twice. Needs
   * the right Manage. Whatever has another name is passed over.
   *
   * @throws ListingRefused from the iteration
   */
  listInstallations(signal: AbortSignal): AsyncIterable<string>;
  /** Outcome counts of a notification by the hub's names; undefined while the hub does not know or does not tell. */
  outcomes(
    notificationId: string,
    platform: Platform,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, number>> | undefined>;
  /** A test send to nobody: says whether the key has the rights, in words. Throws with what to mend. */
  check(signal: AbortSignal): Promise<void>;
}
