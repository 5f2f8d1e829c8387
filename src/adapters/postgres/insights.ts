import type { Pool, QueryResultRow } from "pg";
import { PLATFORMS, type Moment, type Platform, type RequestState } from "#domain/vocabulary.ts";
import type { Durations, Figures, Insights, KnownCollector } from "#ports/store.ts";

/** No parameter. One row a collector, over the installations that stand. */
export const COLLECTORS = `
  with announced as (
    select known.name, known.label, known.size, installation.id, installation.platform
    from installation, jsonb_to_recordset(installation.collectors)
      as raw(name text, label text, "typicalSizeBytes" bigint),
      lateral (select raw.name, raw.label, raw."typicalSizeBytes" as size) as known
    where removed_at is null
  ), labels as (
    select name, array_agg(label order by uses desc, label) as labels
    from (select name, label, count(*) as uses from announced where label is not null group by name, label) as used
    group by name
  )
  select announced.name, coalesce(labels.labels, '{}') as labels, count(distinct id)::int as installations,
    array_agg(distinct platform) as platforms, min(size)::float8 as smallest,
    percentile_disc(0.5) within group (order by size)::float8 as median, max(size)::float8 as largest
  from announced left join labels on labels.name = announced.name
  group by announced.name, labels.labels
  order by installations desc, announced.name`;

/**
 * $1 from, $2 before. An answer proves that the prompt was shown, whether or not the device said so. A request that was
 * linked once counts as linked, also when its user took it back.
 */
const COHORT = `
  select request.id, request.state, request.created_at, consent.decision, consent.decided_at,
    exists (select 1 from push where push.request_id = request.id and push.kind <> 'closed'
      and push.state = 'accepted') as pushed,
    consent.decision is not null or exists (select 1 from ticket_event where ticket_event.ticket_id = request.ticket_id
      and ticket_event.request_id = request.id and ticket_event.type = 'request.seen') as seen,
    (select min(ticket_event.at) from ticket_event where ticket_event.ticket_id = request.ticket_id
      and ticket_event.request_id = request.id and ticket_event.type = 'request.linked') as linked_at
  from log_request request left join consent on consent.request_id = request.id
  where request.created_at >= $1::timestamptz and request.created_at < $2::timestamptz`;

export const FUNNEL = `
  with cohort as (${COHORT}), measured as (
    select *, extract(epoch from decided_at - created_at) as answer_seconds,
      extract(epoch from linked_at - created_at) as link_seconds
    from cohort
  )
  select count(*)::int as asked, count(*) filter (where pushed)::int as pushed, count(*) filter (where seen)::int as seen,
    count(decision)::int as answered, count(*) filter (where decision = 'share')::int as shared,
    count(linked_at)::int as linked,
    percentile_cont(0.5) within group (order by answer_seconds)::float8 as answer_median,
    percentile_cont(0.9) within group (order by answer_seconds)::float8 as answer_p90,
    percentile_cont(0.5) within group (order by link_seconds)::float8 as link_median,
    percentile_cont(0.9) within group (order by link_seconds)::float8 as link_p90
  from measured`;

/** $1 from, $2 before. */
export const STATES_OF_COHORT = `
  select state, count(*)::int as count from log_request
  where created_at >= $1::timestamptz and created_at < $2::timestamptz group by state`;

/** $1 from, $2 before. */
export const STATES_BY_PLATFORM = `
  select pushed.platform, request.state, count(*)::int as count
  from log_request request
    join (select distinct request_id, platform from push where kind <> 'closed') as pushed on pushed.request_id = request.id
  where request.created_at >= $1::timestamptz and request.created_at < $2::timestamptz
  group by pushed.platform, request.state`;

/** $1 from, $2 before. */
export const PUSHES_BY_PLATFORM = `
  select push.platform, push.state, count(*)::int as count
  from log_request request join push on push.request_id = request.id
  where request.created_at >= $1::timestamptz and request.created_at < $2::timestamptz
  group by push.platform, push.state`;

/** $1 from, $2 before. The hub's own names and counts, as its telemetry gave them. */
export const OUTCOMES_BY_PLATFORM = `
  select push.platform, outcome.key as outcome, sum(outcome.value::int)::int as count
  from log_request request join push on push.request_id = request.id, jsonb_each_text(push.outcomes) as outcome
  where request.created_at >= $1::timestamptz and request.created_at < $2::timestamptz
    and jsonb_typeof(push.outcomes) = 'object'
  group by push.platform, outcome.key`;

