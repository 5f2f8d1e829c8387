import type { Pool } from "pg";
import type { LogRequest } from "#domain/log-request.ts";
import type { Moment, Reach } from "#domain/vocabulary.ts";
import type { AcceptInput, AcceptOutcome } from "#ports/store.ts";
import { ACCEPT, acceptRecords, ANSWERS_OF_KEYS, scopeRecords } from "./accept-statement.ts";

interface AcceptRow {
  readonly n: number;
  readonly outcome: "accepted" | "ticket_not_found" | "user_not_on_ticket" | "installation_not_of_user";
  readonly reach: Reach;
  readonly written: boolean;
}

/** A key's answer, with those columns of the request that never change. */
interface AnswerRow {
  readonly n: number;
  readonly fingerprint: string;
  readonly body: string;
  readonly id: string;
  readonly ticket_id: string;
  readonly user_id: string;
  readonly installation_id: string | null;
  readonly agent_id: string;
  readonly reason: string;
  readonly collectors: readonly string[];
  readonly window_from: Date | null;
  readonly window_to: Date | null;
  /** A bigint, as pg gives it. */
  readonly max_bytes: string;
  readonly max_files: number;
  readonly answer_by: Date;
  readonly created_at: Date;
}

/**
 * Writes a batch in one statement and says how each input fared, in their order.
 *
 * @param options.lockTimeoutMs how long a twin in another process may hold the whole batch up.
 * @returns the outcomes, and whether the outbox got rows.
 */
export async function acceptBatch(
  pool: Pool,
  inputs: readonly AcceptInput[],
  { lockTimeoutMs, relayedTypes }: { lockTimeoutMs: number; relayedTypes: readonly string[] },
): Promise<{ outcomes: AcceptOutcome[]; wrote: boolean }> {
  const { rows } = await pool.query<AcceptRow>({
    name: "accept",
    text: ACCEPT,
    values: [acceptRecords(inputs), String(lockTimeoutMs), relayedTypes],
  });
  const verdicts = new Map(rows.map((row) => [row.n, row]));
  const undecided = inputs
    .map((input, n) => ({ input, n }))
    .filter(({ input, n }) => input.idempotency !== undefined && verdicts.get(n)?.written === false);
  const answers = await answersOfKeys(pool, undecided);
  const outcomes = inputs.map((input, n): AcceptOutcome => {
    const verdict = verdicts.get(n);
    if (!verdict) throw new Error(`The accept statement lost row ${n} of ${inputs.length}.`);
    if (verdict.written) return { kind: "accepted", request: acceptedRequest(input, verdict.reach), replayed: false };
    const answer = answers.get(n);
    if (answer) return replayOf(answer, input);
    // The key was another's when we tried and is nobody's now: a twin whose transaction was undone. Trying again helps.
    return verdict.outcome === "accepted" ? { kind: "in_progress" } : { kind: verdict.outcome };
  });
  return { outcomes, wrote: rows.some((row) => row.written) };
}

async function answersOfKeys(
  pool: Pool,
  undecided: readonly { readonly n: number; readonly input: AcceptInput }[],
): Promise<ReadonlyMap<number, AnswerRow>> {
  if (undecided.length === 0) return new Map();
  const { rows } = await pool.query<AnswerRow>({
    name: "answers-of-keys",
    text: ANSWERS_OF_KEYS,
    values: [scopeRecords(undecided)],
  });
  return new Map(rows.map((row) => [row.n, row]));
}

function replayOf(answer: AnswerRow, input: AcceptInput): AcceptOutcome {
  if (answer.fingerprint !== input.idempotency?.fingerprint) return { kind: "key_reused" };
  const { reach, roundId } = JSON.parse(answer.body) as { reach: Reach; roundId: string };
  const request = acceptedRequest(
    {
      id: answer.id,
      ticketId: answer.ticket_id,
      userId: answer.user_id,
      ...(answer.installation_id !== null && { installationId: answer.installation_id }),
      agentId: answer.agent_id,
      reason: answer.reason,
      collectors: answer.collectors,
      ...(answer.window_from &&
        answer.window_to && { window: { from: answer.window_from.getTime(), to: answer.window_to.getTime() } }),
      maxBytes: Number(answer.max_bytes),
      maxFiles: answer.max_files,
      answerBy: answer.answer_by.getTime(),
      roundId,
      now: answer.created_at.getTime(),
    },
    reach,
  );
  return { kind: "accepted", request, replayed: true };
}

/** The row as the statement wrote it, without asking for it back. */
function acceptedRequest(input: AcceptInput, reach: Reach): LogRequest {
  const at: Moment = input.now;
  return {
    id: input.id,
    version: 1,
    ticketId: input.ticketId,
    userId: input.userId,
    ...(input.installationId !== undefined && { installationId: input.installationId }),
    agentId: input.agentId,
    reason: input.reason,
    collectors: input.collectors,
    ...(input.window && { window: input.window }),
    maxBytes: input.maxBytes,
    maxFiles: input.maxFiles,
    answerBy: input.answerBy,
    state: "requested",
    reach,
    push: { roundId: input.roundId, kind: "ask", nextAt: at },
    reminders: 0,
    createdAt: at,
    updatedAt: at,
  };
}
