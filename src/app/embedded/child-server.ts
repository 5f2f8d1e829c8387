import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processCommand, processIdentity } from "./process-identity.ts";

/** How often a server that is starting or stopping is looked at: PostgreSQL is up in 20 ms, so more would be felt. */
const POLL_MS = 10;
/** Crash recovery after a power cut takes seconds; a minute means that something is wrong. */
const READY_TIMEOUT_MS = 60_000;
/** How long each stop signal may take before the next one is sent: a checkpoint of a small database, twice over. */
const GRACE_MS = 8_000;
const TAIL_LINES = 15;

/** Who runs on a state folder. Kept as a file so that it outlives us: servers survive a SIGKILL of the process that started them. */
type Claim = {
  /** Tells this claim from a later one on the same folder. */
  id: string;
  name: string;
  owner: { pid: number; identity: string | undefined };
  /** Absent between the claim and the spawn. */
  server?: { pid: number; identity: string | undefined; marker: string; stopSignals: readonly NodeJS.Signals[] };
};

export type ChildServer = {
  pid: number;
  /** Ends the server and gives its folder free. May be called twice. */
  stop: () => Promise<void>;
};

export type Command = {
  program: string;
  args: readonly string[];
  /** A part of its command line that no other process has, its data folder: nothing else is ever killed as an orphan. */
  marker: string;
  user?: { uid: number; gid: number } | undefined;
  /** Its whole environment; ours unless given. */
  environment?: Readonly<Record<string, string | undefined>> | undefined;
};

export type ChildServerOptions = {
  /** What people call it: "PostgreSQL". */
  name: string;
  /** Where its log and the file that names its process lie; made when missing. One server a folder. */
  stateDir: string;
  /** What to run; asked when the folder is ours and no orphan uses it, so the place to make the server's data. */
  command: () => Command | Promise<Command>;
  /** Sent one after the other, each when the one before did not help in 8 s. */
  stopSignals?: readonly NodeJS.Signals[];
  /** Asked every 10 ms until it says yes. */
  isReady: (child: { pid: number; log: () => string }) => Promise<boolean>;
  /** What the person at the keyboard can do when it does not start. */
  nextStep: string;
  /** Told what was cleaned up. */
  log?: ((line: string) => void) | undefined;
};

/** The servers of this process that still run, for the last moment of a process that forgot to stop them. */
const running = new Map<ChildProcess, NodeJS.Signals>();
let endsWithUs = false;

/**
 * Starts a server as a child process and waits until it is ready. An orphan that a killed process left on the same
 * folder is ended first.
 *
 * @throws Error with the server's last lines and the next step, when it does not start or the folder is in use.
 */
export async function startChildServer(options: ChildServerOptions): Promise<ChildServer> {
  const { name, stateDir, stopSignals = ["SIGTERM", "SIGKILL"], isReady, nextStep } = options;
  mkdirSync(stateDir, { recursive: true });
  const mine = await claim(options);
  const letGo = (): void => release(stateDir, mine);
  // Its words go to a file, not to a pipe of ours: a pipe breaks when we are killed, and the next start could not read it.
  const logFile = join(stateDir, "server.log");
  let child: ChildProcess;
  let marker: string;
  try {
    const command = await options.command();
    marker = command.marker;
    child = spawnInto(logFile, command);
  } catch (cause) {
    letGo();
    throw cause;
  }
  let exitCode: number | string | undefined;
  const exited = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      exitCode ??= error.message;
      resolve();
    });
    child.once("exit", (code, signal) => {
      exitCode ??= code ?? signal ?? "unknown";
      running.delete(child);
      // At once, so that a server that died by itself does not keep the folder from the next start.
      letGo();
      resolve();
    });
  });
  const pid = child.pid;
  if (pid !== undefined) {
    writeClaim(stateDir, { ...mine, server: { pid, identity: processIdentity(pid), marker, stopSignals } });
    endWithUs(child, stopSignals[0] ?? "SIGTERM");
  }
  // A server must not keep up a program that is done; those that wait for one hold it by their own timers.
  child.unref();

  const log = (): string => readFileSync(logFile, "utf8");
  let stopping: Promise<void> | undefined;
  // Once only: a second SIGTERM takes Azurite down before it has saved.
  const stop = (): Promise<void> => (stopping ??= end());
  const end = async (): Promise<void> => {
    if (pid !== undefined && exitCode === undefined) {
      child.ref();
      await endProcess(pid, stopSignals, () => exitCode !== undefined);
      await exited;
    }
    letGo();
  };
  const failed = async (what: string): Promise<Error> => {
    await stop();
    return new Error(`${name} ${what}. Its last words (${logFile}):\n${indent(tail(log()))}\n${nextStep}`);
  };

  const giveUpAt = performance.now() + READY_TIMEOUT_MS;
  for (;;) {
    if (exitCode !== undefined || pid === undefined) {
      await exited;
      throw await failed(`ended while it was starting (${exitCode})`);
    }
    try {
      if (await isReady({ pid, log })) break;
    } catch (cause) {
      await stop();
      throw cause;
    }
    if (performance.now() > giveUpAt) throw await failed(`was not ready after ${READY_TIMEOUT_MS / 1000} s`);
    await sleep(POLL_MS);
  }
  return { pid, stop };
}

