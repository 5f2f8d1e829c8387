import { chmod, mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { watchSource } from "#app/dev/watch-source.ts";

test("a file that is written is told of, one that only got other rights is not", async () => {
  const root = await mkdtemp(join(tmpdir(), "beckon-watched-"));
  onTestFinished(() => rm(root, { recursive: true }));
  await mkdir(join(root, "src"));
  await mkdir(join(root, "prisma"));
  const files = ["main.ts", "route.ts"].map((name) => join(root, "src", name));
  for (const file of files) {
    await writeFile(file, "");
    await utimes(file, 0, new Date("2026-01-01"));
  }
  let tell: (files: readonly string[]) => void;
  const told = () => new Promise<readonly string[]>((resolve) => (tell = resolve));
  const stop = watchSource((changed) => tell(changed), root);
  onTestFinished(stop);
  for (const content of ["once", "twice"]) {
    const next = told();
    await chmod(files[0] ?? "", 0o755);
    await writeFile(files[1] ?? "", content);
    expect(await next).toEqual(["src/route.ts"]);
  }
});
