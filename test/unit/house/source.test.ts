import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

// What no lint rule sees: four ways to reach across a floor without an import that a pattern could read. And the house's
// habits that a name alone shows.
const ROOT = resolve(".");
const GENERATED = "src/adapters/postgres/generated/";

const files = readdirSync("src", { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((file) => !file.startsWith(GENERATED));

/** `import(`…`)`, also with a comment or line break between. */
const TEMPLATE_IMPORT = /\b(?:import|require)\s*\(\s*(?:\/\*[\s\S]*?\*\/\s*)*`/;
const DISABLE_COMMENT = /(?:\/\/|\/\*)\s*(?:(?:ox|es)lint-(?:disable|enable)|@ts-(?:ignore|nocheck|expect-error))/;
const DECLARE_MODULE = /\bdeclare\s+(?:module|global)\b/;
const FILE_URL = /new\s+URL\s*\(\s*(["'`])([^"'`]*)\1\s*,\s*import\.meta\.url/g;

/** Paths beside the importing file that lead into another place of src/. Data outside src/ (prisma/, package.json) is fine. */
function reachesAcross(file: string, text: string): string[] {
  const folder = file.split("/").slice(0, 2).join("/");
  return [...text.matchAll(FILE_URL)]
    .map((match) => resolve(dirname(file), match[2] ?? "").slice(ROOT.length + 1))
    .filter((target) => target.startsWith("src/") && !target.startsWith(`${folder}/`));
}

describe("nothing under src/ slips past the floors", () => {
  test.for([
    ["imports a template literal", TEMPLATE_IMPORT],
    ["switches a rule off with a comment", DISABLE_COMMENT],
    ["declares a module or a global", DECLARE_MODULE],
  ] as const)("no file %s", ([, pattern]) => {
    expect(files.filter((file) => pattern.test(readFileSync(file, "utf8")))).toEqual([]);
  });

  test("no file builds a path into another folder of src/", () => {
    expect(files.flatMap((file) => reachesAcross(file, readFileSync(file, "utf8")))).toEqual([]);
  });
});

test("the patterns find what they are for", () => {
  expect("await import(\n /* x */ `#${folder}/file.ts`)").toMatch(TEMPLATE_IMPORT);
  expect("await import('#domain/file.ts')").not.toMatch(TEMPLATE_IMPORT);
  expect("/* eslint-disable */").toMatch(DISABLE_COMMENT);
  expect("// @ts-ignore").toMatch(DISABLE_COMMENT);
  expect('declare module "express" {').toMatch(DECLARE_MODULE);
  expect(reachesAcross("src/domain/a.ts", 'new URL("../http/b.ts", import.meta.url)')).toEqual(["src/http/b.ts"]);
  expect(reachesAcross("src/app/a.ts", 'new URL("../../prisma", import.meta.url)')).toEqual([]);
});

test("a file says what is in it: no utils, helpers, common, and no index that only passes things on", () => {
  const vague = /(?:^|\/)(?:utils?|helpers?|common|misc|shared|index)\.[cm]?[jt]sx?$/;
  expect(files.filter((file) => vague.test(file))).toEqual([]);
});
