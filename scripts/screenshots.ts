/**
 * Pictures of every screen of the console, taken of the running product: `npm run screenshots [folder]`. The test that looks
 * for barriers on each screen takes them as it goes, so that what is shown is what was checked.
 */
import { spawn } from "node:child_process";
import { resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const folder = resolve(process.argv[2] ?? resolve(ROOT, "dist/screenshots"));

function run(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, BECKON_SHOTS: folder },
  });
  return new Promise((done) => child.on("close", (code) => done(code ?? 1)));
}

const built = await run(["node_modules/vite/bin/vite.js", "build", "--config", "vite.console.config.ts"]);
process.exitCode =
  built || (await run(["node_modules/vitest/vitest.mjs", "run", "--project", "e2e", "test/e2e/console-look.test.ts"]));
if (process.exitCode === 0) console.log(`The pictures are in ${folder}`);
