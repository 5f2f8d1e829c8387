import { randomBytes } from "node:crypto";
import { Client, escapeIdentifier } from "pg";
import { inject } from "vitest";
import { migrate } from "#adapters/postgres/migrate.ts";

/** What global-setup.ts started, once a run. Shared by every test file, so that each takes its own names in it. */
export type TestServers = {
  /** Of the database `postgres`, as superuser. Tests use {@link createTestDatabase} instead. */
  postgresUrl: string;
  azurite: { url: string; accountName: string; accountKey: string; connectionString: string };
  /** Null on a machine without redis-server. */
  redisUrl: string | null;
};

declare module "vitest" {
  interface ProvidedContext {
    testServers: TestServers;
  }
}

/** The servers of this run. Throws in a Vitest project that does not name global-setup.ts. */
export function testServers(): TestServers {
  // Typed as always there, and missing all the same when the project's configuration forgot it.
  const servers = inject("testServers") as TestServers | undefined;
  if (servers === undefined) {
    throw new Error(
      'No servers run for this project: give it globalSetup: "test/support/global-setup.ts" in vitest.config.ts.',
    );
  }
  return servers;
}

/** A name that no other test file of this run has, for what is shared: blob containers, queue prefixes. */
export function uniqueName(what: string): string {
  return `${what}-${randomBytes(6).toString("hex")}`;
}

export type TestDatabase = {
  name: string;
  url: string;
  /** Throws out whoever is still connected. Not needed for order: the whole server goes at the end of the run. */
  drop: () => Promise<void>;
};

const TEMPLATE = "beckon_template";
/** Any number that nothing else locks on this server. */
const TEMPLATE_LOCK = 7_301_204;

/**
 * A database for one test file, in some 50 ms: a copy of a template that the first caller of the run migrated.
 *
 * @param options.migrated false gives one without tables, for tests of the migrations themselves.
 */
export async function createTestDatabase({ migrated = true }: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const { postgresUrl } = testServers();
  const name = uniqueName("beckon").replace("-", "_");
  await withClient(postgresUrl, async (client) => {
    if (migrated) await makeTemplate(client, postgresUrl);
    await client.query(`create database ${escapeIdentifier(name)} template ${migrated ? TEMPLATE : "template0"}`);
  });
  return {
    name,
    url: onDatabase(postgresUrl, name),
    drop: () =>
      withClient(postgresUrl, async (client) => {
        await client.query(`drop database if exists ${escapeIdentifier(name)} with (force)`);
      }),
  };
}

async function makeTemplate(client: Client, postgresUrl: string): Promise<void> {
  // Test files run in several processes, and only one of them may make the template. Held until the connection ends if a
  // migration fails; the next one then tries, and fails as well, so that every test file says why.
  await client.query("select pg_advisory_lock($1)", [TEMPLATE_LOCK]);
  const { rowCount } = await client.query("select from pg_database where datname = $1", [TEMPLATE]);
  if (rowCount === 0) {
    // Under another name until it is whole.
    const draft = `${TEMPLATE}_draft`;
    await client.query(`drop database if exists ${draft} with (force)`);
    await client.query(`create database ${draft}`);
    await migrate({ databaseUrl: onDatabase(postgresUrl, draft) });
    await client.query(`alter database ${draft} rename to ${TEMPLATE}`);
  }
  await client.query("select pg_advisory_unlock($1)", [TEMPLATE_LOCK]);
}

async function withClient(connectionString: string, use: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}

function onDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
