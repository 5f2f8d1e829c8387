import type { Theme } from "@fluentui/react-components";

/** Of browsers that nobody has set otherwise. */
const USUAL_PX = 16;

/** How much larger than usual the reader wants text, by the setting of their browser: 2 at twice the size. */
export const TEXT_SCALE = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL_PX;

/** Fluent's sizes of text are pixels, and would stay as they are for who needs larger ones. */
export function followingTextSize(theme: Theme): Theme {
  return Object.fromEntries(
    Object.entries(theme).map(([name, value]) => [
      name,
      /^(fontSize|lineHeight)/.test(name) ? `${Number.parseFloat(String(value)) / USUAL_PX}rem` : value,
    ]),
  ) as unknown as Theme;
}
