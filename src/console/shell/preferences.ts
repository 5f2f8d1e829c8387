import { createKeptStore } from "#console/parts/create-kept-store.ts";

export type ThemeChoice = "system" | "light" | "dark" | "contrast";
export type Language = "en" | "de" | "ar";

export interface Preferences {
  readonly theme: ThemeChoice;
  /** Undefined: as the browser says. */
  readonly language?: Language;
  /** Single letters as shortcuts can be switched off (WCAG 2.1.4). */
  readonly singleKeys: boolean;
  /** A notice of the desktop when something of mine changes while this tab is hidden. */
  readonly notices: boolean;
}

/** What this person chose, in this browser. */
export const preferences = createKeptStore<Preferences>(
  "beckon.preferences",
  { theme: "system", singleKeys: true, notices: false },
  (given) => typeof given === "object" && given !== null && "theme" in given && "singleKeys" in given,
);
