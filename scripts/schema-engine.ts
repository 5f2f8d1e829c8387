import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import type { PoolConfig, QueryArrayResult } from "pg";
import * as engineModule from "@prisma/schema-engine-wasm/schema_engine_bg";
import type { DiffTarget, MigrationList } from "@prisma/schema-engine-wasm/schema_engine_bg";

const PRISMA_FOLDER = fileURLToPath(new URL("../prisma", import.meta.url));
export const MIGRATIONS_FOLDER = join(PRISMA_FOLDER, "migrations");
const FILTERS = { externalTables: [], externalEnums: [] };

/**
 * Prisma's own schema engine as WebAssembly: it writes migrations and says whether they agree with schema.prisma. The CLI
 * would download the same engine as a native program, which a closed network does not let in.
 *
 * @param options.databaseUrl a PostgreSQL on which it may create and drop a shadow database.
 */
export async function openSchemaEngine({ databaseUrl }: { databaseUrl: string }) {
  const schema = readFileSync(join(PRISMA_FOLDER, "schema.prisma"), "utf8");
  await loadWasm();
  const adapter = bindMigrationAwareSqlAdapterFactory(new TolerantPrismaPg(connectionParts(databaseUrl)));
  const engine = await engineModule.SchemaEngine.new({ datamodels: [["schema.prisma", schema]] }, () => {}, adapter);
  const fromMigrations: DiffTarget = { tag: "migrations", ...readMigrations() };
  const fromSchema: DiffTarget = {
    tag: "schemaDatamodel",
    files: [{ path: join(PRISMA_FOLDER, "schema.prisma"), content: schema }],
  };
  return {
    /** The SQL that leads from the migrations to schema.prisma; says that it is empty when they agree. */
    async missingSql(): Promise<string> {
      const { stdout } = await engine.diff({
        from: fromMigrations,
        to: fromSchema,
        script: true,
        exitCode: null,
        filters: FILTERS,
      });
      return stdout ?? "";
    },
  };
}

/** In parts: of a connection string PrismaPg would keep the database, and make its shadow database ours. */
function connectionParts(databaseUrl: string): PoolConfig {
  const url = new URL(databaseUrl);
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1),
  };
}

const CHAR_OID = 18;
const TEXT_OID = 25;

/** @prisma/adapter-pg 7.10.0 does not know PostgreSQL's type "char", which the engine's own catalogue queries return. */
class TolerantPrismaPg extends PrismaPg {
  override async connect() {
    return tolerant(await super.connect());
  }
  override async connectToShadowDb() {
    const shadow = tolerant(await super.connectToShadowDb());
    const dispose = shadow.dispose.bind(shadow);
    shadow.dispose = async () => {
      // PostgreSQL drops no database that someone is connected to, and the adapter drops it before it lets go itself.
      await shadow.underlyingDriver().end();
      await dispose().catch((error: unknown) => {
        if (!String(error).includes("end on pool more than once")) throw error;
      });
    };
    return shadow;
  }
}

type Adapter = Awaited<ReturnType<PrismaPg["connect"]>>;

function tolerant(adapter: Adapter): Adapter {
  const charColumns = new Map<string, ReadonlySet<string>>();
  const pool = adapter.underlyingDriver();
  const query = pool.query.bind(pool) as (statement: string | { text: string }) => Promise<QueryArrayResult>;
  Object.assign(pool, {
    query: async (statement: string | { text: string }) => {
      const result = await query(statement);
      const chars = (result.fields ?? []).filter((field) => field.dataTypeID === CHAR_OID);
      for (const field of chars) field.dataTypeID = TEXT_OID;
      if (typeof statement !== "string") charColumns.set(statement.text, new Set(chars.map((field) => field.name)));
      return result;
    },
  });
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (statement) => {
    const result = await queryRaw(statement);
    const chars = charColumns.get(statement.sql);
    const columnTypes = result.columnTypes.map((type, index) =>
      chars?.has(result.columnNames[index] ?? "") ? ColumnTypeEnum.Character : type,
    );
    return { ...result, columnTypes };
  };
  return adapter;
}

function readMigrations(): MigrationList {
  return {
    baseDir: MIGRATIONS_FOLDER,
    lockfile: {
      path: "migration_lock.toml",
      content: readFileSync(join(MIGRATIONS_FOLDER, "migration_lock.toml"), "utf8"),
    },
    shadowDbInitScript: "",
    migrationDirectories: readdirSync(MIGRATIONS_FOLDER, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .toSorted()
      .map((path) => ({
        path,
        migrationFile: {
          path: "migration.sql",
          content: { tag: "ok", value: readFileSync(join(MIGRATIONS_FOLDER, path, "migration.sql"), "utf8") },
        },
      })),
  };
}

/** Node has it, but its types come only with those of a browser. */
const { WebAssembly: webAssembly } = globalThis as unknown as {
  WebAssembly: {
    instantiate: (code: Uint8Array, imports: object) => Promise<{ instance: { exports: Record<string, unknown> } }>;
  };
};

let loaded: Promise<void> | undefined;

function loadWasm(): Promise<void> {
  loaded ??= (async () => {
    // The engine reports its panics here before it traps; without it a panic hides the reason.
    Object.assign(globalThis, {
      PRISMA_WASM_PANIC_REGISTRY: {
        set_message: (message: string) => {
          console.error(message);
        },
      },
    });
    const entry = fileURLToPath(import.meta.resolve("@prisma/schema-engine-wasm/schema_engine_bg"));
    const wasm = readFileSync(join(dirname(entry), "schema_engine_bg.wasm"));
    const { instance } = await webAssembly.instantiate(wasm, { "./schema_engine_bg.js": { ...engineModule } });
    engineModule.__wbg_set_wasm(instance.exports);
    const { __wbindgen_start: start } = instance.exports;
    if (typeof start === "function") start();
  })();
  return loaded;
}
