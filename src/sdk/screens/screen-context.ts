import { once, prepareSay, type TextKey } from "./consent-texts.ts";
import type { ConsentEvents, ConsentPhase } from "./consent-types.ts";
import { nextTask } from "./next-task.ts";

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
  /** Its parts from the top, each made when its turn has come; undefined: one that stands there has got more. */
  readonly body: Iterable<HTMLElement | undefined>;
  /** Stays in sight at the lower edge. */
  readonly bar?: HTMLElement | (() => HTMLElement);
  /** Gets the focus when the phase begins. */
  readonly heading: HTMLElement;
  /** Takes in a later word of the same phase. @returns false when the view must be made anew */
  update?(phase: Phase): boolean;
}

/** Sizes, times and lists in the words of a language. */
type Formats = Pick<ScreenContext, "size" | "moment" | "day" | "time" | "span" | "list">;

/** By language and zone: making them again for each screen would cost a slow phone a tenth of a second each time. */
const made = new Map<string, Formats>();

/** @param timeZone the device's unless given */
export function formatsOf(locale: string, timeZone: string | undefined): Formats {
  const key = `${locale} ${timeZone ?? ""}`;
  const known = made.get(key) ?? createFormats(locale, timeZone);
  made.set(key, known);
  return known;
}

/** Each format is made once, when it is first needed: making one takes milliseconds on a slow phone. */
function createFormats(locale: string, timeZone: string | undefined): Formats {
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

const prepared = new Map<string, Promise<void>>();

/**
 * Makes the formats that a question needs before it stands there, each in a task of its own: together they take longer on a
 * slow phone than a tap may.
 */
export function prepareFormats(locale: string, timeZone: string | undefined): Promise<void> {
  const key = `${locale} ${timeZone ?? ""}`;
  const known = prepared.get(key) ?? prepare(locale, formatsOf(locale, timeZone));
  prepared.set(key, known);
  return known;
}

async function prepare(locale: string, { moment, span, day, size }: Formats): Promise<void> {
  const now = new Date();
  const hour = new Date(now.getTime() + 3_600_000);
  const uses = [
    () => moment(now),
    () => span(now, hour),
    () => day(now),
    () => size(1),
    () => size(1e3),
    () => size(1e6),
    () => prepareSay(locale),
  ];
  for (const use of uses) {
    await nextTask();
    try {
      use();
    } catch {
      return; // a language or a zone that is none: whoever uses it is told
    }
  }
}
