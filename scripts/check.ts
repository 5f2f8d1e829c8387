/**
 * Everything that is checked without running the product: `npm run check`. Each part is run to its end, also after one
 * failed, and what a failing part said is printed whole. Names as arguments run only these parts.
 */
import { spawn } from "node:child_process";
import { resolve } from "node:path";

const PARTS: Record<string, string[]> = {
  "types (server)": ["tsc", "-p", "tsconfig.json"],
  "types (browser)": ["tsc", "-p", "tsconfig.browser.json"],
  "types (console)": ["tsc", "-p", "tsconfig.console.json"],
  "types (worker)": ["tsc", "-p", "tsconfig.worker.json"],
  "types (example)": ["tsc", "-p", "examples/web/tsconfig.json"],
  // A nested configuration file would switch a floor off without a word.
  floors: ["oxlint", "-c", "oxlint.config.ts", "--disable-nested-config", "--type-aware", "--deny-warnings", "."],
  format: ["oxfmt", "--check", "."],
  unused: ["knip"],
  generated: ["node", "scripts/generate.ts", "--check"],
};

const HINTS: Record<string, string> = { format: "npm run format", generated: "npm run generate" };

interface Outcome {
  part: string;
  isFine: boolean;
  ms: number;
  said: string;
}

const ROOT = resolve(import.meta.dirname, "..");

function run(part: string, [program = "", ...args]: string[]): Promise<Outcome> {
  const startedAt = performance.now();
  // npm puts node_modules/.bin first on PATH; so do we, for those who start this file with a bare node.
  const env = { ...process.env, PATH: `${ROOT}/node_modules/.bin:${process.env["PATH"] ?? ""}` };
  const child = spawn(program, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  const said: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  return new Promise((done) => {
    const end = (isFine: boolean) =>
      done({ part, isFine, ms: performance.now() - startedAt, said: Buffer.concat(said).toString().trim() });
    child.on("error", (error) => {
      said.push(Buffer.from(error.message));
      end(false);
    });
    child.on("close", (code) => end(code === 0));
  });
}

const asked = process.argv.slice(2);
const chosen = Object.entries(PARTS).filter(([part]) => asked.length === 0 || asked.includes(part));
if (chosen.length === 0) throw new Error(`No such part. There are: ${Object.keys(PARTS).join(", ")}`);

const waiting = [...chosen];
const outcomes: Outcome[] = [];

// Two at a time: each part uses a core, and type checking uses most of one's memory.
async function work(): Promise<void> {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const outcome = await run(...next);
    outcomes.push(outcome);
    const hint = !outcome.isFine && HINTS[outcome.part] ? `  mend it with: ${HINTS[outcome.part]}` : "";
    console.log(
      `${outcome.isFine ? "ok    " : "FAILED"}  ${outcome.part.padEnd(16)} ${(outcome.ms / 1000).toFixed(1)} s${hint}`,
    );
    if (!outcome.isFine) console.log(`\n${outcome.said}\n`);
  }
}
await Promise.all([work(), work()]);

const failed = outcomes.filter((outcome) => !outcome.isFine).map((outcome) => outcome.part);
if (failed.length > 0) {
  console.log(`check failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}
