import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processIdentity } from "#app/embedded/process-identity.ts";
import type { DevUrls } from "./dev-urls.ts";

/** Who runs `npm run dev` on a data folder. Without addresses while it is starting. */
export interface DevClaim {
  readonly pid: number;
  readonly identity: string | undefined;
  readonly urls?: DevUrls;
}

/**
 * Takes a data folder for this process.
 *
 * @returns undefined when it is ours now, else whose it is
 */
export function claimDev(dataFolder: string): DevClaim | undefined {
  mkdirSync(dataFolder, { recursive: true, mode: 0o755 });
  for (;;) {
    const found = readDevClaim(dataFolder);
    if (found) return found;
    rmSync(fileOf(dataFolder), { force: true });
    const mine: DevClaim = { pid: process.pid, identity: processIdentity(process.pid) };
    try {
      writeFileSync(fileOf(dataFolder), JSON.stringify(mine), { flag: "wx", mode: 0o600 });
      return undefined;
    } catch (error) {
      // Another one was faster: look whose it is.
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
}

/** Says where everything is, for whoever starts a second one. */
export function publishUrls(dataFolder: string, urls: DevUrls): void {
  const mine: DevClaim = { pid: process.pid, identity: processIdentity(process.pid), urls };
  writeFileSync(fileOf(dataFolder), JSON.stringify(mine), { mode: 0o600 });
}

/** Who runs on the folder now; undefined when nobody does, also when one was killed there. */
export function readDevClaim(dataFolder: string): DevClaim | undefined {
  try {
    const claim = JSON.parse(readFileSync(fileOf(dataFolder), "utf8")) as DevClaim;
    return claim.identity !== undefined && processIdentity(claim.pid) === claim.identity ? claim : undefined;
  } catch {
    return undefined; // none, or half written by a process that is gone
  }
}

/** Gives the folder free. */
export function releaseDev(dataFolder: string): void {
  if (readDevClaim(dataFolder)?.pid === process.pid) rmSync(fileOf(dataFolder), { force: true });
}

function fileOf(dataFolder: string): string {
  return join(dataFolder, "dev.json");
}
