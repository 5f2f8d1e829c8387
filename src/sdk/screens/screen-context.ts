import { say, type ConsentScreenTexts, type TextKey } from "./consent-texts.ts";
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
export interface View {
  readonly body: readonly HTMLElement[];
  /** Stays in sight at the lower edge. */
  readonly bar?: HTMLElement;
  /** Gets the focus when the phase begins. */
  readonly heading: HTMLElement;
  /** Takes in a later word of the same phase. @returns false when the view must be made anew */
  update?(phase: ConsentPhase): boolean;
}

/** @param timeZone the device's unless given */
export function createFormats(locale: string, texts: ConsentScreenTexts, timeZone: string | undefined) {
  const zone = timeZone === undefined ? {} : { timeZone };
  const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", ...zone });
  const days = new Intl.DateTimeFormat(locale, { dateStyle: "long", ...zone });
  const times = new Intl.DateTimeFormat(locale, { weekday: "short", hour: "numeric", minute: "2-digit", ...zone });
  const lists = new Intl.ListFormat(locale, { type: "conjunction" });
  return {
    t: (key: TextKey, values?: Readonly<Record<string, string | number>>) => say(texts, locale, key, values),
    size: (bytes: number) => formatSize(bytes, locale),
    moment: (at: Date | string) => moments.format(new Date(at)),
    day: (at: Date | string) => days.format(new Date(at)),
    time: (at: Date) => times.format(at),
    span: (from: Date, to: Date) => (from > to ? moments.format(to) : moments.formatRange(from, to)),
    list: (items: readonly string[]) => lists.format(items),
  };
}

/** As the SDK writes `{totalSize}`: in thousands, three digits. */
function formatSize(bytes: number, locale: string): string {
  const power = bytes < 1000 ? 0 : bytes < 1000 ** 2 ? 1 : bytes < 1000 ** 3 ? 2 : 3;
  const unit = ["byte", "kilobyte", "megabyte", "gigabyte"][power];
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit,
    unitDisplay: power === 0 ? "long" : "short",
    maximumSignificantDigits: 3,
  } as Intl.NumberFormatOptions).format(bytes / 1000 ** power);
}
