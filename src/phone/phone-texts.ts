import { PHONE_AR } from "#messages/phone-ar.ts";
import { PHONE_DE } from "#messages/phone-de.ts";
import { PHONE_EN, type PhoneTexts } from "#messages/phone-en.ts";

export const PHONE_LANGUAGES = ["en", "de", "ar"] as const;
export type PhoneLanguage = (typeof PHONE_LANGUAGES)[number];

/** A text that counts is named without its plural ending. */
export type PhoneTextKey = Exclude<keyof PhoneTexts, `${string}_${string}`> | "receipts.files" | "happened.sent";

export interface PhoneWords {
  readonly language: PhoneLanguage;
  /** BCP 47, for times, sizes and the SDK. */
  readonly locale: string;
  readonly direction: "ltr" | "rtl";
  say(key: PhoneTextKey, values?: Readonly<Record<string, string | number>>): string;
  size(bytes: number): string;
  time(at: Date): string;
  /** The time without AM or PM: the phone's large clock. */
  clock(at: Date): string;
  day(at: Date): string;
}

const CATALOGUES: Readonly<Record<PhoneLanguage, Partial<PhoneTexts>>> = { en: PHONE_EN, de: PHONE_DE, ar: PHONE_AR };

/**
 * The phone's words in the first of the wished languages that it speaks, else English.
 *
 * @param wished BCP 47, in the order of preference
 */
export function choosePhoneWords(wished: readonly string[]): PhoneWords {
  const languageOf = (locale: string) => PHONE_LANGUAGES.find((known) => locale.toLowerCase().split("-")[0] === known);
  const locale = wished.find((each) => languageOf(each) !== undefined) ?? "en";
  const language = languageOf(locale) ?? "en";
  const texts: Readonly<Record<string, string>> = { ...PHONE_EN, ...CATALOGUES[language] };
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  const time = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
  return {
    language,
    locale,
    direction: language === "ar" ? "rtl" : "ltr",
    say(key, values = {}) {
      const { count } = values;
      const text =
        typeof count === "number"
          ? (texts[`${key}_${plural.select(count)}`] ?? texts[`${key}_other`] ?? texts[key])
          : texts[key];
      return (text ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => {
        const value = values[name];
        if (value === undefined) return whole;
        return typeof value === "number" ? number.format(value) : value;
      });
    },
    size: (bytes) => formatSize(bytes, locale),
    time: (at) => time.format(at),
    clock: (at) =>
      time
        .formatToParts(at)
        .filter(({ type }) => type !== "dayPeriod")
        .map(({ value }) => value)
        .join("")
        .trim(),
    day: (at) => day.format(at),
  };
}

/** Dear to make, and asked for with every piece that is sent. */
const sizes = new Map<string, Intl.NumberFormat>();

function formatSize(bytes: number, locale: string): string {
  const power = bytes < 1000 ? 0 : bytes < 1000 ** 2 ? 1 : bytes < 1000 ** 3 ? 2 : 3;
  const unit = ["byte", "kilobyte", "megabyte", "gigabyte"][power] ?? "byte";
  const key = `${locale} ${unit}`;
  const format = sizes.get(key) ?? new Intl.NumberFormat(locale, { style: "unit", unit, maximumSignificantDigits: 3 });
  sizes.set(key, format);
  return format.format(bytes / 1000 ** power);
}
