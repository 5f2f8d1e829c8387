import { readdirSync } from "node:fs";
import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { removeData, serverFolders } from "#app/embedded/data-folder.ts";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import { processIdentity } from "#app/embedded/process-identity.ts";
import { startAzurite } from "#app/embedded/start-azurite.ts";
import { startPostgres } from "#app/embedded/start-postgres.ts";
import { startRedis, type EmbeddedRedis } from "#app/embedded/start-redis.ts";
import type { TestServers } from "./servers.ts";

type Run = { servers: TestServers; stop: () => Promise<void> };
type Shared = { run: Promise<Run>; users: number };

/** Vitest loads this file anew for each project that names it; one set of servers serves them all. */
const SHARED = Symbol.for("beckon.test-servers");
const shared = globalThis as typeof globalThis & { [SHARED]?: Shared };

/** Vitest calls this before the first test of a project, and what it returns after the last one of the run. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const mine = (shared[SHARED] ??= { run: start(), users: 0 });
  mine.users += 1;
  project.provide("testServers", (await mine.run).servers);
  return async () => {
    mine.users -= 1;
    if (mine.users > 0) return;
    delete shared[SHARED];
    await (await mine.run).stop();
  };
}

async function start(): Promise<Run> {
  await removeKilledRuns();
  const redisServer = findOnPath("redis-server", process.env["PATH"]);
  if (redisServer === undefined && (process.env["BECKON_REQUIRE"] ?? "").split(",").includes("redis")) {
    throw new Error(
      "BECKON_REQUIRE asks for redis, and no redis-server is on the PATH. Install it: apt-get install redis-server",
    );
  }
  const folder = await mkdtemp(join(tmpdir(), `${runPrefix(process.pid, processIdentity(process.pid))}-`));
  // mkdtemp closes it to others; as root, PostgreSQL runs as another account and must get in.
  await chmod(folder, 0o711);
  const dirs = serverFolders(folder);
  await using undo = new AsyncDisposableStack();
  undo.defer(() => removeData(folder));
  const keep = <S extends { stop: () => Promise<void> }>(server: S): S => {
    undo.defer(server.stop);
    return server;
  };
  const starting = [
    startPostgres({
      dataDir: dirs.postgres,
      // Nothing here outlives the run, so nothing has to reach the disk. Commits stay synchronous: tests may kill the server.
      flags: { fsync: "off", full_page_writes: "off", max_connections: 300 },
    }).then(keep),
    startAzurite({ dataDir: dirs.azurite }).then(keep),
    startRedisIfThere(redisServer, dirs.redis).then((redis) => redis && keep(redis)),
  ] as const;
  // All have to settle before one that failed may undo the others.
  await Promise.allSettled(starting);
  const [postgres, azurite, redis] = await Promise.all(starting);
  const { url, accountName, accountKey, connectionString } = azurite;
  const kept = undo.move();
  return {
    servers: {
      postgresUrl: postgres.url,
      azurite: { url, accountName, accountKey, connectionString },
      redisUrl: redis?.url ?? null,
    },
    stop: () => kept.disposeAsync(),
  };
}

async function startRedisIfThere(program: string | undefined, dataDir: string): Promise<EmbeddedRedis | undefined> {
  return program === undefined ? undefined : startRedis({ program, dataDir });
}

/** A run that was killed leaves its servers and its folder, whose name says which process it was. */
async function removeKilledRuns(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const [, pid, identity] = /^beckon-test-(\d+)-([^-]+)-/.exec(name) ?? [];
    if (pid === undefined || processIdentity(Number(pid)) === identity) continue;
    try {
      await removeData(join(tmpdir(), name));
    } catch (error) {
      // Another account's, or another run is at it: no reason to keep this one from starting.
      console.warn(`Could not remove what a killed test run left in ${name}:`, error);
    }
  }
}

function runPrefix(pid: number, identity: string | undefined): string {
  return `beckon-test-${pid}-${identity}`;
}
