import type { HubSync, Moment, Platform } from "./vocabulary.ts";

/** The end user, by the app's own stable id. Nothing of this is ever sent to the hub. */
export interface User {
  readonly id: string;
  /** What agents call them, such as a name. */
  readonly label?: string;
  /** What agents search by: phone numbers, mail addresses. */
  readonly contacts: readonly string[];
  /** BCP 47. */
  readonly locale?: string;
  /** IANA. */
  readonly timeZone?: string;
  readonly createdAt: Moment;
  readonly updatedAt: Moment;
}

/** A kind of log that an app says it can produce. */
export interface CollectorInfo {
  readonly name: string;
  readonly label?: string;
  readonly typicalSizeBytes?: number;
  readonly oldestAt?: Moment;
}

/** How the push service reaches an installation: a token, or the three parts of a Web Push subscription. */
export type PushChannel = string | { readonly endpoint: string; readonly p256dh: string; readonly auth: string };

/** One app install registered for push. */
export interface Installation {
  readonly id: string;
  readonly version: number;
  readonly userId: string;
  readonly platform: Platform;
  readonly pushChannel: PushChannel;
  readonly locale?: string;
  readonly timeZone?: string;
  readonly appVersion?: string;
  readonly osVersion?: string;
  readonly sdkVersion?: string;
  readonly model?: string;
  readonly notificationsAllowed?: boolean;
  readonly collectors: readonly CollectorInfo[];
  readonly hubSync: HubSync;
  /** Why the hub refused it, in words for the operator. */
  readonly hubSyncReason?: string;
  /** When the next attempt to tell the hub is due; absent once the hub knows. */
  readonly syncAt?: Moment;
  readonly syncAttempt: number;
  /** Whose prompts must be closed on this installation before the hub hears of the new user. */
  readonly previousUserId?: string;
  /** Set by DELETE; the row goes when the hub has forgotten it. */
  readonly removedAt?: Moment;
  readonly lastSeenAt: Moment;
  readonly createdAt: Moment;
}
