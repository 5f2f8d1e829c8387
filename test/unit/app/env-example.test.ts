import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeSettings } from "#app/config.ts";

const ROOT = join(import.meta.dirname, "../../..");

test("whoever copies .env.example finds every setting there is, what it means, and its default", () => {
  const lines = readFileSync(join(ROOT, ".env.example"), "utf8").split("\n");
  const given = lines.flatMap((line, index) => {
    const [, off = "", name, value = ""] = /^(#?)([A-Z][A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, value, needed: off === "", meaning: lines[index - 1] ?? "" }];
  });
  // What must be set has no default; an example may stand in its place.
  const shown = given.map((setting) => ({ ...setting, value: setting.needed ? "" : setting.value }));
  expect(shown).toEqual(
    describeSettings().map(({ name, meaning, fallback = "", needed }) => ({
      name,
      value: fallback,
      needed,
      meaning: `# ${meaning}`,
    })),
  );
});

test("the page of settings has them all, in the same words", () => {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  const rows = readFileSync(join(ROOT, "docs/settings.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  expect(rows).toEqual(
    describeSettings().map(({ name, meaning, fallback, needed }) => {
      const shown = needed ? "**must be set**" : fallback ? `\`${cell(fallback)}\`` : "";
      return `| \`${name}\` | ${cell(meaning)} | ${shown} |`;
    }),
  );
});
