import type { Translate } from "#console/i18n/use-t.ts";

/** What is written on the key that goes with K: ⌘ on a Mac, Ctrl or Strg elsewhere. */
export function modifierKey(t: Translate): string {
  return /mac|iphone|ipad/i.test(navigator.userAgent) ? "⌘" : t("key.control");
}
