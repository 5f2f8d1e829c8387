import type { Pool } from "pg";
import type { Moment } from "#domain/vocabulary.ts";
import type { Metrics } from "#ports/store.ts";
import { OPEN_STATES } from "#domain/vocabulary.ts";
import { OLDEST_DUE } from "./outbox.ts";

const OPEN = OPEN_STATES.map((state) => `'${state}'`).join(", ");

/** $1 now. Of every request that waits for a moment that has passed, the one that waits longest. */
export const OLDEST_OVERDUE_REQUEST = `
  select coalesce(extract(epoch from $1::timestamptz - least(
    (select min(answer_by) from log_request where state in (${OPEN}) and answer_by <= $1::timestamptz),
    (select min(upload_by) from log_request where state = 'consented' and upload_by <= $1::timestamptz),
    (select min(push_next_at) from log_request where push_next_at <= $1::timestamptz),
    (select min(verify_at) from log_file where verify_at <= $1::timestamptz)
  )), 0)::float8 as seconds`;

export const OUTBOX_ROWS = `select count(*)::int as count from outbox`;
export const REQUESTS_BY_STATE = `select state as word, count(*)::int as count from log_request group by state`;
export const PUSHES_BY_OUTCOME = `select state as word, count(*)::int as count from push group by state`;
/** What verify refused or did not find. What a user gave up, or a deadline or a cancel ended, failed no check. */
export const VERIFY_FAILURES = `
  select reason as word, count(*)::int as count from log_file
  where (state = 'refused' and reason is not null) or reason = 'not_uploaded' group by reason`;

export async function readMetrics(pool: Pool, now: Moment): Promise<Metrics> {
  const at = [new Date(now).toISOString()];
  const [overdue, outboxAge, outboxRows, requestsByState, pushesByOutcome, verifyFailures] = await Promise.all([
    pool.query<{ seconds: number }>(OLDEST_OVERDUE_REQUEST, at),
    pool.query<{ seconds: number }>(OLDEST_DUE, at),
    pool.query<{ count: number }>(OUTBOX_ROWS),
    countsByWord(pool, REQUESTS_BY_STATE),
    countsByWord(pool, PUSHES_BY_OUTCOME),
    countsByWord(pool, VERIFY_FAILURES),
  ]);
  return {
    oldestOverdueRequestSeconds: overdue.rows[0]?.seconds ?? 0,
    outboxAgeSeconds: outboxAge.rows[0]?.seconds ?? 0,
    outboxRows: outboxRows.rows[0]?.count ?? 0,
    requestsByState,
    pushesByOutcome,
    verifyFailures,
  };
}

async function countsByWord(pool: Pool, text: string): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ word: string; count: number }>(text);
  return Object.fromEntries(rows.map(({ word, count }) => [word, count]));
}
