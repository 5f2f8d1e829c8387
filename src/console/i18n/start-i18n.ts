import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { preferences, type Language } from "#console/shell/preferences.ts";

/** Those whose catalogue is whole; Arabic is a check of the layout, and only there for whoever asks for it. */
const WHOLE: readonly Language[] = ["en", "de"];

async function loadTexts(language: Language): Promise<Readonly<Record<string, string>>> {
  switch (language) {
    case "de":
      return (await import("#messages/console-de.ts")).CONSOLE_DE;
    case "ar":
      return {
        ...(await import("#messages/console-en.ts")).CONSOLE_EN,
        ...(await import("#messages/console-ar.ts")).CONSOLE_AR,
      };
    case "en":
      return (await import("#messages/console-en.ts")).CONSOLE_EN;
  }
}

export function languageOf(): Language {
  const { language } = preferences.get();
  if (language) return language;
  const wanted = navigator.languages.map((tag) => tag.split("-")[0]?.toLowerCase());
  return WHOLE.find((known) => wanted.find((tag) => WHOLE.some((name) => name === tag)) === known) ?? "en";
}

export function directionOf(language: Language): "ltr" | "rtl" {
  return language === "ar" ? "rtl" : "ltr";
}

/** Loads the catalogue of the language and speaks it. Called again when the language changes. */
export async function startI18n(): Promise<void> {
  const language = languageOf();
  const texts = await loadTexts(language);
  if (i18next.isInitialized) {
    i18next.addResourceBundle(language, "translation", texts, true, true);
    await i18next.changeLanguage(language);
  } else {
    await i18next.use(initReactI18next).init({
      lng: language,
      fallbackLng: false,
      keySeparator: false,
      nsSeparator: false,
      interpolation: { escapeValue: false },
      resources: { [language]: { translation: texts } },
      react: { useSuspense: false },
    });
  }
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
}
