import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mayEnter, type ServerUser } from "./server-user.ts";

/**
 * The folder itself if the account may enter it, else one in the system's temporary folder that it may: as root in a
 * closed clone (0700: root's home, anything from `mktemp -d`) PostgreSQL's account reaches nothing inside.
 *
 * @param dir an existing folder, without symbolic links.
 */
export function enterableFolder(dir: string, user: ServerUser | undefined): string {
  return mayEnter(dir, user) ? dir : makeOpenFolder(standInName(dir), user);
}

/** Where the folder lies, or would lie, that stands in for this one while it is closed. */
export function standInFor(dir: string, user: ServerUser): string {
  return join(openTemporaryFolder(user), standInName(dir));
}

/**
 * A folder of this name in the system's temporary folder, which all may enter and only we may change.
 *
 * @throws Error when someone else made one of that name: what runs from there must be ours.
 */
export function makeOpenFolder(name: string, user: ServerUser | undefined): string {
  const folder = join(openTemporaryFolder(user), name);
  mkdirSync(folder, { recursive: true });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) {
    throw new Error(`${folder} is in the way: another account made it. Delete it and start again.`);
  }
  chmodSync(folder, 0o755);
  return folder;
}

function openTemporaryFolder(user: ServerUser | undefined): string {
  // TMPDIR may itself point into a closed folder.
  const found = [tmpdir(), "/tmp", "/var/tmp"].map((folder) => realpathSync(folder)).find((at) => mayEnter(at, user));
  if (found !== undefined) return found;
  throw new Error("PostgreSQL's account may enter neither the temporary folder nor /tmp. Open it: chmod 1777 /tmp");
}

function standInName(dir: string): string {
  return `beckon-${createHash("sha256").update(dir).digest("hex").slice(0, 12)}`;
}