/**
 * Ends the server that a killed process left on a state folder. Does nothing when there is none.
 *
 * @throws Error when the process that started it is still alive.
 */
export async function endOrphan(stateDir: string, log?: (line: string) => void): Promise<void> {
  const found = readClaim(stateDir);
  if (found === undefined) return;
  const { name, owner, server } = found;
  // A server that died by itself is not in use, even if its owner has yet to notice.
  if (isSame(owner) && (server === undefined || isSame(server))) {
    throw new Error(
      `${name} on ${stateDir} belongs to process ${owner.pid}, which is still running. End that one first, or use another data folder.`,
    );
  }
  if (server !== undefined && isSame(server) && processCommand(server.pid)?.includes(server.marker)) {
    log?.(`${name} (process ${server.pid}) was left over by a process that was killed; ending it`);
    await endProcess(server.pid, server.stopSignals, () => !isSame(server));
  }
  release(stateDir, found);
}

/**
 * Sends the signals one after the other until the process is gone.
 *
 * @throws Error when it outlives them all.
 */
export async function endProcess(
  pid: number,
  signals: readonly NodeJS.Signals[],
  isGone: () => boolean,
): Promise<void> {
  for (const signal of signals) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (isErrno(error, "ESRCH")) return;
      throw error;
    }
    const giveUpAt = performance.now() + GRACE_MS;
    while (performance.now() < giveUpAt) {
      if (isGone()) return;
      await sleep(POLL_MS);
    }
  }
  throw new Error(`Process ${pid} does not end, not even by ${signals.at(-1)}. End it by hand: kill -9 ${pid}`);
}

async function claim({ name, stateDir, log }: ChildServerOptions): Promise<Claim> {
  const owner = { pid: process.pid, identity: processIdentity(process.pid) };
  const claimed: Claim = { id: randomUUID(), name, owner };
  const draft = writeDraft(stateDir, claimed);
  try {
    for (;;) {
      await endOrphan(stateDir, log);
      try {
        // A link is made whole or not at all, so that of two that start at the same moment only one gets the folder.
        linkSync(draft, claimFile(stateDir));
        return claimed;
      } catch (error) {
        if (!isErrno(error, "EEXIST")) throw error;
      }
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function readClaim(stateDir: string): Claim | undefined {
  let text: string;
  try {
    text = readFileSync(claimFile(stateDir), "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as Claim;
  } catch {
    // Half written by a machine that lost power: whoever it named is gone.
    rmSync(claimFile(stateDir), { force: true });
    return undefined;
  }
}

function writeClaim(stateDir: string, claimed: Claim): void {
  renameSync(writeDraft(stateDir, claimed), claimFile(stateDir));
}

function writeDraft(stateDir: string, claimed: Claim): string {
  const draft = `${claimFile(stateDir)}.${claimed.id}`;
  writeFileSync(draft, JSON.stringify(claimed), { mode: 0o600 });
  return draft;
}

/** Gives the folder free, unless it is someone else's by now. */
function release(stateDir: string, { id }: Claim): void {
  if (readClaim(stateDir)?.id === id) rmSync(claimFile(stateDir), { force: true });
}

function claimFile(stateDir: string): string {
  return join(stateDir, "process.json");
}

function isSame({ pid, identity }: { pid: number; identity: string | undefined }): boolean {
  const now = processIdentity(pid);
  return now !== undefined && now === identity;
}

function spawnInto(logFile: string, { program, args, user, environment }: Command): ChildProcess {
  const log = openSync(logFile, "w", 0o600);
  try {
    return spawn(program, args, {
      // A working folder that every user may enter: PostgreSQL under another user must not start in a closed one.
      cwd: "/",
      // A group of its own: Ctrl-C in a terminal goes to the whole group, and would take the database from workers that
      // are still finishing.
      detached: true,
      stdio: ["ignore", log, log],
      ...(environment && { env: environment }),
      ...user,
    });
  } finally {
    closeSync(log);
  }
}

function endWithUs(child: ChildProcess, signal: NodeJS.Signals): void {
  running.set(child, signal);
  if (endsWithUs) return;
  endsWithUs = true;
  process.once("exit", () => {
    for (const [left, itsSignal] of running) left.kill(itsSignal);
  });
}

function tail(text: string): string {
  const lines = text.trimEnd().split("\n").slice(-TAIL_LINES).join("\n");
  return lines === "" ? "(it said nothing)" : lines;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
