import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const program = (name: string) => resolve("node_modules/.bin", name);

/** Builds the SDK as `npm run build:sdk` does, into a folder of its own. */
export async function buildSdk(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const dist = await mkdtemp(join(tmpdir(), "beckon-sdk-"));
  const folder = join(dist, "sdk");
  await run(program("vite"), ["build", "--config", "vite.sdk.config.ts", "--outDir", folder, "--logLevel", "warn"]);
  await run(program("tsc"), ["-p", "tsconfig.sdk.json", "--outDir", dist]);
  return { folder, remove: () => rm(dist, { recursive: true, force: true }) };
}
