/** The ready consent screen, an entry of its own: apps with a screen of their own do not load it. */
export { ConsentScreen, defineConsentScreen } from "./screens/consent-screen.ts";
export { consentScreenTexts, type ConsentScreenTexts } from "./screens/consent-texts.ts";
export type * from "./screens/consent-types.ts";
export { openConsent, type OpenedConsent } from "./screens/open-consent.ts";
