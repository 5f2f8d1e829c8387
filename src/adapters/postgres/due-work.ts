import type { Pool } from "pg";
import type { OwnerRef } from "#domain/file-owner.ts";
import type { OutboxRow } from "#domain/facts.ts";
import { permittedBlobs } from "#domain/log-file.ts";
import { FORGET_AGENT_SECONDS } from "#domain/policy.ts";
import { OPEN_STATES, type FileState, type ReportState, type RequestState } from "#domain/vocabulary.ts";
import type { DatabaseState, DueWork } from "#ports/store.ts";
import { KEY_LIFE_HOURS } from "./idempotency.ts";
import { readMetrics } from "./metrics.ts";
import { absentNulls, momentOf, type Stored } from "./stored.ts";

/** $1 the latest moment that counts as overdue, $2 limit. Each branch reads a partial index of what waits. */
export const OVERDUE = `
  select type, "requestId", "roundId", "fileId", "installationId", "pushId", "ticketId" from (
    (select 'push.due' as type, id as "requestId", push_round_id as "roundId", null::uuid as "fileId",
        null::uuid as "installationId", null::uuid as "pushId", null::uuid as "ticketId", push_next_at as at
      from log_request where push_next_at <= $1::timestamptz order by push_next_at limit $2::int)
    union all
    (select 'verify.due', null, null, id, null, null, null, verify_at
      from log_file where verify_at <= $1::timestamptz order by verify_at limit $2::int)
    union all
    (select 'cleanup.due', null, null, id, null, null, null, cleanup_at
      from log_file where cleanup_at <= $1::timestamptz order by cleanup_at limit $2::int)
    union all
    (select 'installation.due', null, null, null, id, null, null, sync_at
      from installation where sync_at <= $1::timestamptz order by sync_at limit $2::int)
    union all
    (select 'telemetry.due', null, null, null, null, id, null, telemetry_at
      from push where telemetry_at <= $1::timestamptz order by telemetry_at limit $2::int)
    union all
    (select 'connection.due', null, null, null, null, null, ticket_id, sync_at
      from ticket_connection where sync_at <= $1::timestamptz order by sync_at limit $2::int)
  ) as due
  order by at limit $2::int`;

/** $1 now, $2 limit. The open states stand here as words, because a partial index is found by the words of its condition. */
export const DEADLINES = `
  select "requestId", kind from (
    (select id as "requestId", 'answer' as kind, answer_by as at from log_request
      where state in (${OPEN_STATES.map((state) => `'${state}'`).join(", ")}) and answer_by <= $1::timestamptz
      order by answer_by limit $2::int)
    union all
    (select id, 'snooze', snoozed_until from log_request
      where snoozed_until <= $1::timestamptz and state in (${OPEN_STATES.map((state) => `'${state}'`).join(", ")})
      order by snoozed_until limit $2::int)
  ) as due
  order by at limit $2::int`;

/** $1 now, $2 limit. */
export const UPLOAD_DEADLINES = `
  select kind, id from (
    (select 'request' as kind, id, upload_by as at from log_request
      where state = 'consented' and upload_by <= $1::timestamptz order by upload_by limit $2::int)
    union all
    (select 'report', id, upload_by from report
      where state = 'open' and upload_by <= $1::timestamptz order by upload_by limit $2::int)
  ) as due
  order by at limit $2::int`;

/** $1 now, $2 limit. */
export const RETENTION = `
  select id from log_file where state = 'linked' and delete_after <= $1::timestamptz order by delete_after limit $2::int`;

/** $1 file ids. */
export const FILE_STATES_OF = `
  select file.id, file.owner_id as "ownerId", file.state, coalesce(request.state, report.state) as "ownerState"
  from log_file file
  left join log_request request on request.id = file.owner_id
  left join report on report.id = file.owner_id
  where file.id = any($1::uuid[])`;

