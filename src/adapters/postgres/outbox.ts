import type { Pool } from "pg";
import type { OutboxRow } from "#domain/facts.ts";
import type { Outbox } from "#ports/store.ts";
import { databaseProblem } from "./database-problem.ts";
import { absentNulls, type Stored } from "./stored.ts";

/**
 * $1 now, $2 limit. Deleted at once and given back by a rollback: a row that was moved needs no mark, and rows that another
 * relay has in hand are passed over.
 */
export const TAKE_DUE = `
  with taken as (
    delete from outbox where id in (
      select id from outbox where due_at <= $1::timestamptz order by deadline nulls last, due_at
      for update skip locked limit $2::int
    )
    returning id, type, request_id, round_id, file_id, installation_id, push_id, ticket_id, due_at,
      deadline
  )
  select type, request_id as "requestId", round_id as "roundId", file_id as "fileId",
    installation_id as "installationId", push_id as "pushId", ticket_id as "ticketId"
  from taken order by deadline nulls last, due_at, id`;

/** When something is due next, after $1; and whether something is due already. One look, without a transaction. */
export const NEXT_DUE = `
  select exists (select from outbox where due_at <= $1::timestamptz) as due,
    (select min(due_at) from outbox where due_at > $1::timestamptz) as next`;

export const OLDEST_DUE = `
  select coalesce(extract(epoch from $1::timestamptz - min(due_at)), 0)::float8 as seconds
  from outbox where due_at <= $1::timestamptz`;

export function createOutbox({ pool, listeners }: { pool: Pool; listeners: Set<() => void> }): Outbox {
  return {
    async relay(limit, now, move) {
      const at = new Date(now).toISOString();
      const look = await pool
        .query<{ due: boolean; next: Date | null }>({ name: "next-due", text: NEXT_DUE, values: [at] })
        .catch(rethrow);
      const { due, next } = look.rows[0] ?? { due: false, next: null };
      const moved = due ? await take(at, limit, move) : 0;
      return { moved, ...(next && { nextDueAt: next.getTime() }) };
    },
    onAppended(listener) {
      listeners.add(listener);
    },
  };

  async function take(at: string, limit: number, move: (rows: readonly OutboxRow[]) => Promise<void>): Promise<number> {
    const client = await pool.connect().catch(rethrow);
    let broken: Error | undefined;
    const noteBreak = (error: Error): void => {
      broken = error;
    };
    client.on("error", noteBreak);
    try {
      await client.query("begin").catch(rethrow);
      const { rows } = await client
        .query<Stored<OutboxRow>>({ name: "take-due", text: TAKE_DUE, values: [at, limit] })
        .catch(rethrow);
      if (rows.length > 0) await move(rows.map((row) => absentNulls<OutboxRow>(row)));
      await client.query("commit").catch(rethrow);
      return rows.length;
    } catch (error) {
      await client.query("rollback").catch(noteBreak);
      throw error;
    } finally {
      client.off("error", noteBreak);
      client.release(broken);
    }
  }
}

function rethrow(error: unknown): never {
  throw databaseProblem(error);
}
