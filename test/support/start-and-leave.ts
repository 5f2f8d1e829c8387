// A program that starts servers and never stops them: `node start-and-leave.ts FOLDER [exit]`. Prints their pids and
// addresses as one line of JSON; then waits to be killed, or with `exit` ends as one that forgot its servers. When its own
// input ends, the test that wanted it was killed, and it cleans up.
import { removeData, serverFolders } from "#app/embedded/data-folder.ts";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import { startAzurite } from "#app/embedded/start-azurite.ts";
import { startPostgres } from "#app/embedded/start-postgres.ts";
import { startRedis } from "#app/embedded/start-redis.ts";

const [folder = "", then] = process.argv.slice(2);
const dirs = serverFolders(folder);
const redisServer = findOnPath("redis-server", process.env["PATH"]);
const [postgres, azurite, redis] = await Promise.all([
  startPostgres({ dataDir: dirs.postgres }),
  startAzurite({ dataDir: dirs.azurite }),
  redisServer === undefined ? Promise.resolve(undefined) : startRedis({ program: redisServer, dataDir: dirs.redis }),
]);
const left: LeftServers = {
  postgres: { pid: postgres.pid, url: postgres.url },
  azurite: { pid: azurite.pid },
  redis: redis && { pid: redis.pid },
};
console.log(JSON.stringify(left));
if (then !== "exit") {
  for await (const _ of process.stdin);
  await Promise.all([postgres.stop(), azurite.stop(), redis?.stop()]);
  await removeData(folder);
}

export type LeftServers = {
  postgres: { pid: number; url: string };
  azurite: { pid: number };
  redis: { pid: number } | undefined;
};
