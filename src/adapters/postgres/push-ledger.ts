import type { Pool } from "pg";
import { statesThatAllow } from "#domain/lifecycle.ts";
import type { Push } from "#domain/log-request.ts";
import {
  OPEN_STATES,
  PLATFORMS,
  type Moment,
  type Platform,
  type PushKind,
  type PushState,
} from "#domain/vocabulary.ts";
import type { Ids } from "#ports/ids.ts";
import type { ClaimedPush, PushEnd, PushLedger } from "#ports/store.ts";
import { CLAIM_PUSHES } from "./push-claim.ts";
import { FINISH_PUSH } from "./push-finish.ts";
import { FIND_PUSH, SAVE_OUTCOMES } from "./push-telemetry.ts";
import { absentNulls, momentOf, type Stored } from "./stored.ts";

/** The guard of the one statement that writes `state` by hand, from the table that everything else goes by. */
const STATES_NOTIFIED_FROM = statesThatAllow("pushAccepted", "notified");

type ClaimedRow = Omit<Stored<ClaimedPush>, "answerBy"> & { readonly answerBy: Date };

interface PushRow {
  readonly id: string;
  readonly request_id: string;
  readonly round_id: string;
  readonly kind: PushKind;
  readonly platform: Platform;
  readonly state: PushState;
  readonly attempt: number;
  readonly next_attempt_at: Date | null;
  readonly notification_id: string | null;
  readonly status: number | null;
  readonly reason: string | null;
  readonly outcomes: Readonly<Record<string, number>> | null;
  readonly created_at: Date;
  readonly finished_at: Date | null;
  readonly telemetry_reads: number;
}

export function createPushLedger({
  pool,
  ids,
  relayedTypes,
  onAppended,
}: {
  pool: Pool;
  ids: Ids;
  relayedTypes: readonly string[];
  onAppended: () => void;
}): PushLedger {
  return {
    async claim(items, now, leaseSeconds) {
      const distinct = [...new Map(items.map((item) => [item.requestId + item.roundId, item])).values()];
      if (distinct.length === 0) return [];
      const { rows } = await pool.query<ClaimedRow>({
        name: "claim-pushes",
        text: CLAIM_PUSHES,
        values: [
          distinct.map((item) => item.requestId),
          distinct.map((item) => item.roundId),
          distinct.flatMap(() => PLATFORMS.map(() => ids.next())),
          iso(now),
          iso(now + leaseSeconds * 1_000),
          OPEN_STATES,
          PLATFORMS,
        ],
      });
      return rows.map((row) => absentNulls<ClaimedPush>({ ...row, answerBy: momentOf(row.answerBy) }));
    },
    async finish(push, end, now, nextRoundId) {
      const { rows } = await pool.query<{ appended: number }>({
        name: "finish-push",
        text: FINISH_PUSH,
        values: [outcomeRecord(push, end, now, nextRoundId), STATES_NOTIFIED_FROM, OPEN_STATES, relayedTypes],
      });
      if ((rows[0]?.appended ?? 0) > 0) onAppended();
    },
    async findForTelemetry(pushId) {
      const { rows } = await pool.query<PushRow>({ text: FIND_PUSH, values: [pushId] });
      const [row] = rows;
      return row && { push: pushOf(row), telemetryReads: row.telemetry_reads };
    },
    async saveOutcomes(pushId, outcomes, nextAt, now) {
      const { rows } = await pool.query<{ appended: number }>({
        text: SAVE_OUTCOMES,
        values: [
          pushId,
          outcomes === undefined ? null : JSON.stringify(outcomes),
          nextAt === undefined ? null : iso(nextAt),
          iso(now),
          relayedTypes,
        ],
      });
      if ((rows[0]?.appended ?? 0) > 0) onAppended();
    },
  };
}

function outcomeRecord(push: ClaimedPush, end: PushEnd, now: Moment, nextRoundId: string): string {
  return JSON.stringify({
    push_id: push.pushId,
    request_id: push.requestId,
    round_id: push.roundId,
    attempt: push.attempt,
    state: end.kind,
    next_attempt_at: end.kind === "waiting" ? iso(end.nextAttemptAt) : undefined,
    notification_id: end.kind === "accepted" ? end.notificationId : undefined,
    status: end.kind === "accepted" ? undefined : end.status,
    reason: end.kind === "accepted" ? undefined : end.reason,
    operator: end.kind === "waiting" && end.operator,
    telemetry_at: end.kind === "accepted" && end.telemetryAt !== undefined ? iso(end.telemetryAt) : undefined,
    at: iso(now),
    next_round_id: nextRoundId,
  });
}

function pushOf(row: PushRow): Push {
  return absentNulls<Push>({
    id: row.id,
    requestId: row.request_id,
    roundId: row.round_id,
    kind: row.kind,
    platform: row.platform,
    state: row.state,
    attempt: row.attempt,
    nextAttemptAt: momentOf(row.next_attempt_at),
    notificationId: row.notification_id,
    status: row.status,
    reason: row.reason,
    outcomes: row.outcomes,
    createdAt: momentOf(row.created_at),
    finishedAt: momentOf(row.finished_at),
  });
}

function iso(moment: Moment): string {
  return new Date(moment).toISOString();
}
