import type { Pool } from "pg";
import { readMigrations } from "./migrate.ts";

export const APPLIED_MIGRATIONS = `
  select migration_name as name from _prisma_migrations where finished_at is not null and rolled_back_at is null`;

/** Every table of ours on which a right is missing. */
export const MISSING_RIGHTS = `
  select string_agg(c.relname, ', ' order by c.relname) as tables
  from pg_class c
  where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relname <> '_prisma_migrations'
    and not (has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert')
      and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete'))`;

/**
 * Whether this version can work on the database.
 *
 * @throws Error with the command that mends it.
 */
export async function checkDatabase(pool: Pool): Promise<void> {
  const { rows: found } = await pool.query<{ there: boolean }>(
    "select to_regclass('_prisma_migrations') is not null as there",
  );
  if (!found[0]?.there) throw new Error("The database has no tables yet. Run: beckon migrate");
  const [{ rows: applied }, migrations] = await Promise.all([
    pool.query<{ name: string }>(APPLIED_MIGRATIONS),
    readMigrations(),
  ]);
  const names = new Set(applied.map((row) => row.name));
  const missing = migrations.filter((migration) => !names.has(migration.name));
  if (missing.length > 0) {
    throw new Error(`The database lacks ${missing.map(({ name }) => name).join(", ")}. Run: beckon migrate`);
  }
  const { rows: rights } = await pool.query<{ tables: string | null }>(MISSING_RIGHTS);
  if (rights[0]?.tables) {
    throw new Error(
      `This database role may not read and write ${rights[0].tables}. As the owner run: grant select, insert, update, delete on all tables in schema public to ROLE; grant usage on all sequences in schema public to ROLE`,
    );
  }
}
