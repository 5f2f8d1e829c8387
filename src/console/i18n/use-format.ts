import { createStore, useStore } from "#console/parts/create-store.ts";
import * as format from "./format.ts";
import { useT } from "./use-t.ts";

/** One clock for all that counts down: moves every 10 seconds. */
const now = createStore(Date.now());
setInterval(() => now.set(Date.now()), 10_000);

export function useNow(): number {
  return useStore(now);
}

/** The agent's own region of the language: `en-GB` for English in Britain. */
function regional(language: string): string {
  return navigator.languages.find((tag) => tag.split("-")[0] === language) ?? language;
}

/** The formats of the agent's language. */
export function useFormat() {
  const language = regional(useT().language);
  return {
    moment: (text: string, zone?: string) => format.formatMoment(text, language, zone),
    clock: (text: string) => format.formatClock(text, language),
    day: (text: string) => format.formatDay(text, language),
    relative: (text: string, at: number, style?: "long" | "short") => format.formatRelative(text, language, at, style),
    duration: (seconds: number) => format.formatDuration(seconds, language),
    size: (bytes: number) => format.formatSize(bytes, language),
    list: (items: readonly string[]) => format.formatList(items, language),
    number: (value: number, options?: Intl.NumberFormatOptions) => format.formatNumber(value, language, options),
  };
}
