import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** An app's folder with the packed SDK in its node_modules, as an app developer has it. */
export interface AppFolder {
  readonly folder: string;
  /** What is in the tarball. */
  readonly files: readonly string[];
  remove(): Promise<void>;
}

/** Packs the SDK as `npm run pack:sdk` does, and installs the tarball into an empty folder, without any registry. */
export async function installPackedSdk(): Promise<AppFolder> {
  const top = await mkdtemp(join(tmpdir(), "beckon-app-"));
  const folder = join(top, "app");
  await mkdir(folder);
  const { stdout } = await run(process.execPath, ["scripts/pack-sdk.ts", join(top, "packed")]);
  const [tarball = ""] = stdout.split("\n");
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "app", private: true, type: "module" }));
  await run("npm", ["install", tarball, "--offline", "--ignore-scripts"], { cwd: folder });
  const listed = await run("tar", ["-tzf", tarball]);
  return {
    folder,
    files: listed.stdout
      .trim()
      .split("\n")
      .map((path) => path.replace(/^package\//, ""))
      .toSorted(),
    remove: () => rm(top, { recursive: true, force: true }),
  };
}
