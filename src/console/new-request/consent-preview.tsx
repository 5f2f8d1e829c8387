import { createElement } from "react";
import { preferences } from "#console/shell/preferences.ts";
import { useStore } from "#console/parts/create-store.ts";
import { defineConsentScreen } from "#sdk/screens/consent-screen.ts";
import type { ConsentReview } from "#sdk/screens/consent-types.ts";

defineConsentScreen();

const ASKING = { kind: "asking" } as const;

interface Props {
  readonly text: ConsentReview["request"]["consentText"];
  readonly values: Readonly<Record<string, string>>;
}

/** The very screen that the user's app shows, in the user's language. Which files there are, only the device knows. */
export function ConsentPreview({ text, values }: Props) {
  const { theme } = useStore(preferences);
  const review: ConsentReview = {
    request: { id: "preview", answerBy: "", consentText: text },
    valuesFor: () => values,
    files: [],
    leftOut: [],
    unavailable: [],
    canWaitForUnmetered: true,
  };
  return createElement("beckon-consent", {
    preview: true,
    locale: text.locale,
    review,
    phase: ASKING,
    theme: theme === "system" ? undefined : theme === "light" ? "light" : "dark",
  });
}
