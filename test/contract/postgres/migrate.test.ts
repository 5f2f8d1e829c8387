import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { expect, onTestFinished, test } from "vitest";
import { migrate, readMigrations } from "#adapters/postgres/migrate.ts";
import { createTestDatabase, testServers } from "../../support/servers.ts";
import { MIGRATIONS_FOLDER, openSchemaEngine } from "../../../scripts/schema-engine.ts";

test("two that migrate at once apply every migration once, and both end well", async () => {
  const { url: databaseUrl } = await createTestDatabase({ migrated: false });
  const [one, other] = await Promise.all([migrate({ databaseUrl }), migrate({ databaseUrl })]);
  const names = (await readMigrations()).map((migration) => migration.name);
  expect([...one.applied, ...other.applied]).toEqual(names);
  expect(await migrate({ databaseUrl })).toEqual({ applied: [] });
});

test("the migrations make exactly what schema.prisma says", async () => {
  const engine = await openSchemaEngine({ databaseUrl: testServers().postgresUrl });
  expect(await engine.missingSql()).toContain("empty migration");
});

test("Prisma's own bookkeeping finds everything applied, with the checksums that it expects", async () => {
  const { url } = await createTestDatabase();
  const rows = await query(url, "select * from _prisma_migrations order by migration_name");
  expect(rows).toEqual(
    (await readMigrations()).map(({ name, checksum }) =>
      expect.objectContaining({
        migration_name: name,
        checksum,
        applied_steps_count: 1,
        finished_at: expect.any(Date),
        rolled_back_at: null,
      }),
    ),
  );
});

test("a migration that was edited after it was applied is refused by name", async () => {
  const { url: databaseUrl } = await createTestDatabase({ migrated: false });
  const folder = await copyOfMigrations();
  await migrate({ databaseUrl, folder });
  const [first] = await readMigrations(folder);
  await writeFile(join(folder, first!.name, "migration.sql"), `${first!.sql}\n-- one more thought\n`);
  await expect(migrate({ databaseUrl, folder })).rejects.toThrow(`Migration ${first!.name} was changed after`);
});

test("a database of a newer version is left alone", async () => {
  const { url: databaseUrl } = await createTestDatabase({ migrated: false });
  await migrate({ databaseUrl });
  await query(
    databaseUrl,
    `insert into _prisma_migrations (id, checksum, migration_name, finished_at) values ('x', 'x', '29990101000000_later', now())`,
  );
  await expect(migrate({ databaseUrl })).rejects.toThrow(
    "The database is ahead: it has migration 29990101000000_later",
  );
});

test("a migration that fails leaves nothing of itself and says why", async () => {
  const { url: databaseUrl } = await createTestDatabase({ migrated: false });
  const folder = await copyOfMigrations();
  await cp(join(folder, (await readMigrations(folder))[0]!.name), join(folder, "29990101000000_broken"), {
    recursive: true,
  });
  await writeFile(join(folder, "29990101000000_broken", "migration.sql"), "create table half (id int); select 1 / 0;");
  await expect(migrate({ databaseUrl, folder })).rejects.toThrow(
    "29990101000000_broken failed, and nothing of it was kept",
  );
  expect(await query(databaseUrl, "select to_regclass('half') as half")).toEqual([{ half: null }]);
});

test("rows that a restore brought from another server do not hold the feed up", async () => {
  const { url } = await createTestDatabase();
  await query(
    url,
    `insert into ticket_event (xid, ticket_id, type, at, actor_kind, actor_id)
     values ('99999999999', gen_random_uuid(), 'ticket.created', now(), 'agent', 'a')`,
  );
  await migrate({ databaseUrl: url });
  const rows = await query(url, "select xid < pg_snapshot_xmin(pg_current_snapshot()) as readable from ticket_event");
  expect(rows).toEqual([{ readable: true }]);
});

test("the consent texts are there in English and German, with the hash over their bytes", async () => {
  const { url } = await createTestDatabase();
  const rows = await query(
    url,
    `select version, locale, sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex') as honest from consent_text order by version, locale`,
  );
  expect(rows).toEqual([
    { version: "default-1", locale: "de", honest: true },
    { version: "default-1", locale: "en", honest: true },
    { version: "report-1", locale: "de", honest: true },
    { version: "report-1", locale: "en", honest: true },
  ]);
});

test("a consent text that an operator put in the place of ours stays, though nobody was shown it yet", async () => {
  const { url: databaseUrl } = await createTestDatabase();
  const own =
    "update consent_text set text = 'Ours', sha256 = encode(sha256('Ours'), 'hex') where version = 'default-1' and locale = 'en'";
  await query(databaseUrl, own);
  await query(databaseUrl, "delete from consent_text where locale = 'de'");
  await migrate({ databaseUrl });
  const rows = await query(
    databaseUrl,
    "select locale, text = 'Ours' as own from consent_text where version = 'default-1' order by locale",
  );
  expect(rows).toEqual([
    { locale: "de", own: false },
    { locale: "en", own: true },
  ]);
});

async function copyOfMigrations(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "beckon-migrations-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(MIGRATIONS_FOLDER, folder, { recursive: true });
  return folder;
}

async function query(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
