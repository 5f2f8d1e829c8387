import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

/** The clone. */
export const ROOT = resolve(import.meta.dirname, "../..");

/** Runs a program of node_modules to its end. @returns what it printed @throws Error with what it said */
export function runTool(name: "tsc" | "vite", args: readonly string[]): Promise<string> {
  return runProgram(join(ROOT, "node_modules/.bin", name), args, ROOT);
}

/** Runs a program to its end. @returns what it printed @throws Error with what it said */
export async function runProgram(program: string, args: readonly string[], cwd: string): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { cwd, maxBuffer: 16 * 1024 * 1024 })).stdout;
  } catch (cause) {
    const { stdout = "", stderr = "" } = cause as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(" ")} failed:\n${stdout}${stderr}`, { cause });
  }
}
