import i18next from "i18next";
import { useTranslation } from "react-i18next";
import type { CONSOLE_EN } from "#messages/console-en.ts";

type Key = keyof typeof CONSOLE_EN;
type Singular<Name extends string> = Name extends `${infer Stem}_one`
  ? Stem
  : Name extends `${infer Stem}_other`
    ? Stem
    : Name;

/** A text of the catalogue; one that counts is named without its plural ending. */
export type MessageKey = Singular<Key>;
export type Values = Readonly<Record<string, string | number>>;
export type Translate = (key: MessageKey, values?: Values) => string;

/** The texts of the language that the agent reads. */
export function useT(): { readonly t: Translate; readonly language: string } {
  const { t, i18n } = useTranslation();
  return { t: (key, values) => t(key, values ?? {}), language: i18n.language };
}

/** For what is said outside of React: announcements and notices. */
export const translate: Translate = (key, values) => i18next.t(key, values ?? {});

/** Whether the catalogue has a text of this name, such as one made of what a server said that is newer than this page. */
export function isText(key: string): key is MessageKey {
  return i18next.exists(key);
}
