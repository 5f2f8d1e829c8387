import { STAGE_AR } from "#messages/stage-ar.ts";
import { STAGE_DE } from "#messages/stage-de.ts";
import { STAGE_EN, type StageTexts } from "#messages/stage-en.ts";

const CATALOGUES = { en: STAGE_EN, de: STAGE_DE, ar: STAGE_AR } as const satisfies Record<string, Partial<StageTexts>>;
type StageLanguage = keyof typeof CATALOGUES;

type Singular<Key extends string> = Key extends `${infer Stem}_one`
  ? Stem
  : Key extends `${string}_other`
    ? never
    : Key;
/** A text that counts is named without its plural ending. */
export type StageTextKey = Singular<keyof StageTexts>;

export interface StageWords {
  readonly language: StageLanguage;
  readonly direction: "ltr" | "rtl";
  say(key: StageTextKey, values?: Readonly<Record<string, string | number>>): string;
  /** In powers of 1,000. */
  size(bytes: number): string;
  day(at: Date): string;
}

/**
 * The stage's words in the first of the wished languages that it speaks, else English.
 *
 * @param wished BCP 47, in the order of preference
 */
export function chooseStageWords(wished: readonly string[]): StageWords {
  const languageOf = (locale: string) =>
    (Object.keys(CATALOGUES) as StageLanguage[]).find((known) => locale.toLowerCase().split("-")[0] === known);
  const locale = wished.find((each) => languageOf(each) !== undefined) ?? "en";
  const language = languageOf(locale) ?? "en";
  const texts: Readonly<Record<string, string>> = { ...STAGE_EN, ...CATALOGUES[language] };
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "long" });
  return {
    language,
    direction: language === "ar" ? "rtl" : "ltr",
    say(key, values = {}) {
      const { count } = values;
      const ending = typeof count === "number" ? `_${plural.select(count) === "one" ? "one" : "other"}` : "";
      const text = texts[`${key}${ending}`] ?? texts[key] ?? key;
      return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
        const value = values[name];
        return value === undefined ? whole : typeof value === "number" ? number.format(value) : value;
      });
    },
    size: (bytes) => formatSize(bytes, locale),
    day: (at) => day.format(at),
  };
}

function formatSize(bytes: number, locale: string): string {
  const power = bytes < 1000 ? 0 : bytes < 1000 ** 2 ? 1 : 2;
  const unit = ["byte", "kilobyte", "megabyte"][power] ?? "byte";
  const unitDisplay = power === 0 ? "long" : "short";
  const format = new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay, maximumSignificantDigits: 3 });
  return format.format(bytes / 1000 ** power);
}
