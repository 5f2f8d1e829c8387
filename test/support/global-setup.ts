import type { TestProject } from "vitest/node";
import { removeData, serverFolders } from "#app/embedded/data-folder.ts";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import { startAzurite } from "#app/embedded/start-azurite.ts";
import { startPostgres } from "#app/embedded/start-postgres.ts";
import { startRedis, type EmbeddedRedis } from "#app/embedded/start-redis.ts";
import { makeRunFolder, removeKilledRuns } from "./run-folder.ts";
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
  const folder = await makeRunFolder();
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
