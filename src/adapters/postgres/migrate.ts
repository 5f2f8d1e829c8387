import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { CONSENT_TEXTS } from "#messages/consent-texts.ts";
import { REASON_TEMPLATES } from "#messages/reason-templates.ts";

/** The one that Prisma's CLI takes too, so that ours and `prisma migrate deploy` keep out of each other's way. */
const MIGRATION_LOCK = 72_707_369;

const MIGRATIONS_FOLDER = join(import.meta.dirname, "../../../prisma/migrations");

/** As Prisma makes it, so that `prisma migrate deploy` and ours can take turns on one database. */
const CREATE_MIGRATIONS_TABLE = `
  create table if not exists _prisma_migrations (
    id varchar(36) primary key not null,
    checksum varchar(64) not null,
    finished_at timestamptz,
    migration_name varchar(255) not null,
    logs text,
    rolled_back_at timestamptz,
    started_at timestamptz not null default now(),
    applied_steps_count integer not null default 0
  )`;

export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, hex: Prisma's own. */
  readonly checksum: string;
}

/**
 * Brings a database to this version's tables and seeds the consent texts and reason templates. Safe when two start at once: the second waits and
 * finds nothing to do. Each migration is all or nothing.
 *
 * @returns the names of the migrations that it applied, in order.
 * @throws Error when an applied migration differs from ours, one has failed half-way, or the database is ahead of us.
 */
export async function migrate({
  databaseUrl,
  log,
  folder = MIGRATIONS_FOLDER,
}: {
  databaseUrl: string;
  log?: (line: string) => void;
  folder?: string;
}): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(folder);
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000, keepAlive: true });
  // A connection that breaks while we work rejects the query under way; without a listener it would end the process too.
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query("select pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await client.query(CREATE_MIGRATIONS_TABLE);
    const missing = await findMissing(client, migrations);
    for (const migration of missing) {
      await apply(client, migration);
      log?.(`Applied ${migration.name}`);
    }
    await seedConsentTexts(client);
    await seedTemplates(client);
    await bringBelowHorizon(client);
    return { applied: missing.map((migration) => migration.name) };
  } finally {
    // Ends the lock with it.
    await client.end();
  }
}

/** The migrations of this version, in order. */
export async function readMigrations(folder: string = MIGRATIONS_FOLDER): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.toSorted().map(async (name) => {
      const sql = await readFile(join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    }),
  );
}

/** Says which migrations a database lacks. Throws when what it has is not what we would have applied. */
async function findMissing(client: Client, migrations: readonly Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<{ migration_name: string; checksum: string; finished: boolean }>(
    `select migration_name, checksum, finished_at is not null as finished
     from _prisma_migrations where rolled_back_at is null order by migration_name`,
  );
  const ours = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of rows) {
    const migration = ours.get(row.migration_name);
    if (!migration) {
      throw new Error(
        `The database is ahead: it has migration ${row.migration_name}, which this version does not know. Run the newer version of Beckon, or restore a backup from before it.`,
      );
    }
    if (!row.finished) {
      throw new Error(
        `Migration ${row.migration_name} was begun and never finished. Look into column logs of _prisma_migrations, mend it, and mark it with: npx prisma migrate resolve`,
      );
    }
    if (row.checksum !== migration.checksum) {
      throw new Error(
        `Migration ${row.migration_name} was changed after it was applied to this database. Take the file back as it was and write a new migration for the change.`,
      );
    }
  }
  const applied = new Set(rows.map((row) => row.migration_name));
  return migrations.filter((migration) => !applied.has(migration.name));
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await client.query("begin");
  try {
    await client.query(migration.sql);
    await client.query(
      `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       values ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query("commit");
  } catch (cause) {
    await client.query("rollback").catch(() => {});
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Migration ${migration.name} failed, and nothing of it was kept: ${reason}`, { cause });
  }
}

/** Only what is missing: a text that stands under this version may be the operator's own. A new wording of ours is a new version. */
async function seedConsentTexts(client: Client): Promise<void> {
  for (const { version, locale, text } of CONSENT_TEXTS) {
    await client.query(
      `insert into consent_text (version, locale, text, sha256) values ($1, $2, $3, $4)
       on conflict (version, locale) do nothing`,
      [version, locale, text, createHash("sha256").update(text, "utf8").digest("hex")],
    );
  }
}

/** Once: what a lead has changed or removed stays as they left it. */
async function seedTemplates(client: Client): Promise<void> {
  for (const { id, texts, collectors, windowHours, answerByHours } of REASON_TEMPLATES) {
    await client.query(
      `insert into reason_template (id, texts, collectors, window_hours, answer_by_hours) values ($1, $2, $3, $4, $5)
       on conflict (id) do nothing`,
      [id, JSON.stringify(texts), collectors, windowHours, answerByHours],
    );
  }
}

/**
 * A dump that is restored on another server brings transaction ids that this one has not reached, and the feed would wait
 * for them for years. No row that we can see has an id that is not given out yet, unless it came that way.
 */
async function bringBelowHorizon(client: Client): Promise<void> {
  await client.query(`update ticket_event set xid = '3'::xid8 where xid >= pg_snapshot_xmax(pg_current_snapshot())`);
}
