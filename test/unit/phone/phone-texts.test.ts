import { expect, test } from "vitest";
import { PHONE_AR } from "#messages/phone-ar.ts";
import { PHONE_DE } from "#messages/phone-de.ts";
import { PHONE_EN } from "#messages/phone-en.ts";
import { choosePhoneWords } from "#phone/phone-texts.ts";

const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted((one, other) => one.localeCompare(other));

test.each([
  ["German", PHONE_DE],
  ["Arabic", PHONE_AR],
])("the %s catalogue fills the same places as the English one", (_language, texts) => {
  for (const [key, text] of Object.entries(texts)) {
    expect(places(text), key).toEqual(places(PHONE_EN[key as keyof typeof PHONE_EN]));
  }
});

test("a phone speaks the first wished language that it knows, else English", () => {
  expect(choosePhoneWords(["fr-FR", "de-AT", "en"])).toMatchObject({
    language: "de",
    locale: "de-AT",
    direction: "ltr",
  });
  expect(choosePhoneWords(["ar-EG"])).toMatchObject({ language: "ar", direction: "rtl" });
  expect(choosePhoneWords(["fr"]).language).toBe("en");
});

test("numbers, sizes and plurals are said as the language has them", () => {
  const german = choosePhoneWords(["de"]);
  expect(german.say("receipts.files", { count: 1, size: german.size(1_500_000) })).toBe("1 Datei, 1,5 MB");
  expect(german.say("receipts.files", { count: 2, size: german.size(900) })).toContain("2 Dateien");
});
