import { expect, test } from "vitest";
import { describeSettings } from "#app/config.ts";
import { SETTING_MEANINGS_DE } from "#messages/settings-de.ts";

test("every setting, and nothing else, has its meaning in German", () => {
  expect(Object.keys(SETTING_MEANINGS_DE)).toEqual(describeSettings().map(({ name }) => name));
});

test("names of settings, and figures, are the same in both languages", () => {
  const fixed = (text: string) =>
    text
      .replaceAll(",", ".")
      .match(/[A-Z][A-Z0-9]*_[A-Z_0-9]+|\d[\d.]*\d|\d|'[a-z_]+'|https?:\/\/\S+[A-Z]/g)
      ?.toSorted() ?? [];
  for (const { name, meaning } of describeSettings()) {
    expect(fixed(SETTING_MEANINGS_DE[name] ?? ""), name).toEqual(fixed(meaning));
    expect(SETTING_MEANINGS_DE[name], name).not.toBe(meaning);
  }
});
