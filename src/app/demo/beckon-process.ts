import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describeSettings, processEnvironment } from "#app/config.ts";
import { type ChildServer, startChildServer } from "#app/embedded/child-server.ts";

const execute = promisify(execFile);

const MAIN = join(import.meta.dirname, "../main.ts");

/** In the clone and not in the temporary folder, where anyone could put code for us to run. Halves the start of each process. */
const COMPILE_CACHE = join(import.meta.dirname, "../../../node_modules/.cache/beckon");

/** A command of `beckon` that answers and ends. */
const ANSWER_MS = 60_000;

/**
 * Starts `beckon api`, `worker` or `emulator` as a process of its own, which the next demo ends if this one is killed.
 *
 * @param options.envFile settings of the demo; nobody's own settings reach the process
 * @param options.ready found in what the process prints when it is ready
 * @returns the process and what `ready` found
 */
export async function startBeckonProcess({
  command,
  args = [],
  stateDir,
  envFile,
  ready,
  log,
}: {
  command: "api" | "worker" | "emulator";
  args?: readonly string[];
  stateDir: string;
  envFile: string;
  ready: RegExp;
  log: (line: string) => void;
}): Promise<ChildServer & { readonly line: string }> {
  let line = "";
  const words = [`--env-file-if-exists=${envFile}`, MAIN, command];
  const server = await startChildServer({
    name: `beckon ${command}`,
    stateDir,
    command: () => ({
      program: process.execPath,
      args: [...words, ...args],
      marker: words.join(" "),
      environment: demoEnvironment(),
    }),
    isReady: (child) => {
      line = ready.exec(child.log())?.[0] ?? "";
      return Promise.resolve(line !== "");
    },
    nextStep: "Start over with: npm run demo -- --fresh",
    log,
  });
  return { ...server, line };
}

/**
 * Runs a command of `beckon` to its end.
 *
 * @returns what it printed
 * @throws Error with its last words
 */
export async function runBeckon(words: readonly string[], { envFile }: { envFile: string }): Promise<string> {
  try {
    const { stdout } = await execute(process.execPath, [`--env-file-if-exists=${envFile}`, MAIN, ...words], {
      env: demoEnvironment(),
      cwd: "/",
      timeout: ANSWER_MS,
    });
    return stdout;
  } catch (cause) {
    const said = cause instanceof Error && "stderr" in cause ? String(cause.stderr).trim() : "";
    const lastLines = (said || String(cause)).split("\n").slice(-15).join("\n  ");
    throw new Error(
      `beckon ${words.join(" ")} failed. Its last words:\n  ${lastLines}\nStart over with: npm run demo -- --fresh`,
      { cause },
    );
  }
}

/** Ours without any setting: a DATABASE_URL of yours must not meet the demo. */
function demoEnvironment(): Record<string, string | undefined> {
  const settings = new Set<string>(describeSettings().map(({ name }) => name));
  return {
    ...Object.fromEntries(Object.entries(processEnvironment()).filter(([name]) => !settings.has(name))),
    NODE_COMPILE_CACHE: COMPILE_CACHE,
  };
}
