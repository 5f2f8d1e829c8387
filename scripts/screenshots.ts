/**
 * Pictures of the running product: `npm run screenshots [folder]`. First those of the README, into docs/images; then every
 * screen in every look, into the folder (dist/screenshots): the tests that look for barriers take them as they go, so that
 * what is shown is what was checked. `--readme` stops after the first.
 */
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { takeReadmePictures } from "./screenshots/readme-pictures.ts";

const ROOT = resolve(import.meta.dirname, "..");
const { values, positionals } = parseArgs({ allowPositionals: true, options: { readme: { type: "boolean" } } });
const folder = resolve(positionals[0] ?? resolve(ROOT, "dist/screenshots"));

/** The tests that take pictures as they look. */
const LOOKS = ["console-look", "console-states", "consent-screen", "report-screens", "phone-look", "demo-page"];

function run(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [resolve(ROOT, "node_modules", program), ...args], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, BECKON_SHOTS: folder },
  });
  return new Promise((done) => child.on("close", (code) => done(code ?? 1)));
}

async function takeAll(): Promise<number> {
  for (const page of ["console", "phone"]) {
    const code = await run("vite/bin/vite.js", ["build", "--config", `vite.${page}.config.ts`]);
    if (code !== 0) return code;
  }
  const images = resolve(ROOT, "docs/images");
  await takeReadmePictures(images);
  console.log(`The README's pictures are in ${images}`);
  if (values.readme) return 0;
  const tests = LOOKS.map((name) => `test/e2e/${name}.test.ts`);
  const code = await run("vitest/vitest.mjs", ["run", "--project", "e2e", ...tests]);
  if (code === 0) console.log(`The pictures are in ${folder}`);
  return code;
}

process.exitCode = await takeAll();
