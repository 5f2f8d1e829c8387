import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";

const MAIN = join(import.meta.dirname, "../../src/app/main.ts");

/** Tests start many processes of the same code; compiled once, each starts in half the time. */
const COMPILE_CACHE = join(import.meta.dirname, "../../node_modules/.cache/beckon");

export interface BeckonProcess {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** The first line of stdout that fits; rejects when the process ends without one. */
  line(fits: RegExp): Promise<string>;
  /** The same of stderr. */
  errorLine(fits: RegExp): Promise<string>;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>;
}

/**
 * Starts `beckon` as a person would, with these settings and no others: neither the tester's environment nor a `.env` of
 * the clone reaches it.
 */
export function startBeckon(words: readonly string[], settings: Readonly<Record<string, string>> = {}): BeckonProcess {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [MAIN, ...words], {
    cwd: tmpdir(),
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...(PATH && { PATH }), ...(HOME && { HOME }), ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on("data", (bytes: Buffer) => (stderr += bytes.toString()));
  const ended = once(child, "close").then(([code]) => code as number | null);
  const lineOf = (stream: Readable, soFar: () => string, fits: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = soFar()
          .split("\n")
          .slice(0, -1)
          .find((line) => fits.test(line));
        if (found !== undefined) resolve(found);
      };
      stream.on("data", look);
      look();
      void ended.then((code) => {
        look();
        reject(new Error(`beckon ${words.join(" ")} ended (${code}) without ${fits}:\n${stdout}\n${stderr}`));
      });
    });
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    line: (fits) => lineOf(child.stdout, () => stdout, fits),
    errorLine: (fits) => lineOf(child.stderr, () => stderr, fits),
    ended,
  };
}

/** Runs `beckon` to its end. */
export async function runBeckon(
  words: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const { ended, stdout, stderr } = startBeckon(words, settings);
  return { code: await ended, stdout: stdout(), stderr: stderr() };
}
