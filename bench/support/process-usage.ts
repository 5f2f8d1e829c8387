import { readdirSync, readFileSync } from "node:fs";

/** Clock ticks a second: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU seconds, user and system, that these processes and all their children have used so far. Linux only. */
export function cpuSeconds(pids: readonly number[]): number {
  const wanted = withDescendants(pids);
  let ticks = 0;
  for (const pid of wanted) {
    const fields = statFields(pid);
    if (fields) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS_PER_SECOND;
}

/** Highest resident memory of a process since its start, in bytes (`VmHWM`). Linux only. */
export function peakMemoryBytes(pid: number): number {
  const kib = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kib ?? 0) * 1024;
}

function withDescendants(pids: readonly number[]): Set<number> {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    const fields = Number.isInteger(pid) ? statFields(pid) : undefined;
    if (fields) parents.set(pid, Number(fields[1]));
  }
  const wanted = new Set(pids);
  for (const pid of parents.keys()) {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)) {
      if (wanted.has(at)) wanted.add(pid);
    }
  }
  return wanted;
}

/** What stands after the name in `/proc/PID/stat`: state, parent, …; undefined when the process is gone. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
