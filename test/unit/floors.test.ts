import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import type { OxlintConfig } from "oxlint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import oxlintConfig from "../../oxlint.config.ts";

// The fixture is a small src/ of its own: one file for each forbidden pair, named refused-*, beside files named legal*
// that import all that their folder may. It was written from the design, not from the table that it tests.
const FIXTURE = resolve("test/fixtures/floors");
const run = promisify(execFile);

let house: string;
let files: string[];

beforeAll(async () => {
  house = await mkdtemp(join(tmpdir(), "beckon-floors-"));
  await cp(FIXTURE, house, { recursive: true });
  await mkdir(join(house, "node_modules"));
  await symlink(resolve("node_modules/.bin"), join(house, "node_modules/.bin"), "dir"); // its type checker is in there
  const found = await readdir(FIXTURE, { recursive: true, withFileTypes: true });
  files = found.filter((entry) => entry.isFile()).map((entry) => relative(FIXTURE, join(entry.parentPath, entry.name)));
});

afterAll(() => rm(house, { recursive: true, force: true }));

/** The files of the fixture that a lint with this configuration reports. */
async function reported(config: OxlintConfig, name: string): Promise<Set<string>> {
  const file = join(house, `${name}.json`);
  await writeFile(file, JSON.stringify({ ...config, ignorePatterns: [] }));
  const args = [resolve("node_modules/oxlint/bin/oxlint"), "-c", file, "-f", "json", "."];
  const output = await run(process.execPath, args, { cwd: house, maxBuffer: 64 * 1024 * 1024, timeout: 25_000 }).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  if (!output.stdout.startsWith("{")) throw new Error(`oxlint did not lint: ${output.stdout}${output.stderr}`);
  const { diagnostics } = JSON.parse(output.stdout) as { diagnostics: { filename: string }[] };
  return new Set(diagnostics.map((diagnostic) => diagnostic.filename));
}

const refused = () => files.filter((file) => file.includes("refused")).sort();
const untyped: OxlintConfig = { ...oxlintConfig, options: { ...oxlintConfig.options, typeAware: false } };
const overrides = oxlintConfig.overrides ?? [];
const catchAll = overrides.findIndex((override) => override.files.includes("src/**"));

/** The configuration without one override or one rule of it, and without the net below, which would hide the hole. */
function without(index: number, rule?: string): OxlintConfig {
  const left = overrides.flatMap((override, at) => {
    const dropped = [
      ...(at === index ? [rule ?? Object.keys(override.rules ?? {})].flat() : []),
      ...(at === catchAll ? ["no-restricted-imports"] : []),
    ];
    const rules = Object.entries(override.rules ?? {}).filter(([name]) => !dropped.includes(name));
    return [{ ...override, rules: Object.fromEntries(rules) }];
  });
  return { ...untyped, overrides: left };
}

test("the lint catches the whole fixture, and nothing that is legal", async () => {
  expect(refused().length).toBeGreaterThan(300);
  expect([...(await reported(oxlintConfig, "whole"))].sort()).toEqual(refused());
});

describe("every override is needed, and every rule in it", () => {
  let whole: Set<string>;
  beforeAll(async () => {
    whole = await reported(untyped, "untyped");
  });

  const cuts = overrides.flatMap((override, index) => {
    const where = override.files.join(" ");
    const rules = Object.entries(override.rules ?? {});
    const all = rules.length > 1 ? [{ where, index, what: "any rule", rule: undefined, opens: false }] : [];
    return [...all, ...rules.map(([rule, is]) => ({ where, index, what: rule, rule, opens: is === "off" }))];
  });

  test.for(cuts)("without $what for $where the lint misses part of the fixture", async ({ index, rule, opens }) => {
    const holed = await reported(without(index, rule), `without-${index}-${rule?.replaceAll("/", "-") ?? "all"}`);
    // A rule that is switched off for some files opens a door: without it a legal file is reported.
    const changed = opens ? holed.difference(whole) : whole.difference(holed);
    expect([...changed]).not.toEqual([]);
  });
});
