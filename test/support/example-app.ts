import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, symlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { type AppFolder, installPackedSdk } from "#test/support/packed-sdk.ts";

const run = promisify(execFile);

/** What `npm install` would bring beside the SDK; here it is what this clone has, so that no registry is asked. */
const OTHERS = ["@azure/logger", "@azure/communication-calling", "@types/node", "vite"];

/** examples/web beside its packed SDK: a copy of its own, as a customer would have it. */
export async function installExample(): Promise<AppFolder> {
  const app = await installPackedSdk();
  await cp("examples/web", app.folder, {
    recursive: true,
    filter: (path) => !/\/(node_modules|dist|package\.json|\.env)$/.test(path),
  });
  for (const name of OTHERS) {
    await mkdir(dirname(join(app.folder, "node_modules", name)), { recursive: true });
    await symlink(resolve("node_modules", name), join(app.folder, "node_modules", name));
  }
  return app;
}

/** Builds it as `npm run build` does. @throws Error with the builder's words */
export async function buildExample({ folder }: AppFolder): Promise<void> {
  const vite = join(folder, "node_modules/vite/bin/vite.js");
  await run(process.execPath, [vite, "build", "--logLevel", "warn"], { cwd: folder });
  await run(process.execPath, [vite, "build", "--config", "vite.worker.config.ts", "--logLevel", "warn"], {
    cwd: folder,
  });
}

/** Starts a server program of an app, and waits until it says where it is. @returns ends it */
export async function serveApp(
  words: readonly string[],
  { folder, env }: { readonly folder: string; readonly env: Readonly<Record<string, string>> },
): Promise<() => Promise<void>> {
  const child: ChildProcess = spawn(process.execPath, [...words], {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const ended = once(child, "close");
  await new Promise<void>((done, fail) => {
    const hear = (bytes: Buffer) => {
      said += bytes.toString();
      if (said.includes("http://localhost:")) done();
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    void ended.then(() => fail(new Error(`${words.join(" ")} ended:\n${said}`)));
  });
  return async () => {
    child.kill("SIGTERM");
    await ended;
  };
}
