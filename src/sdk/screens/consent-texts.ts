import { CONSENT_SCREEN_AR } from "#messages/consent-screen-ar.ts";
import { CONSENT_SCREEN_DE } from "#messages/consent-screen-de.ts";
import { CONSENT_SCREEN_EN } from "#messages/consent-screen-en.ts";

/**
 * The words of the screen's controls: never those of the consent, which are the registered text. `{name}` stands for a
 * value. A text that counts has one for each plural form of its language (`Intl.PluralRules`); `_other` is always there.
 */
export interface ConsentScreenTexts {
  readonly loading: string;
  readonly agentsWords: string;
  readonly filesTitle: string;
  readonly filesOfGroup: string;
  readonly noFiles: string;
  readonly previewFiles: string;
  readonly changedAt: string;
  readonly look: string;
  readonly lookAt: string;
  readonly showAll: string;
  readonly leftOut: string;
  readonly unavailable: string;
  readonly chosen_one: string;
  readonly chosen_other: string;
  readonly wifiOnly: string;
  readonly wifiOnlyHint: string;
  readonly share: string;
  readonly shareNothing: string;
  readonly decline: string;
  readonly later: string;
  readonly noCost: string;
  readonly noneTicked: string;
  readonly whatIsShown: string;
  readonly cannotBeRead: string;
  readonly firstBytes: string;
  readonly shownOf: string;
  readonly showMore: string;
  readonly emptyFile: string;
  readonly readFailed: string;
  readonly close: string;
  readonly laterTitle: string;
  readonly inOneHour: string;
  readonly thisEvening: string;
  readonly tomorrowMorning: string;
  readonly answerBy: string;
  readonly sending: string;
  readonly sent: string;
  readonly waitingForNetwork: string;
  readonly storedHint: string;
  readonly waitingForWifi: string;
  readonly waitingForWifiHint: string;
  readonly sendNow: string;
  readonly pause: string;
  readonly paused: string;
  readonly pausedHint: string;
  readonly resume: string;
  readonly tryNow: string;
  readonly canLeave: string;
  readonly shared: string;
  readonly sharedNothing: string;
  readonly sharedElsewhere: string;
  readonly sharedAt: string;
  readonly ticket: string;
  readonly "state.announced": string;
  readonly "state.uploaded": string;
  readonly "state.linked": string;
  readonly "state.refused": string;
  readonly "state.missing": string;
  readonly "state.deleted": string;
  readonly keptUntil: string;
  readonly asShown: string;
  readonly takeBack: string;
  readonly takeBackFile: string;
  readonly takeBackFileNamed: string;
  readonly takeBackTitle: string;
  readonly takeBackFileTitle: string;
  readonly takeBackHint: string;
  readonly takeBackYes: string;
  readonly takeBackNo: string;
  readonly takenBack: string;
  readonly takenBackHint: string;
  readonly nobodyDownloaded: string;
  readonly downloadedTitle: string;
  readonly downloadedBy: string;
  readonly downloadedAny: string;
  readonly declined: string;
  readonly declinedHint: string;
  readonly declinedElsewhere: string;
  readonly declinedStored: string;
  readonly laterDone: string;
  readonly laterDoneHint: string;
  readonly over: string;
  readonly nothingShared: string;
  readonly overExpired: string;
  readonly overCancelled: string;
  readonly overElsewhere: string;
  readonly notFound: string;
  readonly notFoundHint: string;
  readonly trouble: string;
  readonly troubleOffline: string;
  readonly troubleUnreadable: string;
  readonly troubleStopped: string;
  readonly troubleTooLate: string;
  readonly troubleRefused: string;
  readonly troubleUnknown: string;
  readonly troubleTakeBack: string;
  readonly troubleReceipt: string;
  readonly retry: string;
  readonly done: string;
}

/** A text that counts is named without its plural ending. */
export type TextKey = Exclude<keyof ConsentScreenTexts, `${string}_${string}`> | "chosen";

const CATALOGUES: Readonly<Record<string, ConsentScreenTexts>> = {
  en: CONSENT_SCREEN_EN,
  de: CONSENT_SCREEN_DE,
  ar: CONSENT_SCREEN_AR,
};

/** The controls' words in this language (`de-AT` gets German); English where there are none. */
export function consentScreenTexts(locale: string): ConsentScreenTexts {
  return CATALOGUES[locale.split("-")[0]?.toLowerCase() ?? ""] ?? CONSENT_SCREEN_EN;
}

/** Puts values into the `{placeholders}` of a text; `count` chooses the plural form. */
export function createSay<Key extends string = TextKey>(texts: ConsentScreenTexts, locale: string) {
  const all = texts as unknown as Readonly<Record<string, string | undefined>>;
  return (key: Key, values: Readonly<Record<string, string | number>> = {}): string => {
    const count = values["count"];
    const form = typeof count === "number" ? pluralsOf(locale).select(count) : undefined;
    const text = (form && (all[`${key}_${form}`] ?? all[`${key}_other`])) ?? all[key] ?? "";
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      if (value === undefined) return whole;
      return typeof value === "number" ? numbersOf(locale).format(value) : value;
    });
  };
}

/** What counting needs, before it is needed: making it takes milliseconds on a slow phone. */
export function prepareSay(locale: string): void {
  pluralsOf(locale);
  numbersOf(locale);
}

const pluralsOf = onceEach((locale) => new Intl.PluralRules(locale));
const numbersOf = onceEach((locale) => new Intl.NumberFormat(locale));

/** Makes it when it is first asked for, once a language. */
function onceEach<Value>(make: (locale: string) => Value): (locale: string) => Value {
  const made = new Map<string, Value>();
  return (locale) => {
    const known = made.get(locale) ?? make(locale);
    made.set(locale, known);
    return known;
  };
}

/** Makes it when it is first asked for. */
export function once<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => (made ??= make());
}
