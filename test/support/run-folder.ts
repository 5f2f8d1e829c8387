import { readdirSync } from "node:fs";
import { chmod, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeData } from "#app/embedded/data-folder.ts";
import { processIdentity } from "#app/embedded/process-identity.ts";

/** A folder for servers of this process. Its name says whose it is, so that a later run removes what a killed one left. */
export async function makeRunFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `beckon-test-${process.pid}-${processIdentity(process.pid)}-`));
  // mkdtemp closes it to others; as root, PostgreSQL runs as another account and must get in.
  await chmod(folder, 0o711);
  return folder;
}

/** Ends the servers and removes the folders of runs that were killed. */
export async function removeKilledRuns(): Promise<void> {
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
