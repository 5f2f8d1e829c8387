import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { dirname } from "node:path";

export type ServerUser = { uid: number; gid: number };

/** Accounts that every Linux and macOS has one of; nothing is added to the machine's users for a demo. */
const ACCOUNTS = ["postgres", "nobody"];

/**
 * The account that PostgreSQL runs as when we are root, because it refuses to run as root; undefined when we are not.
 *
 * @throws Error when the machine has no such account.
 */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const account of ACCOUNTS) {
    const uid = idOf(account, "-u");
    const gid = idOf(account, "-g");
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new Error(
    `PostgreSQL does not run as root, and this machine has no account named ${ACCOUNTS.join(" or ")} to run it. Start as an ordinary user, or add one: useradd --system postgres`,
  );
}

/** Whether this account may enter the folder: every folder above it has to let it through. We ourselves always may. */
export function mayEnter(folder: string, user: ServerUser | undefined): boolean {
  if (user === undefined) return true;
  for (let at = folder; ; at = dirname(at)) {
    const { mode, uid, gid } = statSync(at);
    const enter = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & enter) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

function idOf(account: string, which: "-u" | "-g"): number | undefined {
  try {
    return Number(execFileSync("id", [which, account], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  } catch {
    return undefined;
  }
}
