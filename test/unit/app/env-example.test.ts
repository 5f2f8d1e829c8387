import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeSettings } from "#app/config.ts";

const TEXT = readFileSync(join(import.meta.dirname, "../../../.env.example"), "utf8");

test("whoever copies .env.example finds every setting there is, what it means, and its default", () => {
  const lines = TEXT.split("\n");
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