/** $1 now. In portions, so that a backlog of a million holds no lock for long. */
export const FORGET_KEYS = `
  delete from idempotency_key where (caller, method, route, key) in (
    select caller, method, route, key from idempotency_key
    where created_at < $1::timestamptz - interval '${KEY_LIFE_HOURS} hours' limit 5000)`;

/** $1 now. */
export const FORGET_AGENTS = `delete from agent where seen_at < $1::timestamptz - interval '${FORGET_AGENT_SECONDS} seconds'`;

/** $1 now. */
export const NOTE_SWEEP = `
  insert into last_run (job, at) values ('sweep', $1::timestamptz)
  on conflict (job) do update set at = greatest(last_run.at, excluded.at)`;

export const DATABASE_STATE = `
  select current_setting('server_version') as version,
    (select max(migration_name) from _prisma_migrations where finished_at is not null) as migration,
    (select at from last_run where job = 'sweep') as "lastSweepAt"`;

const BLOB_NAME = /^(ingest|evidence)\/([0-9a-f-]{36})\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

interface OwnerRow {
  readonly id: string;
  readonly ownerId: string;
  readonly state: FileState;
  readonly ownerState: RequestState | ReportState | null;
}

export function createDueWork(pool: Pool): DueWork {
  return {
    async overdue(now, graceSeconds, limit) {
      const latest = new Date(now - graceSeconds * 1_000).toISOString();
      const { rows } = await pool.query<Stored<OutboxRow>>({ text: OVERDUE, values: [latest, limit] });
      return rows.map((row) => absentNulls<OutboxRow>(row));
    },
    async deadlines(now, limit) {
      const { rows } = await pool.query<{ requestId: string; kind: "answer" | "snooze" }>({
        name: "deadlines",
        text: DEADLINES,
        values: [new Date(now).toISOString(), limit],
      });
      return rows;
    },
    async uploadDeadlines(now, limit) {
      const { rows } = await pool.query<OwnerRef>({
        name: "upload-deadlines",
        text: UPLOAD_DEADLINES,
        values: [new Date(now).toISOString(), limit],
      });
      return rows;
    },
    async retention(now, limit) {
      const { rows } = await pool.query<{ id: string }>({
        text: RETENTION,
        values: [new Date(now).toISOString(), limit],
      });
      return rows.map((row) => row.id);
    },
    async ownedBlobs(names) {
      const blobs = names.flatMap((name) => {
        const [, room, ownerId, fileId] = BLOB_NAME.exec(name) ?? [];
        return room !== undefined && ownerId !== undefined && fileId !== undefined
          ? [{ name, room, ownerId, fileId }]
          : [];
      });
      const { rows } = await pool.query<OwnerRow>({
        text: FILE_STATES_OF,
        values: [blobs.map((blob) => blob.fileId)],
      });
      const files = new Map(rows.map((row) => [row.id, row]));
      const owned = blobs.filter(({ room, ownerId, fileId }) => {
        const file = files.get(fileId);
        if (file === undefined || file.ownerId !== ownerId) return false;
        const permitted = permittedBlobs(file, file.ownerState ?? undefined);
        return room === "ingest" ? permitted.ingest : permitted.evidence;
      });
      return new Set(owned.map((blob) => blob.name));
    },
    async forgetOld(now) {
      const at = new Date(now).toISOString();
      let deleted: number;
      do {
        const { rowCount } = await pool.query({ text: FORGET_KEYS, values: [at] });
        deleted = rowCount ?? 0;
      } while (deleted > 0);
      await pool.query({ text: FORGET_AGENTS, values: [at] });
      await pool.query({ text: NOTE_SWEEP, values: [at] });
    },
    metrics: (now) => readMetrics(pool, now),
    async state() {
      const { rows } = await pool.query<{ version: string; migration: string | null; lastSweepAt: Date | null }>(
        DATABASE_STATE,
      );
      const row = rows[0] ?? { version: "unknown", migration: null, lastSweepAt: null };
      return absentNulls<DatabaseState>({ ...row, lastSweepAt: momentOf(row.lastSweepAt) });
    },
  };
}
