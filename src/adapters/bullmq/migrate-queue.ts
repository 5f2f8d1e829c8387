import { assertSchemaCompatibility, runMigrations, SchemaMigrationRequiredError } from "bullmq";
import { Client, type Pool } from "pg";

/**
 * Creates or updates the tables of the queue where it is on PostgreSQL. Safe to run again and safe when two run at once.
 * For `beckon migrate`; no process migrates when it starts.
 */
export async function migrateQueue({ databaseUrl }: { databaseUrl: string }): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
}

/** @throws Error with the command that mends it, when the queue's tables are missing. */
export async function assertMigrated(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await assertSchemaCompatibility(client);
  } catch (cause) {
    if (!(cause instanceof SchemaMigrationRequiredError)) throw cause;
    throw new Error("The database has no tables for the queue. Make them: beckon migrate", { cause });
  } finally {
    client.release();
  }
}
