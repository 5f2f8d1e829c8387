import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import type { Generator } from "../generate.ts";

const run = promisify(execFile);
const OUTPUT = "src/adapters/postgres/generated";

/** The Prisma client of prisma/schema.prisma, made in a folder of its own, so that a check touches nothing. */
export const prismaClient: Generator = {
  name: "Prisma client",
  source: "prisma/schema.prisma",
  owns: OUTPUT,
  async generate() {
    const house = await mkdtemp(join(tmpdir(), "beckon-generate-"));
    try {
      await mkdir(join(house, "prisma"));
      await cp("prisma/schema.prisma", join(house, "prisma/schema.prisma"));
      await cp("package.json", join(house, "package.json"));
      await symlink(resolve("node_modules"), join(house, "node_modules"), "dir");
      // `generate` has no use for the engine that the command line would download; any program stops the download.
      const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: "1" };
      const prisma = resolve("node_modules/prisma/build/index.js");
      await run(process.execPath, [prisma, "generate", "--schema", "prisma/schema.prisma"], { cwd: house, env });
      const made = join(house, OUTPUT);
      const entries = await readdir(made, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
      const read = async (file: string) => [join(OUTPUT, relative(made, file)), await readFile(file, "utf8")] as const;
      return new Map(await Promise.all(files.map(read)));
    } finally {
      await rm(house, { recursive: true, force: true });
    }
  },
};
