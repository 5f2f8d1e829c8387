import { spawn, type ChildProcess } from "node:child_process";

export interface Child {
  readonly pid: number;
  /** The first line that it printed. */
  readonly firstLine: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** Starts a program of this repository on this Node, and resolves with its first line. */
export function startChild(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Child> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (chunk: string) => {
      text += chunk;
      const end = text.indexOf("\n");
      if (end === -1 || child.pid === undefined) return;
      resolve({
        pid: child.pid,
        firstLine: text.slice(0, end),
        process: child,
        stop: async () => {
          child.kill("SIGTERM");
          await gone;
        },
      });
    });
    child.once("exit", (code) => reject(new Error(`${args.join(" ")} ended with ${code} before it was ready`)));
  });
}
