import type { Lease, Leases } from "#ports/store.ts";
import { KEY_LIFE_HOURS } from "./idempotency.ts";
import type { Db } from "./prisma-client.ts";
import { dateOf } from "./stored.ts";

/** $1 to $4 scope, $5 token, $6 until, $7 now. One row when the key is ours: new, past its life, or left by a call that died. */
export const TAKE_LEASE = `
  insert into idempotency_key (caller, method, route, key, fingerprint, lease_token, lease_until, created_at)
  values ($1, $2, $3, $4, '', $5::uuid, $6::timestamptz, $7::timestamptz)
  on conflict (caller, method, route, key) do update
    set fingerprint = '', lease_token = excluded.lease_token, lease_until = excluded.lease_until,
        created_at = excluded.created_at, status = null, headers = null, body = null, request_id = null
    where idempotency_key.created_at < excluded.created_at - interval '${KEY_LIFE_HOURS} hours'
      or idempotency_key.status is null and idempotency_key.lease_until < excluded.created_at`;

export function createLeases(db: Db): Leases {
  return {
    async take({ scope, token }, now, until) {
      const { caller, method, route, key } = scope;
      const taken = await db.$executeRawUnsafe(
        TAKE_LEASE,
        caller,
        method,
        route,
        key,
        token,
        dateOf(until),
        dateOf(now),
      );
      if (taken === 1) return { kind: "taken" };
      const row = await db.idempotencyKey.findUnique({ where: { caller_method_route_key: idOf(scope) } });
      // Released a moment ago: whoever asks again gets it.
      if (!row || row.status === null || row.body === null) return { kind: "busy" };
      const headers = (row.headers ?? {}) as Record<string, string>;
      return {
        kind: "answered",
        fingerprint: row.fingerprint,
        answer: { status: row.status, headers, body: row.body },
      };
    },
    async renew(lease, until) {
      const { count } = await db.idempotencyKey.updateMany({
        where: held(lease),
        data: { leaseUntil: dateOf(until) },
      });
      return count === 1;
    },
    async store(lease, fingerprint, { status, headers, body }) {
      const { count } = await db.idempotencyKey.updateMany({
        where: held(lease),
        data: { fingerprint, status, headers: { ...headers }, body, leaseToken: null, leaseUntil: null },
      });
      return count === 1;
    },
    async release(lease) {
      await db.idempotencyKey.deleteMany({ where: held(lease) });
    },
  };
}

function held({ scope, token }: Lease) {
  return { ...idOf(scope), leaseToken: token, status: null };
}

function idOf({ caller, method, route, key }: Lease["scope"]) {
  return { caller, method, route, key };
}
