import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { endOrphan } from "./child-server.ts";
import { mayEnter, serverUser, type ServerUser } from "./server-user.ts";

/** Where this clone keeps the data of its own servers. In .gitignore. */
export const DATA_FOLDER: string = resolve(import.meta.dirname, "../../../.data");

const SERVERS = ["postgres", "azurite", "redis"] as const;

/** One folder a server under a common data folder: pass them as `dataDir` to startPostgres, startAzurite and startRedis. */
export function serverFolders(dataFolder: string): Record<(typeof SERVERS)[number], string> {
  return {
    postgres: join(dataFolder, "postgres"),
    azurite: join(dataFolder, "azurite"),
    redis: join(dataFolder, "redis"),
  };
}

/**
 * Starts over: ends what a killed process left running on a common data folder, and deletes everything in it, also what
 * had to lie in the system's temporary folder.
 *
 * @throws Error when a live process uses the folder.
 */
export async function removeData(dataFolder: string): Promise<void> {
  const folders = serverFolders(dataFolder);
  for (const server of SERVERS) await endOrphan(folders[server]);
  await removeStandIn(folders.postgres);
  await rm(dataFolder, { recursive: true, force: true });
}

/**
 * The folder itself if the account may enter it, else one in the system's temporary folder that it may: as root in a
 * closed clone (0700: root's home, anything from `mktemp -d`) PostgreSQL's account reaches nothing inside.
 *
 * @param dir an existing folder.
 */
export function enterableFolder(dir: string, user: ServerUser | undefined): string {
  return mayEnter(dir, user) ? dir : makeOpenFolder(`beckon-${shortHash(dir)}`, user);
}

/** Deletes the folder that stands in for a closed one, if there is one. */
export async function removeStandIn(dir: string): Promise<void> {
  const user = serverUser();
  if (user === undefined) return;
  const standIn = join(openTemporaryFolder(user), `beckon-${shortHash(dir)}`);
  await rm(standIn, { recursive: true, force: true });
}

/**
 * A folder of this name in the system's temporary folder, which all may enter and only we may change.
 *
 * @throws Error when someone else made one of that name: what runs from there must be ours.
 */
export function makeOpenFolder(name: string, user: ServerUser | undefined): string {
  const folder = join(openTemporaryFolder(user), name);
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const found = lstatSync(folder);
  if (
    !found.isDirectory() ||
    found.uid !== process.getuid?.() ||
    (found.mode & 0o022) !== 0 ||
    !mayEnter(folder, user)
  ) {
    throw new Error(
      `${folder} is in the way: it was not made by this account, or has other rights than 0755. Delete it and start again.`,
    );
  }
  return folder;
}

function openTemporaryFolder(user: ServerUser | undefined): string {
  // TMPDIR may itself point into a closed folder.
  const found = [tmpdir(), "/tmp", "/var/tmp"].find((folder) => mayEnter(folder, user));
  if (found === undefined)
    throw new Error(
      "PostgreSQL needs a temporary folder that its account may enter, and /tmp is closed to it. Open it: chmod 1777 /tmp",
    );
  return realpathSync(found);
}

function shortHash(dir: string): string {
  return createHash("sha256").update(resolve(dir)).digest("hex").slice(0, 12);
}
