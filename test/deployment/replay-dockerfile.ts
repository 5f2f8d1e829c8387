import { execFile } from "node:child_process";
import { cp, mkdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import type { Instruction } from "./read-dockerfile.ts";

const run = promisify(execFile);

/**
 * Does what a build does, without an engine: each stage is a folder that begins empty, in place of its base image, with the Node
 * that runs this test in place of the image's.
 *
 * @param options.context the folder that is built from, of which `isIgnored` (.dockerignore) hides a part
 * @param options.into where the stages are made, each under its name
 * @returns the folder of the last stage
 */
export async function replayDockerfile({
  instructions,
  context,
  isIgnored,
  into,
}: {
  readonly instructions: readonly Instruction[];
  readonly context: string;
  readonly isIgnored: (path: string) => boolean;
  readonly into: string;
}): Promise<string> {
  let stage: { readonly root: string; workdir: string } | undefined;
  const inStage = (path: string, { root, workdir }: NonNullable<typeof stage>) =>
    path.startsWith("/") ? join(root, path) : join(root, workdir, path);
  for (const instruction of instructions) {
    if (instruction.kind === "FROM") {
      stage = { root: join(into, instruction.as), workdir: "/" };
      await mkdir(stage.root, { recursive: true });
      continue;
    }
    if (stage === undefined) throw new Error("A Dockerfile begins with FROM");
    switch (instruction.kind) {
      case "WORKDIR":
        stage.workdir = instruction.path;
        await mkdir(inStage(".", stage), { recursive: true });
        break;
      case "COPY": {
        const { from, sources, to } = instruction;
        const target = inStage(to, stage);
        for (const source of sources) {
          const path = from === undefined ? join(context, source) : join(into, from, source);
          if (from === undefined && isIgnored(source)) throw new Error(`COPY ${source}: .dockerignore hides it`);
          const isFolder = (await stat(path)).isDirectory();
          // A folder's contents are copied, a file itself.
          const landsAt = isFolder || !to.endsWith("/") ? target : join(target, basename(source));
          await mkdir(dirname(landsAt), { recursive: true });
          await cp(path, landsAt, {
            recursive: true,
            verbatimSymlinks: true,
            filter: (each) => from !== undefined || !isIgnored(relative(context, each)),
          });
        }
        break;
      }
      case "RUN":
        await run("/bin/sh", ["-c", `umask 022; ${instruction.script}`], {
          cwd: inStage(".", stage),
          env: buildEnvironment(),
          maxBuffer: 16 * 1024 * 1024,
        });
        break;
      case "ENV":
      case "USER":
      case "EXPOSE":
      case "HEALTHCHECK":
      case "ENTRYPOINT":
      case "CMD":
        break;
    }
  }
  if (stage === undefined) throw new Error("A Dockerfile begins with FROM");
  return stage.root;
}

/** This machine's, for its npm and where that finds packages, without what makes a build differ: the test runner's own. */
function buildEnvironment(): NodeJS.ProcessEnv {
  const { NODE_ENV: _mode, NODE_OPTIONS: _options, ...rest } = process.env;
  return {
    ...rest,
    PATH: `${dirname(process.execPath)}:${rest["PATH"] ?? ""}`,
    // What was downloaded once is not asked for again.
    npm_config_prefer_offline: "true",
    npm_config_update_notifier: "false",
  };
}
