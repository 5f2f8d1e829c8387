import { migrateQueue } from "#adapters/bullmq/migrate-queue.ts";
import { migrate } from "#adapters/postgres/migrate.ts";
import type { Log } from "#ports/log.ts";
import { createBlobs } from "./compose.ts";
import type { Settings } from "./config.ts";

export interface Migrated {
  /** Names of the migrations that were applied now; empty when the database was as it should be. */
  readonly applied: readonly string[];
  readonly queue: "postgres" | "redis";
  readonly containers: readonly string[];
}

/**
 * Brings the database to this version, the queue's tables where the queue is on PostgreSQL, and makes the containers. Safe when two
 * start at once.
 */
export async function migrateAll(settings: Settings, log: Log): Promise<Migrated> {
  const { applied } = await migrate({ databaseUrl: settings.DATABASE_URL, log: (line) => log.info({}, line) });
  if (settings.REDIS_URL === undefined) await migrateQueue({ databaseUrl: settings.DATABASE_URL });
  await createBlobs(settings, { now: () => Date.now() }, log).prepare({ corsOrigins: settings.BLOB_CORS_ORIGINS });
  return {
    applied,
    queue: settings.REDIS_URL === undefined ? "postgres" : "redis",
    containers: [settings.BLOB_INGEST_CONTAINER, settings.BLOB_EVIDENCE_CONTAINER],
  };
}
