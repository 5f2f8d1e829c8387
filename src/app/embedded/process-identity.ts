import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Tells one process from a later one that was given the same pid: the pid's start time.
 * Undefined when no such process runs. A zombie counts as gone: in a container whose first process reaps nobody,
 * a killed orphan would otherwise look alive for ever.
 */
export function processIdentity(pid: number): string | undefined {
  if (process.platform === "linux") {
    const stat = readIfThere(`/proc/${pid}/stat`);
    // The second field is the command in brackets and may itself hold brackets and spaces; proc(5) counts from the last one.
    const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
    const state = fields?.[0];
    return state === undefined || "ZX".includes(state) ? undefined : fields?.[19];
  }
  const line = ps(pid, "stat=,lstart=");
  return line === undefined || line.startsWith("Z")
    ? undefined
    : line.replace(/^\S+\s+/, "").replaceAll(/[ :-]+/g, "_");
}

/** The words with which a process was started, with spaces between them; undefined when no such process runs. */
export function processCommand(pid: number): string | undefined {
  if (process.platform === "linux") return readIfThere(`/proc/${pid}/cmdline`)?.replaceAll("\0", " ").trim();
  return ps(pid, "command=");
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function ps(pid: number, columns: string): string | undefined {
  try {
    const line = execFileSync("ps", ["-ww", "-o", columns, "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
    return line === "" ? undefined : line;
  } catch {
    return undefined;
  }
}
