/** How a fact becomes rows: the same three inserts for every statement that writes facts, cold or hot. */
import type { Fact, FactType, Wake, WakeType } from "#domain/facts.ts";

/** Which facts and wakes have work in the pipeline, and so need an outbox row. */
export type NeedsRelay = (type: FactType | WakeType) => boolean;

/**
 * The end of a statement's WITH list. It needs a CTE `fact` with the columns of `FACT_RECORD`, and writes one audit row for
 * each, one timeline row where there is a ticket, and one outbox row where the type is one of `relayedTypes`.
 *
 * @param relayedTypes SQL of a text[], such as `$2::text[]`.
 */
export function writeFacts(relayedTypes: string): string {
  const columns =
    "type, at, actor_kind, actor_id, ticket_id, request_id, report_id, file_id, user_id, installation_id, data";
  const outbox = "type, request_id, round_id, file_id, installation_id";
  return `
    audited as (insert into audit_event (${columns}) select ${columns} from fact order by n),
    told as (insert into ticket_event (${columns}) select ${columns} from fact where ticket_id is not null order by n),
    relayed as (
      insert into outbox (${outbox}, due_at, deadline, created_at)
      select ${outbox}, at, deadline, at from fact where type = any(${relayedTypes})
    )`;
}

/** A fact as json_to_recordset reads it. */
export const FACT_RECORD = `
  n int, type text, at timestamptz, actor_kind text, actor_id text, ticket_id uuid, request_id uuid, report_id uuid, file_id uuid,
  user_id text, installation_id uuid, round_id uuid, deadline timestamptz, data jsonb`;

/** $1 facts as JSON, $2 types that are relayed. */
export const APPEND_FACTS = `
  with fact as (select * from json_to_recordset($1::text::json) as fact(${FACT_RECORD})), ${writeFacts("$2::text[]")}
  select 1`;

export function factRecords(facts: readonly Fact[]): string {
  return JSON.stringify(
    facts.map((fact, n) => ({
      n,
      type: fact.type,
      at: new Date(fact.at),
      actor_kind: fact.actor.kind,
      actor_id: fact.actor.id,
      ticket_id: fact.ticketId,
      request_id: fact.requestId,
      report_id: fact.reportId,
      file_id: fact.fileId,
      user_id: fact.userId,
      installation_id: fact.installationId,
      round_id: fact.roundId,
      deadline: fact.deadline === undefined ? undefined : new Date(fact.deadline),
      data: fact.data,
    })),
  );
}

/** $1 wakes as JSON, $2 when they are written. */
export const APPEND_WAKES = `
  insert into outbox (type, request_id, round_id, file_id, installation_id, push_id, ticket_id, due_at, deadline,
    created_at)
  select wake.*, $2::timestamptz from json_to_recordset($1::text::json) as wake(
    type text, request_id uuid, round_id uuid, file_id uuid, installation_id uuid, push_id uuid, ticket_id uuid,
    due_at timestamptz, deadline timestamptz)`;

export function wakeRecords(wakes: readonly Wake[]): string {
  return JSON.stringify(
    wakes.map((wake) => ({
      type: wake.type,
      request_id: wake.requestId,
      round_id: wake.roundId,
      file_id: wake.fileId,
      installation_id: wake.installationId,
      push_id: wake.pushId,
      ticket_id: wake.ticketId,
      due_at: new Date(wake.dueAt),
      deadline: wake.deadline === undefined ? undefined : new Date(wake.deadline),
    })),
  );
}