/** $1 from, $2 before. */
export const DAYS_OF_COHORT = `
  select to_char(request.created_at at time zone 'UTC', 'YYYY-MM-DD') as day, count(*)::int as asked,
    count(*) filter (where consent.decision = 'share')::int as shared,
    count(*) filter (where consent.decision = 'decline')::int as declined,
    count(*) filter (where request.state = 'expired')::int as expired
  from log_request request left join consent on consent.request_id = request.id
  where request.created_at >= $1::timestamptz and request.created_at < $2::timestamptz
  group by day order by day`;

type Counted<Word extends string> = Readonly<Record<Word, string>> & { readonly count: number };

export function createInsights(pool: Pool): Insights {
  return {
    async collectors() {
      const { rows } = await pool.query<CollectorRow>(COLLECTORS);
      return rows.map(collectorOf);
    },
    figures: (from, to) => figures(pool, from, to),
  };
}

interface CollectorRow {
  readonly name: string;
  readonly labels: string[];
  readonly installations: number;
  readonly platforms: Platform[];
  readonly smallest: number | null;
  readonly median: number | null;
  readonly largest: number | null;
}

function collectorOf({ smallest, median, largest, ...row }: CollectorRow): KnownCollector {
  return {
    ...row,
    ...(smallest === null || median === null || largest === null
      ? {}
      : { typicalSizeBytes: { smallest, median, largest } }),
  };
}

interface FunnelRow {
  readonly asked: number;
  readonly pushed: number;
  readonly seen: number;
  readonly answered: number;
  readonly shared: number;
  readonly linked: number;
  readonly answer_median: number | null;
  readonly answer_p90: number | null;
  readonly link_median: number | null;
  readonly link_p90: number | null;
}

const NOTHING: FunnelRow = {
  asked: 0,
  pushed: 0,
  seen: 0,
  answered: 0,
  shared: 0,
  linked: 0,
  answer_median: null,
  answer_p90: null,
  link_median: null,
  link_p90: null,
};

async function figures(pool: Pool, from: Moment, to: Moment): Promise<Figures> {
  const span = [new Date(from).toISOString(), new Date(to).toISOString()];
  const read = async <Row extends QueryResultRow>(text: string) => (await pool.query<Row>(text, span)).rows;
  const [funnels, states, statesByPlatform, pushes, outcomes, days] = await Promise.all([
    read<FunnelRow & QueryResultRow>(FUNNEL),
    read<Counted<"state">>(STATES_OF_COHORT),
    read<Counted<"platform" | "state">>(STATES_BY_PLATFORM),
    read<Counted<"platform" | "state">>(PUSHES_BY_PLATFORM),
    read<Counted<"platform" | "outcome">>(OUTCOMES_BY_PLATFORM),
    read<Figures["days"][number] & QueryResultRow>(DAYS_OF_COHORT),
  ]);
  const { answer_median, answer_p90, link_median, link_p90, ...funnel } = funnels[0] ?? NOTHING;
  const known = new Set(pushes.map(({ platform }) => platform));
  return {
    funnel,
    states: byWord(states, "state") as Partial<Record<RequestState, number>>,
    timeToAnswer: durations(funnel.answered, answer_median, answer_p90),
    timeToLink: durations(funnel.linked, link_median, link_p90),
    platforms: PLATFORMS.filter((platform) => known.has(platform)).map((platform) => {
      const ofIt = <Row extends Readonly<Record<"platform", string>>>(rows: readonly Row[]) =>
        rows.filter((row) => row.platform === platform);
      const { accepted = 0, refused = 0, sending = 0, waiting = 0 } = byWord(ofIt(pushes), "state");
      const requestStates = byWord(ofIt(statesByPlatform), "state");
      return {
        platform,
        requests: Object.values(requestStates).reduce((sum, count) => sum + count, 0),
        states: requestStates as Partial<Record<RequestState, number>>,
        pushes: { accepted, refused, underWay: sending + waiting },
        outcomes: byWord(ofIt(outcomes), "outcome"),
      };
    }),
    days,
  };
}

function byWord<Word extends string>(rows: readonly Counted<Word>[], word: Word): Record<string, number> {
  return Object.fromEntries(rows.map((row) => [row[word], row.count]));
}

function durations(count: number, median: number | null, p90: number | null): Durations {
  return {
    count,
    ...(median === null ? {} : { medianSeconds: median }),
    ...(p90 === null ? {} : { p90Seconds: p90 }),
  };
}
