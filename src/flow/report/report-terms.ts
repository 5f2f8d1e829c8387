import type { ConsentText } from "#domain/consent.ts";
import type { ConsentTexts, Records } from "#ports/store.ts";

/** What an operator says of itself and its rules; shown before a report, and enforced. */
export interface ReportTermsSettings {
  readonly controllerName: string;
  readonly controllerContact: string;
  readonly privacyNoticeUrl: string;
  readonly retentionDays: number;
  /** Version of the consent text of reports. */
  readonly textVersion: string;
}

/** Placeholders that only the device can fill, because it alone has seen the files. */
const FILLED_BY_DEVICE = ["files", "totalSize"] as const;
const SHOWN_AT_MOST = 5_000;

/** The consent text of reports, as near to the reader's language as there is one. */
export async function reportText(
  store: { readonly consentTexts: ConsentTexts } & Pick<Records, "users">,
  userId: string,
  { textVersion }: ReportTermsSettings,
  locale: string | undefined,
): Promise<ConsentText> {
  return store.consentTexts.forLocale(locale ?? (await store.users.find(userId))?.locale, textVersion);
}

/** What stands in the text's placeholders, as far as the server knows it. */
export function reportValues(settings: ReportTermsSettings): Record<string, string> {
  return {
    controller: settings.controllerName,
    contact: settings.controllerContact,
    privacyNotice: settings.privacyNoticeUrl,
    retentionDays: String(settings.retentionDays),
  };
}

/** What is recorded as shown: our own values, and for what only the device could fill, its word or the files themselves. */
export function shownInReport(
  settings: ReportTermsSettings,
  files: readonly { readonly name: string; readonly sizeBytes: number }[],
  given: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const names = files.map(({ name }) => name).join(", ");
  const said = FILLED_BY_DEVICE.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]]));
  return {
    ...reportValues(settings),
    files: names.slice(0, SHOWN_AT_MOST).toWellFormed(),
    totalSize: `${bytes} B`,
    ...Object.fromEntries(said),
  };
}
