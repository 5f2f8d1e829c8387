/** Times, sizes and lists in the agent's language and zone, by the browser's own Intl. */

export const agentZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Formats are dear to make, and a list asks for the same one in every row. */
function once<Format, Options>(make: (language: string, options: Options) => Format) {
  const made = new Map<string, Format>();
  return (language: string, options: Options): Format => {
    const key = language + JSON.stringify(options);
    const known = made.get(key) ?? make(language, options);
    made.set(key, known);
    return known;
  };
}

const dateFormat = once(
  (language: string, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, options),
);
const relativeFormat = once(
  (language: string, options: Intl.RelativeTimeFormatOptions) => new Intl.RelativeTimeFormat(language, options),
);
const listFormat = once((language: string, options: Intl.ListFormatOptions) => new Intl.ListFormat(language, options));
const numberFormat = once(
  (language: string, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(language, options),
);

function safeZone(zone: string | undefined): { timeZone?: string } {
  if (zone === undefined) return {};
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return { timeZone: zone };
  } catch {
    return {};
  }
}

/** Date and time; a zone other than the agent's is named. */
export function formatMoment(text: string, language: string, zone?: string): string {
  const options: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "short", ...safeZone(zone) };
  const shown = dateFormat(language, options).format(new Date(text));
  return zone === undefined ? shown : `${shown} (${zone})`;
}

export function formatClock(text: string, language: string): string {
  return dateFormat(language, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(new Date(text));
}

export function formatDay(text: string, language: string): string {
  return dateFormat(language, { dateStyle: "medium" }).format(new Date(text));
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "in 3 hours", "5 minutes ago". */
export function formatRelative(text: string, language: string, now: number, style: "long" | "short" = "long"): string {
  const seconds = (Date.parse(text) - now) / 1000;
  const format = relativeFormat(language, { numeric: "auto", style });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, "second");
}

/** "2 h 14 min": how long something takes or took. */
export function formatDuration(seconds: number, language: string): string {
  const unit = (value: number, name: string) =>
    numberFormat(language, {
      style: "unit",
      unit: name,
      unitDisplay: "short",
      maximumFractionDigits: 0,
    }).format(value);
  if (seconds < 60) return unit(Math.round(seconds), "second");
  if (seconds < 3_600) return unit(Math.round(seconds / 60), "minute");
  if (seconds < 86_400) {
    const hours = Math.floor(seconds / 3_600);
    const minutes = Math.round((seconds % 3_600) / 60);
    return minutes === 0 ? unit(hours, "hour") : `${unit(hours, "hour")} ${unit(minutes, "minute")}`;
  }
  return unit(Math.round(seconds / 86_400), "day");
}

const SIZES = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** In powers of 1,000, as users see it in their prompt. */
export function formatSize(bytes: number, language: string): string {
  let size = bytes;
  let step = 0;
  while (size >= 1_000 && step < SIZES.length - 1) {
    size /= 1_000;
    step += 1;
  }
  const digits = size < 10 && step > 0 ? 1 : 0;
  return numberFormat(language, {
    style: "unit",
    unit: SIZES[step] ?? "byte",
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: digits,
  }).format(size);
}

export function formatList(items: readonly string[], language: string): string {
  return listFormat(language, { type: "conjunction", style: "narrow" }).format(items);
}

export function formatNumber(value: number, language: string, options: Intl.NumberFormatOptions = {}): string {
  return numberFormat(language, options).format(value);
}
