import type {
  Moment,
  PushKind,
  PushState,
  Platform,
  Reach,
  RejectReason,
  RequestState,
  TimeWindow,
} from "./vocabulary.ts";

/**
 * What push has to do for a request right now. A newer round replaces an older one, so that a close wins over an ask that
 * is still on its way; a push job whose round is not this one does nothing.
 */
export interface PushErrand {
  readonly roundId: string;
  readonly kind: PushKind;
  /** When it is next due; absent once every platform of the round has its outcome. The reconciler reads this. */
  readonly nextAt?: Moment;
}

/** An agent's ask for one user's logs on one ticket. */
export interface LogRequest {
  readonly id: string;
  /** Compare-and-swap: every save names the version it read. */
  readonly version: number;
  readonly ticketId: string;
  readonly userId: string;
  /** Only this installation is asked, where the agent chose one. */
  readonly installationId?: string;
  /** `sub` of the agent who asked. */
  readonly agentId: string;
  /** Words that the user will read. */
  readonly reason: string;
  readonly collectors: readonly string[];
  readonly window?: TimeWindow;
  readonly maxBytes: number;
  readonly maxFiles: number;
  readonly answerBy: Moment;
  /** Set by a share; links never outlive it. */
  readonly uploadBy?: Moment;
  readonly state: RequestState;
  readonly rejectReason?: RejectReason;
  readonly reach: Reach;
  /** Why every platform refused, in words for the agent. */
  readonly reachReason?: string;
  readonly push: PushErrand;
  readonly reminders: number;
  readonly snoozedUntil?: Moment;
  readonly createdAt: Moment;
  readonly updatedAt: Moment;
  readonly endedAt?: Moment;
}

/** One send to the hub for a request: round, platform, attempts and outcome. */
export interface Push {
  readonly id: string;
  readonly requestId: string;
  readonly roundId: string;
  readonly kind: PushKind;
  readonly platform: Platform;
  readonly state: PushState;
  readonly attempt: number;
  readonly nextAttemptAt?: Moment;
  readonly notificationId?: string;
  readonly status?: number;
  /** In words for the agent; never the hub's raw answer. */
  readonly reason?: string;
  /** Counts by the hub's outcome names, such as `Success`, from its telemetry. */
  readonly outcomes?: Readonly<Record<string, number>>;
  readonly createdAt: Moment;
  readonly finishedAt?: Moment;
}
