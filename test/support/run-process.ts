import { spawn } from "node:child_process";
import { once } from "node:events";

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export type RunningProcess = ReturnType<typeof runProcess>;

/** Starts a program with exactly this environment. What it says is kept; whoever starts it ends it. */
export function runProcess({
  program = process.execPath,
  args,
  env,
  cwd,
  user = {},
}: {
  program?: string;
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  user?: { readonly uid?: number; readonly gid?: number };
}) {
  const child = spawn(program, args, { cwd, env: { ...env }, stdio: ["ignore", "pipe", "pipe"], ...user });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  // Of a test run that is ended half-way nothing stays.
  const leaveNothing = () => void child.kill("SIGKILL");
  process.once("exit", leaveNothing);
  let end: ProcessEnd | undefined;
  const ended = new Promise<ProcessEnd>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      process.off("exit", leaveNothing);
      end = { code, signal };
      resolve(end);
    });
  });
  ended.catch(() => undefined);
  const words = () => `${program} ${args.join(" ")}\nstdout: ${stdout.trim()}\nstderr: ${stderr.trim()}`;
  return {
    pid: child.pid,
    ended,
    /** Undefined while it runs. */
    end: () => end,
    stdout: () => stdout,
    stderr: () => stderr,
    /** Everything that it said, for a test that failed. */
    words,
    /** The first line on stdout that fits. @throws Error with its last words when it ends without one */
    async line(fits: RegExp): Promise<string> {
      for (;;) {
        const found = stdout
          .split("\n")
          .slice(0, -1)
          .find((line) => fits.test(line));
        if (found !== undefined) return found;
        if (end !== undefined)
          throw new Error(`It ended (${end.code ?? end.signal}) without saying ${fits}: ${words()}`);
        await Promise.race([once(child.stdout, "data"), ended]);
      }
    },
    /** How it ends when it is asked to. */
    async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<ProcessEnd> {
      child.kill(signal);
      return ended;
    },
    async kill(): Promise<void> {
      child.kill("SIGKILL");
      await ended.catch(() => undefined);
    },
  };
}
