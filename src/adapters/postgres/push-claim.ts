/**
 * Claims the sends of many errands: $1 request ids, $2 round ids, $3 new ids (four for each item), $4 now, $5 end of the
 * lease, $6 open states, $7 platforms.
 *
 *   item      what the job names
 *   errand    those that are still the request's errand, locked; `sensible` when a push still makes sense
 *   target    one row for each platform on which the user has an installation
 *   round     what is known of the round's sends so far
 *   claimed   new Push rows, and those whose wait or lease is over. Of two workers the second finds the first one's lease:
 *             ON CONFLICT looks at the row as it is now, whatever this statement's snapshot shows
 *   marked    when the reconciler must look again: the earliest of what is unfinished, never if there is nothing to send.
 *             A send that is not claimed and not visible was claimed by someone else a moment ago
 *
 * No version is raised: who saves the request meanwhile must not lose to a lease.
 */
export const CLAIM_PUSHES = `
with item as materialized (
  select * from unnest($1::uuid[], $2::uuid[]) with ordinality as item(request_id, round_id, n)
),
errand as materialized (
  select r.id, r.push_round_id, r.push_kind, r.user_id, r.installation_id, r.ticket_id, r.answer_by, item.n,
    case r.push_kind
      when 'closed' then r.state <> all($6::text[]) or coalesce(r.snoozed_until > $4::timestamptz, false)
      else r.state = any($6::text[]) and r.answer_by > $4::timestamptz
    end as sensible
  from item join log_request r on r.id = item.request_id and r.push_round_id = item.round_id
  order by r.id
  for update of r
),
target as materialized (
  select errand.id as request_id, i.platform,
    (array_agg(i.locale order by i.last_seen_at desc) filter (where i.locale is not null))[1] as locale,
    ($3::uuid[])[(min(errand.n) - 1) * cardinality($7::text[]) + array_position($7::text[], i.platform)] as push_id
  from errand join installation i
    on i.user_id = errand.user_id and i.removed_at is null
      and (errand.installation_id is null or i.id = errand.installation_id)
  where errand.sensible
  group by errand.id, i.platform
),
round as (
  select p.request_id, p.platform, p.state, p.next_attempt_at
  from push p join errand on errand.id = p.request_id and errand.push_round_id = p.round_id
),
claimed as (
  insert into push (id, request_id, round_id, kind, platform, state, attempt, next_attempt_at, created_at)
  select target.push_id, errand.id, errand.push_round_id, errand.push_kind, target.platform, 'sending', 1,
    $5::timestamptz, $4::timestamptz
  from target join errand on errand.id = target.request_id
  order by errand.id, target.platform
  on conflict (request_id, round_id, platform) do update
    set state = 'sending', attempt = push.attempt + 1, next_attempt_at = excluded.next_attempt_at
    where push.state in ('sending', 'waiting') and push.next_attempt_at <= $4::timestamptz
  returning id, request_id, platform, attempt
),
next as (
  select target.request_id, min(
    case
      when claimed.id is not null or round.state is null then $5::timestamptz
      when round.state in ('accepted', 'refused') then null
      when round.next_attempt_at <= $4::timestamptz then $5::timestamptz
      else round.next_attempt_at
    end) as at
  from target
  left join claimed on claimed.request_id = target.request_id and claimed.platform = target.platform
  left join round on round.request_id = target.request_id and round.platform = target.platform
  group by target.request_id
),
marked as (
  update log_request r set push_next_at = next.at
  from errand left join next on next.request_id = errand.id
  where r.id = errand.id and r.push_round_id = errand.push_round_id and r.push_next_at is distinct from next.at
)
select claimed.id as "pushId", errand.id as "requestId", errand.push_round_id as "roundId", errand.push_kind as kind,
  claimed.platform, claimed.attempt, errand.user_id as "userId", errand.installation_id as "installationId",
  errand.ticket_id as "ticketId", errand.answer_by as "answerBy", target.locale
from claimed
join errand on errand.id = claimed.request_id
join target on target.request_id = claimed.request_id and target.platform = claimed.platform
order by errand.n, claimed.platform`;
