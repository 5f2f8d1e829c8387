import { writeFacts } from "./facts.ts";

/**
 * Writes how one send ended: $1 outcome, $2 from which states a push that was accepted leads to `notified`, $3 open states,
 * $4 types that are relayed. The outcome is one JSON object with the columns of `outcome`.
 *
 *   request   locked first, so that two platforms of a round that finish together take turns. What it returns is the row as
 *             it is now, not as this statement's snapshot has it
 *   sibling   the round's sends, locked, for the same reason
 *   mine      this send, if it is still this attempt's to write. That the hub took it is true whoever has the lease now
 *   round     how the round stands with this outcome in it
 *   decided   what becomes of the request. `current`: it is still the errand. `stale`: an ask came after the prompt was
 *             closed, and a closing push must follow it. A wait makes sense for the current errand alone
 */
export const FINISH_PUSH = `
with outcome as materialized (
  select * from json_to_recordset(json_build_array($1::json)) as outcome(
    push_id uuid, request_id uuid, round_id uuid, attempt int, state text, next_attempt_at timestamptz,
    notification_id text, status int, reason text, operator boolean, telemetry_at timestamptz, at timestamptz,
    next_round_id uuid)
),
request as materialized (
  select r.* from outcome join log_request r on r.id = outcome.request_id for update of r
),
sibling as materialized (
  select p.* from request join outcome on true
  join push p on p.request_id = request.id and p.round_id = outcome.round_id
  for update of p
),
mine as materialized (
  select p.id, p.kind, p.platform, p.attempt
  from sibling p join outcome on outcome.push_id = p.id
  where p.state in ('sending', 'waiting') and (p.attempt = outcome.attempt or outcome.state = 'accepted')
),
round as materialized (
  select bool_or(state = 'accepted') as any_accepted, bool_and(state = 'refused') as all_refused,
    min(next_attempt_at) filter (where state in ('sending', 'waiting')) as next_at
  from (
    select case when p.id = outcome.push_id then outcome.state else p.state end as state,
      case when p.id = outcome.push_id then outcome.next_attempt_at else p.next_attempt_at end as next_attempt_at
    from sibling p, outcome
  ) as after_this
),
judged as materialized (
  select request.*, mine.id as push_id, mine.kind, mine.platform, mine.attempt, outcome.at, outcome.status,
    outcome.operator, outcome.notification_id, outcome.reason as push_reason, outcome.telemetry_at, outcome.next_round_id,
    outcome.next_attempt_at, round.any_accepted, round.all_refused, round.next_at,
    request.push_round_id = outcome.round_id as current,
    case when outcome.state = 'waiting' and request.push_round_id <> outcome.round_id then 'refused' else outcome.state end
      as push_state,
    mine.kind <> 'closed' and outcome.state <> 'refused'
      and (request.state <> all($3::text[]) or request.push_kind = 'closed') as stale
  from request, outcome, mine, round
),
decided as materialized (
  select judged.*,
    case when push_state = 'accepted' and kind <> 'closed' and state = any($2::text[]) then 'notified' else state end
      as new_state,
    case
      when kind = 'closed' then reach
      when push_state = 'accepted' then 'pushed'
      when reach in ('pending', 'no_installation') and current and not any_accepted and (all_refused or operator) then 'refused'
      else reach
    end as new_reach
  from judged
),
sent as (
  update push p set state = push_state, attempt = d.attempt, notification_id = d.notification_id, status = d.status,
    reason = d.push_reason, telemetry_at = d.telemetry_at,
    next_attempt_at = case when push_state = 'waiting' then d.next_attempt_at end,
    finished_at = case when push_state = 'waiting' then null else d.at end
  from decided d where p.id = d.push_id
),
asked as (
  update log_request r set
    state = d.new_state,
    reach = d.new_reach,
    reach_reason = case
      when d.new_reach = 'refused' and d.kind <> 'closed' and d.push_state <> 'accepted' and d.current then d.push_reason
      when d.new_reach = 'refused' then d.reach_reason
    end,
    push_round_id = case when d.stale then d.next_round_id else d.push_round_id end,
    push_kind = case when d.stale then 'closed' else d.push_kind end,
    push_next_at = case when d.stale then d.at when d.current then d.next_at else d.push_next_at end,
    version = d.version + case when d.stale or d.new_state <> d.state or d.new_reach <> d.reach then 1 else 0 end,
    updated_at = case when d.new_state <> d.state then d.at else d.updated_at end
  from decided d where r.id = d.id
),
woken as (
  insert into outbox (type, request_id, round_id, push_id, due_at, deadline, created_at)
  select 'push.due', id, push_round_id, null::uuid, next_attempt_at, answer_by, at from decided where push_state = 'waiting' and not stale
  union all
  select 'push.due', id, next_round_id, null, at, null, at from decided where stale
  union all
  select 'telemetry.due', null, null, push_id, telemetry_at, null, at from decided where telemetry_at is not null
  returning 1
),
fact as materialized (
  select n, fact.type, at, 'system'::text as actor_kind, 'push'::text as actor_id, ticket_id, id as request_id,
    null::uuid as report_id, null::uuid as file_id, user_id, null::uuid as installation_id, null::uuid as round_id, answer_by as deadline, fact.data
  from decided, lateral (values
    (1, case when push_state = 'accepted' then 'push.accepted'
             when push_state = 'refused' or new_reach = 'refused' and reach <> 'refused' then 'push.refused' end,
      jsonb_strip_nulls(jsonb_build_object('pushId', push_id, 'kind', kind, 'platform', platform, 'attempt', attempt,
        'status', status, 'operator', case when operator then true end))),
    (2, case when new_state <> state then 'request.notified' end, jsonb_build_object('platform', platform))
  ) as fact(n, type, data)
  where fact.type is not null
),
${writeFacts("$4::text[]")}
select (select count(*)::int from woken) + (select count(*)::int from fact where type = any($4::text[])) as appended`;
