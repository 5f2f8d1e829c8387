/**
 * `node scripts/pack-emulator.ts [folder]`: makes the emulator's own npm package, `notification-hubs-emulator-VERSION.tgz`, in
 * that folder. Node does not strip types under node_modules, so it is compiled; what it imports goes along, so that it
 * installs without anything else.
 */
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve, sep } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const EMULATOR = join(ROOT, "src/emulator");

/** What it imports that is not Node's: they go along, with what they need. */
const BUNDLED = ["fast-xml-parser", "web-push"];

/** Types that the compiler needs and nobody else. */
const TYPES = "@types/web-push";

interface PackageJson {
  version: string;
  license: string;
  dependencies?: Record<string, string>;
}

const BIN = `#!/usr/bin/env node
import { runCommand, USAGE } from "./dist/run-command.js";

try {
  const running = await runCommand(process.argv.slice(2));
  if (running === null) console.log(USAGE);
  else {
    for (const warning of running.warnings) console.error(warning);
    console.log(running.line);
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void running.emulator.close().finally(() => process.exit(0)));
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
`;

/** Makes the package in `folder`, which is created. @throws Error when a program that it needs has failed, having said why. */
export async function packEmulator(folder: string): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "pack-emulator-"));
  try {
    for (const name of BUNDLED) await bundle(name, join(work, "node_modules"));
    await cp(join(ROOT, "node_modules", TYPES), join(work, "node_modules", TYPES), { recursive: true });
    // Before compiling: it says that these are modules.
    await writeFile(join(work, "package.json"), JSON.stringify(await manifest(), null, 2));
    await compile(work);
    await cp(join(EMULATOR, "control/page"), join(work, "dist/control/page"), { recursive: true });
    await cp(join(EMULATOR, "README.md"), join(work, "README.md"));
    await cp(join(ROOT, "LICENSE"), join(work, "LICENSE"));
    await writeFile(join(work, "bin.js"), BIN);
    await mkdir(folder, { recursive: true });
    await run("npm", ["pack", "--silent", "--pack-destination", folder], work);
  } finally {
    await rm(work, { recursive: true });
  }
}

async function compile(to: string): Promise<void> {
  const sources = join(to, "src");
  await cp(EMULATOR, sources, { recursive: true });
  for (const file of await readdir(sources, { recursive: true }))
    if (file.endsWith(".ts")) await makeRelative(sources, file);
  const config = {
    extends: join(ROOT, "tsconfig.json"),
    compilerOptions: {
      noEmit: false,
      rewriteRelativeImportExtensions: true,
      outDir: join(to, "dist"),
      rootDir: sources,
      declaration: true,
      typeRoots: [join(ROOT, "node_modules/@types")],
    },
    include: [join(sources, "**/*.ts")],
    exclude: [],
  };
  const file = join(to, "tsconfig.json");
  await writeFile(file, JSON.stringify(config));
  await run(join(ROOT, "node_modules/.bin/tsc"), ["-p", file], to);
}

/** `#emulator/hub/hub.ts` becomes `../hub/hub.ts`: the compiler renames the endings of relative imports only. */
async function makeRelative(sources: string, file: string): Promise<void> {
  const path = join(sources, file);
  const text = await readFile(path, "utf8");
  const up = "../".repeat(file.split(sep).length - 1) || "./";
  await writeFile(path, text.replaceAll('"#emulator/', `"${up}`));
}

async function manifest(): Promise<object> {
  const { version, license, dependencies = {} } = await packageJson(ROOT);
  return {
    name: "notification-hubs-emulator",
    version,
    description:
      "Azure Notification Hubs on your machine: what the unmodified SDK can be developed and tested against.",
    license,
    type: "module",
    engines: { node: ">=22" },
    bin: { "notification-hubs-emulator": "./bin.js" },
    exports: { ".": { types: "./dist/start-emulator.d.ts", default: "./dist/start-emulator.js" } },
    files: ["dist", "bin.js"],
    dependencies: Object.fromEntries(BUNDLED.map((name) => [name, dependencies[name]])),
    bundleDependencies: BUNDLED,
  };
}

/** Copies a package and what it depends on, flat, as npm has installed them here. */
async function bundle(name: string, to: string): Promise<void> {
  const from = join(ROOT, "node_modules", name);
  await cp(from, join(to, name), { recursive: true });
  for (const each of Object.keys((await packageJson(from)).dependencies ?? {})) await bundle(each, to);
}

async function packageJson(of: string): Promise<PackageJson> {
  return JSON.parse(await readFile(join(of, "package.json"), "utf8")) as PackageJson;
}

async function run(program: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(program, args, { cwd, stdio: ["ignore", "ignore", "inherit"] });
  await new Promise<void>((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => (code === 0 ? done() : fail(new Error(`${program} ended with ${String(code)}`))));
  });
}

if (import.meta.main) await packEmulator(resolve(process.argv[2] ?? "dist"));
