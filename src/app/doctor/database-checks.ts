import { checkDatabase } from "#adapters/postgres/check-database.ts";
import { openPool } from "#adapters/postgres/open-pool.ts";
import type { Settings } from "#app/config.ts";
import { Ailment, type Check } from "./check.ts";

/** The oldest PostgreSQL that the statements are written for, as `server_version_num` says it. */
const OLDEST_VERSION = 160_000;

/** Whether PostgreSQL is there and new enough; whether its tables are this version's and may be written. */
export function databaseChecks({ DATABASE_URL: databaseUrl }: Settings): readonly Check[] {
  const { host } = new URL(databaseUrl);
  const withPool = async <T>(work: (pool: ReturnType<typeof openPool>) => Promise<T>): Promise<T> => {
    const pool = openPool({ databaseUrl, poolSize: 2 });
    pool.on("error", () => {}); // the query that meets it says so
    try {
      return await work(pool);
    } finally {
      await pool.end();
    }
  };
  return [
    {
      name: "database",
      mend: `see that PostgreSQL runs at ${host} and that DATABASE_URL is right: psql "$DATABASE_URL" -c 'select 1'`,
      run: () =>
        withPool(async (pool) => {
          const { rows } = await pool.query<{ version: string; number: number; role: string; database: string }>(
            `select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
                    current_user as role, current_database() as database`,
          );
          const [found] = rows;
          if (!found || found.number < OLDEST_VERSION) {
            throw new Ailment(`PostgreSQL ${found?.version} is too old`, "upgrade it to PostgreSQL 16 or newer");
          }
          return `PostgreSQL ${found.version} at ${host}, database ${found.database} as ${found.role}`;
        }),
    },
    {
      name: "database tables",
      mend: "npx beckon migrate",
      after: "database",
      run: () =>
        withPool(async (pool) => {
          try {
            await checkDatabase(pool);
          } catch (error) {
            // It ends with what mends it, after a full stop.
            const [, what, mend] =
              /^(.*?)\. (?:As the owner run|Run): (.*)$/s.exec(String((error as Error).message)) ?? [];
            if (what === undefined || mend === undefined) throw error;
            throw new Ailment(what, mend.replace(/^beckon /, "npx beckon "), { cause: undefined });
          }
          return "migrated to this version, and its role may read and write";
        }),
    },
  ];
}
