import { ANY_TIME } from "#messages/consent-texts.ts";
import type { AnnouncedFile } from "#domain/log-file.ts";
import type { LogRequest } from "#domain/log-request.ts";
import type { Moment } from "#domain/vocabulary.ts";

/** What an operator says of itself and its rules; shown in the prompt, and enforced. */
export interface ConsentSettings {
  readonly controllerName: string;
  readonly controllerContact: string;
  readonly privacyNoticeUrl: string;
  readonly retentionDays: number;
  readonly uploadBySeconds: number;
}

/** How a reader writes times and numbers, and what their app calls its logs. */
export interface Reader {
  /** BCP 47, of the consent text. */
  readonly locale: string;
  /** IANA; UTC where nobody said. */
  readonly timeZone?: string | undefined;
  /** By collector; its own name stands where no app has named it. */
  readonly labels: ReadonlyMap<string, string>;
}

/** Placeholders that only the device can fill, because it alone has seen the files; the rest is ours and stands as we say it. */
const FILLED_BY_DEVICE = ["files", "totalSize", "window", "uploadBy"] as const;
const SHOWN_AT_MOST = 5_000;

/** What stands in the placeholders of a consent text for this request, as far as the server knows it. */
export function consentValues(
  request: Pick<LogRequest, "reason" | "collectors" | "window" | "uploadBy">,
  ticketNumber: number,
  settings: ConsentSettings,
  reader: Reader,
  now: Moment,
): Record<string, string> {
  const times = new Intl.DateTimeFormat(reader.locale, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: knownTimeZone(reader.timeZone),
  });
  const { window } = request;
  return {
    controller: settings.controllerName,
    contact: settings.controllerContact,
    privacyNotice: settings.privacyNoticeUrl,
    ticketNumber: String(ticketNumber),
    reason: request.reason,
    collectors: request.collectors.map((name) => reader.labels.get(name) ?? name).join(", "),
    window: window ? times.formatRange(window.from, window.to) : anyTime(reader.locale),
    uploadBy: times.format(request.uploadBy ?? now + settings.uploadBySeconds * 1000),
    retentionDays: String(settings.retentionDays),
  };
}

/**
 * What is recorded as shown: our own values, and for the few that only the device could fill, what it says it filled in. A device
 * that does not say gets the files as it announced them.
 */
export function shownValues(
  ours: Readonly<Record<string, string>>,
  files: readonly AnnouncedFile[],
  given: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const derived = {
    files: files
      .map(({ name }) => name)
      .join(", ")
      .slice(0, SHOWN_AT_MOST),
    totalSize: `${bytes} B`,
  };
  const said = Object.fromEntries(
    FILLED_BY_DEVICE.flatMap((name) => (given?.[name] === undefined ? [] : [[name, given[name]]])),
  );
  return { ...ours, ...derived, ...said };
}

function knownTimeZone(timeZone: string | undefined): string {
  return timeZone !== undefined && isTimeZone(timeZone) ? timeZone : "UTC";
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

function anyTime(locale: string): string {
  return ANY_TIME[locale.split("-", 1)[0] ?? ""] ?? "–";
}
