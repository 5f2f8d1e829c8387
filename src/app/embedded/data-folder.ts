import { existsSync, readdirSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { endOrphan } from "./child-server.ts";
import { standInFor } from "./open-folder.ts";
import { endUnnamedPostgres } from "./postgres-lock-file.ts";
import { serverUser } from "./server-user.ts";

/** Where this clone keeps the data of its own servers. In .gitignore. */
export const DATA_FOLDER: string = resolve(import.meta.dirname, "../../../.data");

/** In the order in which they end: what uses a server before the server. */
const SERVERS = ["api", "worker", "emulator", "postgres", "azurite", "redis"] as const;

/**
 * One folder a server under a common data folder: pass them as `dataDir` to startPostgres, startAzurite and startRedis. The
 * demo's own processes have theirs beside them.
 */
export function serverFolders(dataFolder: string): Record<(typeof SERVERS)[number], string> {
  return {
    api: join(dataFolder, "api"),
    worker: join(dataFolder, "worker"),
    emulator: join(dataFolder, "emulator"),
    postgres: join(dataFolder, "postgres"),
    azurite: join(dataFolder, "azurite"),
    redis: join(dataFolder, "redis"),
  };
}

/** `npm run dev` keeps its data beside the demo's, in a folder of its own: one may start over while the other runs. */
const DEV_FOLDER = "dev";
export const DEV_DATA_FOLDER: string = join(DATA_FOLDER, DEV_FOLDER);

/**
 * Starts over: ends what a killed process left running on a common data folder, and deletes everything in it but the
 * development's own folder, also what had to lie in the system's temporary folder.
 *
 * @throws Error when a live process uses the folder.
 */
export async function removeData(dataFolder: string): Promise<void> {
  const folders = serverFolders(withoutLinks(resolve(dataFolder)));
  for (const server of SERVERS) await endOrphan(folders[server]);
  const user = serverUser();
  if (user !== undefined) {
    const standIn = standInFor(folders.postgres, user);
    await endUnnamedPostgres(join(standIn, "cluster"));
    await rm(standIn, { recursive: true, force: true });
  }
  const entries = existsSync(dataFolder) ? readdirSync(dataFolder) : [];
  for (const entry of entries.filter((name) => name !== DEV_FOLDER)) {
    await rm(join(dataFolder, entry), { recursive: true, force: true });
  }
  if (!entries.includes(DEV_FOLDER)) await rm(dataFolder, { recursive: true, force: true });
}

/** The real path of a folder that may be gone already: stand-ins are named after it. */
function withoutLinks(folder: string): string {
  return existsSync(folder) ? realpathSync(folder) : join(withoutLinks(dirname(folder)), basename(folder));
}
