import { createSay, once, type ConsentScreenTexts, type TextKey } from "./consent-texts.ts";
import type { ConsentEvents, ConsentPhase } from "./consent-types.ts";

/** What every part of the screen gets: its words and formats, and how it speaks. */
export interface ScreenContext {
  readonly locale: string;
  readonly isPreview: boolean;
  t(key: TextKey, values?: Readonly<Record<string, string | number>>): string;
  size(bytes: number): string;
  moment(at: Date | string): string;
  day(at: Date | string): string;
  time(at: Date): string;
  /** From when to when, as short as it can be said. */
  span(from: Date, to: Date): string;
  list(items: readonly string[]): string;
  emit<Name extends keyof ConsentEvents>(name: Name, detail: ConsentEvents[Name]): void;
  /** Says it in the one polite live region. */
  announce(words: string): void;
  /** Shows a dialog above the screen; the focus comes back when it closes. */
  open(dialog: HTMLDialogElement): void;
}

/** What stands on the screen in one phase. */
export interface View<Phase = ConsentPhase> {
  readonly body: readonly HTMLElement[];
  /** Stays in sight at the lower edge. */
  readonly bar?: HTMLElement;
  /** Gets the focus when the phase begins. */
  readonly heading: HTMLElement;
  /** Takes in a later word of the same phase. @returns false when the view must be made anew */
  update?(phase: Phase): boolean;
}

/**
 * Each format is made once, when it is first needed: making one takes milliseconds on a slow phone.
 *
 * @param timeZone the device's unless given
 */
export function createFormats(locale: string, texts: ConsentScreenTexts, timeZone: string | undefined) {
  const zone = timeZone === undefined ? {} : { timeZone };
  const dates = (options: Intl.DateTimeFormatOptions) =>
    once(() => new Intl.DateTimeFormat(locale, { ...options, ...zone }));
  const moments = dates({ dateStyle: "medium", timeStyle: "short" });
  const days = dates({ dateStyle: "long" });
  const times = dates({ weekday: "short", hour: "numeric", minute: "2-digit" });
  const lists = once(() => new Intl.ListFormat(locale, { type: "conjunction" }));
  // As the SDK writes `{totalSize}`: in thousands, three digits.
  const sizes = ["byte", "kilobyte", "megabyte", "gigabyte"].map((unit) =>
    once(() => {
      const unitDisplay = unit === "byte" ? "long" : "short";
      return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay, maximumSignificantDigits: 3 });
    }),
  );
  return {
    t: createSay(texts, locale),
    size(bytes: number) {
      const power = bytes < 1000 ? 0 : bytes < 1000 ** 2 ? 1 : bytes < 1000 ** 3 ? 2 : 3;
      return sizes[power]?.().format(bytes / 1000 ** power) ?? "";
    },
    moment: (at: Date | string) => moments().format(new Date(at)),
    day: (at: Date | string) => days().format(new Date(at)),
    time: (at: Date) => times().format(at),
    span: (from: Date, to: Date) => (from > to ? moments().format(to) : moments().formatRange(from, to)),
    list: (items: readonly string[]) => lists().format(items),
  };
}
