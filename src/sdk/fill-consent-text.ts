import type { Asked } from "./beckon.ts";
import { LONGEST_VALUE_CHARS, NO_FILES } from "./policy.ts";

interface Named {
  readonly name: string;
  readonly sizeBytes: number;
}

/** What stands in the text's placeholders for these files. */
export function valuesShown(request: Asked, files: readonly Named[]): Record<string, string> {
  return { ...request.consentValues, ...deviceValues(request, files) };
}

/** What stands for the placeholders that only the device can fill, as it alone has seen the files. */
export function deviceValues(
  { consentText }: Pick<Asked, "consentText">,
  files: readonly Named[],
): Record<string, string> {
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const names = files.map(({ name }) => name).join(", ");
  return {
    files: names.slice(0, LONGEST_VALUE_CHARS) || NO_FILES,
    totalSize: formatSize(totalBytes, consentText.locale),
  };
}

/** The text as the user reads it: plain text, its placeholders filled for these files. */
export function fillConsentText(request: Asked, files: readonly Named[]): string {
  const values = valuesShown(request, files);
  return request.consentText.text.replace(/\{(\w+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}

function formatSize(bytes: number, locale: string): string {
  const power = bytes < 1000 ? 0 : bytes < 1000 ** 2 ? 1 : bytes < 1000 ** 3 ? 2 : 3;
  const unit = ["byte", "kilobyte", "megabyte", "gigabyte"][power];
  const format = new Intl.NumberFormat(locale, {
    style: "unit",
    unit,
    unitDisplay: power ? "short" : "long",
    maximumSignificantDigits: 3,
  } as Intl.NumberFormatOptions);
  return format.format(bytes / 1000 ** power);
}
