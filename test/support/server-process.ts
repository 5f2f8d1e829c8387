import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { WorkerPace } from "#app/start-worker.ts";
import { until } from "./until.ts";

const MAIN = fileURLToPath(new URL("../../src/app/main.ts", import.meta.url));
const WORKER_PROCESS = fileURLToPath(new URL("./worker-process.ts", import.meta.url));

/** A process of Beckon's own, as a deployment has it. */
export interface ServerProcess {
  readonly pid: number;
  /** All that it wrote so far. */
  readonly output: () => string;
  /** How it ended: by itself, or by which signal. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Where an API listens, once it does. */
  readonly url: () => Promise<string>;
  /** Asks it to end, and waits. */
  stop(): Promise<void>;
}

/**
 * Starts `beckon api`, or a worker at a test's pace, with nothing of this process's environment but PATH.
 *
 * @param settings as the environment has them
 */
export function startServerProcess(
  command: "api" | "worker",
  settings: Readonly<Record<string, string>>,
  pace: WorkerPace = {},
): ServerProcess {
  const script = command === "api" ? [MAIN, "api"] : [WORKER_PROCESS, JSON.stringify(pace)];
  const child = spawn(process.execPath, script, {
    // Where no `.env` of a developer lies.
    cwd: tmpdir(),
    env: { PATH: process.env["PATH"], ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const leaveNothing = () => void child.kill("SIGKILL");
  process.once("exit", leaveNothing);
  const ended = once(child, "exit").then(([code, signal]) => {
    process.off("exit", leaveNothing);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  return {
    pid: child.pid ?? 0,
    output: () => output,
    ended,
    async url() {
      const [, address = ""] = await until(
        () => /"address":"([^"]+)"/.exec(output) ?? [],
        expect.arrayContaining([expect.stringContaining("http")]),
        {
          hint: () => output,
        },
      );
      return address;
    },
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** What a failpoint wrote down before it killed its process; empty when it was not hit. */
export async function hitsOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
}
