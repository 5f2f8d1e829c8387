import { expect, test } from "vitest";
import { STAGE_AR } from "#messages/stage-ar.ts";
import { STAGE_DE } from "#messages/stage-de.ts";
import { STAGE_EN, type StageTexts } from "#messages/stage-en.ts";
import { chooseStageWords } from "#phone/stage/stage-words.ts";

const namesIn = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted((one, other) => one.localeCompare(other));
const namesOf = (catalogue: Partial<StageTexts>) =>
  Object.entries(catalogue).map(([key, text]) => [key, ...namesIn(text)].join(" "));

test("every text of the demo names the same values in every language", () => {
  expect(namesOf(STAGE_DE)).toEqual(namesOf(STAGE_EN));
  expect(namesOf(STAGE_EN)).toEqual(expect.arrayContaining(namesOf(STAGE_AR)));
});

test("the demo speaks the first language of the reader that it knows, and counts as that language does", () => {
  const german = chooseStageWords(["fr-FR", "de-AT"]);
  expect([german.language, german.direction]).toEqual(["de", "ltr"]);
  expect(german.say("line.links", { count: 2, minutes: 15 })).toContain("2 SAS-Links");
  expect(chooseStageWords(["fr"]).language).toBe("en");
  const arabic = chooseStageWords(["ar"]);
  expect([arabic.direction, arabic.say("line.withdrawn")]).toEqual(["rtl", STAGE_EN["line.withdrawn"]]);
});
