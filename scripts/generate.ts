/**
 * Writes what is made from something else, or with --check says what has drifted and ends 1.
 *
 *   npm run generate             write
 *   npm run generate -- --check  compare only
 */
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { lifecyclePage } from "./generate/lifecycle-page.ts";
import { lockfile } from "./generate/lockfile.ts";
import { openApiDocument } from "./generate/open-api-document.ts";
import { prismaClient } from "./generate/prisma-client.ts";
import { sdkReference } from "./generate/sdk-reference.ts";

/** Something that is made from another thing, and kept in the repository so that nobody has to make it before a start. */
export interface Generator {
  name: string;
  /** What it is made from, for the message. */
  source: string;
  /** The file or folder that is its alone: what else lies there is stale. */
  owns: string;
  /** The files that should be there, by their path in the repository. */
  generate(): Promise<Map<string, string>>;
}

const GENERATORS: Generator[] = [lockfile, prismaClient, openApiDocument, lifecyclePage, sdkReference];

const ROOT = resolve(import.meta.dirname, "..");
process.chdir(ROOT);

async function filesIn(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return [];
  if (found.isFile()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function drift({ owns }: Generator, made: Map<string, string>): Promise<string[]> {
  const there = await filesIn(owns);
  const stale = there.filter((file) => !made.has(file)).map((file) => `${file} (nothing makes it any more)`);
  const wrong = await Promise.all(
    [...made].map(async ([file, content]) => {
      if (!there.includes(file)) return [`${file} (missing)`];
      return (await readFile(file, "utf8")) === content ? [] : [file];
    }),
  );
  return [...wrong.flat(), ...stale];
}

async function write(generator: Generator, made: Map<string, string>): Promise<void> {
  for (const file of await filesIn(generator.owns)) if (!made.has(file)) await rm(file);
  for (const [file, content] of made) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

const isCheck = process.argv.includes("--check");
for (const generator of GENERATORS) {
  try {
    const made = await generator.generate();
    const drifted = await drift(generator, made);
    if (drifted.length === 0) {
      console.log(`${generator.name}: as ${generator.source} says`);
    } else if (isCheck) {
      console.error(`${generator.name}: not as ${generator.source} says. Mend it with: npm run generate`);
      for (const file of drifted) console.error(`  ${file}`);
      process.exitCode = 1;
    } else {
      await write(generator, made);
      console.log(`${generator.name}: wrote ${drifted.length} of ${made.size} files`);
    }
  } catch (error) {
    console.error(`${generator.name}: could not be made from ${generator.source}:`, error);
    process.exitCode = 1;
  }
}
