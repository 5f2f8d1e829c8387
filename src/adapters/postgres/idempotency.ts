import { Problem } from "#domain/problems.ts";
import type { Idempotency, IdempotencyScope } from "#ports/store.ts";
import { hasCode, LOCK_NOT_AVAILABLE } from "./database-problem.ts";
import type { Db } from "./prisma-client.ts";
import { dateOf } from "./stored.ts";

/** How long a key is remembered. Design, section 6. */
export const KEY_LIFE_HOURS = 24;
/** How long a concurrent twin waits for the first. Design, section 6. */
export const TWIN_WAIT_MS = 2_000;

/** Waits, in the index, for a twin that has not committed yet; `lock_timeout` bounds that wait. */
export const CLAIM_KEY = `
  insert into idempotency_key (caller, method, route, key, fingerprint, created_at)
  values ($1, $2, $3, $4, $5, $6::timestamptz)
  on conflict (caller, method, route, key) do update
    set fingerprint = excluded.fingerprint, created_at = excluded.created_at,
        status = null, headers = null, body = null, request_id = null
    where idempotency_key.created_at < excluded.created_at - interval '${KEY_LIFE_HOURS} hours'`;

export const SET_LOCK_TIMEOUT = `select set_config('lock_timeout', $1, true)`;

export function createIdempotency(db: Db): Idempotency {
  return {
    async claim(scope, now) {
      const { caller, method, route, key, fingerprint } = scope;
      await db.$queryRawUnsafe(SET_LOCK_TIMEOUT, String(TWIN_WAIT_MS));
      const first = await db
        .$executeRawUnsafe(CLAIM_KEY, caller, method, route, key, fingerprint, dateOf(now))
        .catch((error: unknown) => {
          if (hasCode(error, LOCK_NOT_AVAILABLE)) throw new Problem("in_progress", { cause: error });
          throw error;
        });
      await db.$queryRawUnsafe(SET_LOCK_TIMEOUT, "0");
      if (first === 1) return { kind: "first" };
      const row = await db.idempotencyKey.findUniqueOrThrow({ where: { caller_method_route_key: idOf(scope) } });
      if (row.fingerprint !== fingerprint) return { kind: "reused" };
      // Committed without an answer: its use case never stored one, and repeating the effect would be worse.
      if (row.status === null || row.body === null) throw new Problem("in_progress");
      const headers = (row.headers ?? {}) as Record<string, string>;
      return { kind: "replay", answer: { status: row.status, headers, body: row.body } };
    },
    async store(scope, { status, headers, body }) {
      await db.idempotencyKey.update({
        where: { caller_method_route_key: idOf(scope) },
        data: { status, headers: { ...headers }, body },
      });
    },
  };
}

function idOf({ caller, method, route, key }: IdempotencyScope) {
  return { caller, method, route, key };
}
