import { writeFacts } from "./facts.ts";

/** $1 push. */
export const FIND_PUSH = `select * from push where id = $1::uuid`;

/**
 * One reading of the hub's telemetry: $1 push, $2 counts or null, $3 next reading or null, $4 now, $5 types that are relayed.
 * Changes only the Push row; a fact is written when the counts are news.
 */
export const SAVE_OUTCOMES = `
with before as materialized (
  select p.*, r.ticket_id, r.user_id from push p join log_request r on r.id = p.request_id
  where p.id = $1::uuid for update of p
),
saved as (
  update push p set outcomes = coalesce($2::jsonb, before.outcomes), telemetry_at = $3::timestamptz,
    telemetry_reads = before.telemetry_reads + 1
  from before where p.id = before.id
),
woken as (
  insert into outbox (type, push_id, due_at, created_at)
  select 'telemetry.due', id, $3::timestamptz, $4::timestamptz from before where $3::timestamptz is not null
  returning 1
),
fact as materialized (
  select 1 as n, 'push.outcome'::text as type, $4::timestamptz as at, 'system'::text as actor_kind, 'push'::text as actor_id,
    ticket_id, request_id, null::uuid as report_id, null::uuid as file_id, user_id, null::uuid as installation_id, null::uuid as round_id,
    null::timestamptz as deadline, jsonb_build_object('pushId', id, 'platform', platform) || $2::jsonb as data
  from before where $2::jsonb is distinct from outcomes and $2::jsonb is not null
),
${writeFacts("$5::text[]")}
select (select count(*)::int from woken) + (select count(*)::int from fact where type = any($5::text[])) as appended`;
