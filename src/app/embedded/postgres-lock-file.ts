import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { endProcess } from "./child-server.ts";
import { processCommand, processIdentity } from "./process-identity.ts";

/** Fast shutdown, immediate shutdown, the end. Not SIGTERM: that waits until every client has gone by itself. */
export const POSTGRES_STOP_SIGNALS = ["SIGINT", "SIGQUIT", "SIGKILL"] as const;

/** A part of the command line that only the PostgreSQL on this data has. */
export function postgresMarker(cluster: string): string {
  return `-D ${cluster} `;
}

/** Whether the PostgreSQL with this pid takes connections: its own word, the eighth line, which pg_ctl waits for too. */
export function isPostgresReady(cluster: string, pid: number): boolean {
  const lines = readLockFile(cluster);
  return lines?.[0] === String(pid) && lines[7]?.trim() === "ready";
}

/**
 * Ends a PostgreSQL on this data that no file of ours names: the data folder was deleted under it, it was started by
 * hand, or its parent died before it could write.
 */
export async function endUnnamedPostgres(cluster: string, log?: (line: string) => void): Promise<void> {
  const first = readLockFile(cluster)?.[0];
  if (first === undefined) return;
  const pid = Number(first);
  const identity = processIdentity(pid);
  if (identity !== undefined && processCommand(pid)?.includes(postgresMarker(cluster))) {
    log?.(`PostgreSQL (process ${pid}) was left over on ${cluster}; ending it`);
    await endProcess(pid, POSTGRES_STOP_SIGNALS, () => processIdentity(pid) !== identity);
  }
  // A stale one names a pid that something else may have by now, and PostgreSQL would refuse to start.
  rmSync(join(cluster, "postmaster.pid"), { force: true });
}

function readLockFile(cluster: string): string[] | undefined {
  try {
    return readFileSync(join(cluster, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return undefined;
  }
}
