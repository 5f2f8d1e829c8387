import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as agents from "#adapters/postgres/agents.ts";
import * as accept from "#adapters/postgres/accept-statement.ts";
import * as connections from "#adapters/postgres/connections.ts";
import * as checkDatabase from "#adapters/postgres/check-database.ts";
import * as dueWork from "#adapters/postgres/due-work.ts";
import * as facts from "#adapters/postgres/facts.ts";
import * as idempotency from "#adapters/postgres/idempotency.ts";
import * as insights from "#adapters/postgres/insights.ts";
import * as leases from "#adapters/postgres/leases.ts";
import * as metrics from "#adapters/postgres/metrics.ts";
import * as outbox from "#adapters/postgres/outbox.ts";
import * as postgresClock from "#adapters/postgres/postgres-clock.ts";
import * as pushClaim from "#adapters/postgres/push-claim.ts";
import * as pushFinish from "#adapters/postgres/push-finish.ts";
import * as pushTelemetry from "#adapters/postgres/push-telemetry.ts";
import * as reports from "#adapters/postgres/reports.ts";
import * as tickets from "#adapters/postgres/tickets.ts";
import * as timeline from "#adapters/postgres/timeline.ts";
import * as users from "#adapters/postgres/users.ts";
import { openStore } from "../../support/postgres-store.ts";

const ADAPTER = fileURLToPath(new URL("../../../src/adapters/postgres", import.meta.url));
/** Parts of statements. */
const FRAGMENTS = new Set(["COLUMNS", "FACT_RECORD"]);

const modules: readonly Readonly<Record<string, unknown>>[] = [
  accept,
  agents,
  checkDatabase,
  connections,
  dueWork,
  facts,
  idempotency,
  insights,
  leases,
  metrics,
  outbox,
  postgresClock,
  pushClaim,
  pushFinish,
  pushTelemetry,
  reports,
  tickets,
  timeline,
  users,
];

function statements(): [string, string][] {
  return modules.flatMap((module) =>
    Object.entries(module).filter(
      (entry): entry is [string, string] =>
        /^[A-Z_]+$/.test(entry[0]) &&
        typeof entry[1] === "string" &&
        entry[1].includes(" ") &&
        !FRAGMENTS.has(entry[0]),
    ),
  );
}

test("PostgreSQL understands every statement that is written by hand", async () => {
  const { pool } = await openStore();
  for (const [name, sql] of statements()) {
    await expect(pool.query(`prepare ${name} as ${sql}`), name).resolves.toBeDefined();
  }
});

test("no statement escapes that test", async () => {
  const files = (await readdir(ADAPTER)).filter((name) => name.endsWith(".ts"));
  const sources = await Promise.all(files.map((name) => readFile(join(ADAPTER, name), "utf8")));
  const written = sources.flatMap((source) => [...source.matchAll(/^(?:export )?const ([A-Z_]+) =\s*(?:`|"select)/gm)]);
  // Parts of others; and migrate.ts's own runs before there is anything to prepare against.
  const parts = new Set(["COHORT", "CREATE_MIGRATIONS_TABLE"]);
  const names = written.map((match) => match[1] ?? "").filter((name) => !FRAGMENTS.has(name) && !parts.has(name));
  expect(new Set(statements().map(([name]) => name))).toEqual(new Set(names));
});

test.for([
  [dueWork.DEADLINES, ["log_request_answer_due", "log_request_snooze_due"]],
  [dueWork.UPLOAD_DEADLINES, ["log_request_upload_due", "report_upload_due"]],
  [
    dueWork.OVERDUE,
    [
      "log_request_push_due",
      "log_file_verify_due",
      "log_file_cleanup_due",
      "installation_sync_due",
      "push_telemetry_due",
      "ticket_connection_sync_due",
    ],
  ],
  [dueWork.RETENTION, ["log_file_retention_due"]],
  [outbox.TAKE_DUE, ["outbox_deadline_due_at_idx"]],
  [timeline.FEED_AFTER, ["ticket_event_xid_sequence_idx"]],
  [timeline.TIMELINE_OF_TICKET, ["ticket_event_ticket_id_xid_sequence_idx"]],
] as const)("what is asked again and again is read from an index (%#)", async ([sql, indexes]) => {
  const { pool } = await openStore();
  const client = await pool.connect();
  try {
    // In an empty table reading everything is cheapest; and a plan without values is the one that a prepared statement gets.
    await client.query("set enable_seqscan = off; set enable_sort = off; set enable_indexscan = on");
    const { rows } = await client.query<{ "QUERY PLAN": string }>(`explain (generic_plan, costs off) ${sql}`);
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    for (const index of indexes) expect(plan).toContain(index);
  } finally {
    client.release(true);
  }
});
