/** Lines of a text log: their level and their time, as far as a line tells. Pure, so that a test needs no browser. */

export const LEVELS = ["error", "warn", "info", "debug"] as const;
export type Level = (typeof LEVELS)[number];

export interface LogLine {
  /** From 1, as in every editor. */
  readonly number: number;
  readonly text: string;
  /** A line without a level belongs to the one before it: stack traces stay together. */
  readonly level: Level | undefined;
  readonly at: number | undefined;
}

const WORDS = /\b(fatal|critical|crit|error|err|warning|warn|info|notice|debug|trace|verbose)\b/i;
const NUMBERS = /"level"\s*:\s*(\d{2})\b/;
/** A line that begins like a continuation has no level of its own, whatever words it holds. */
const CONTINUES = /^(\s|at |Caused by)/;
const TIME = /(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?\s?(Z|[+-]\d{2}:?\d{2})?/;
const LOOK_AT = 400;

function levelOfWord(word: string): Level {
  const lower = word.toLowerCase();
  if (/^(fatal|crit|err)/.test(lower)) return "error";
  if (lower.startsWith("warn")) return "warn";
  if (lower === "info" || lower === "notice") return "info";
  return "debug";
}

/** pino's and bunyan's numbers: 50 and more is an error, 40 a warning, 30 information. */
function levelOfNumber(value: number): Level {
  return value >= 50 ? "error" : value >= 40 ? "warn" : value >= 30 ? "info" : "debug";
}

export function levelOf(text: string): Level | undefined {
  if (CONTINUES.test(text)) return undefined;
  const head = text.slice(0, LOOK_AT);
  const number = NUMBERS.exec(head)?.[1];
  if (number !== undefined) return levelOfNumber(Number(number));
  const word = WORDS.exec(head)?.[1];
  return word === undefined ? undefined : levelOfWord(word);
}

export function timeOf(text: string): number | undefined {
  const match = TIME.exec(text.slice(0, LOOK_AT));
  if (!match) return undefined;
  const [, day, time, fraction = "0", zone = "Z"] = match;
  const moment = Date.parse(`${day}T${time}.${fraction.slice(0, 3).padEnd(3, "0")}${zone}`);
  return Number.isNaN(moment) ? undefined : moment;
}

/** Goes on after `before`, whose last line may have been cut: give the cut rest in front of the new text. */
export function readLines(text: string, before: readonly LogLine[]): LogLine[] {
  let level = before.at(-1)?.level;
  let at = before.at(-1)?.at;
  return text.split(/\r?\n/).map((line, index) => {
    level = levelOf(line) ?? level;
    at = timeOf(line) ?? at;
    return { number: before.length + index + 1, text: line, level, at };
  });
}

/** The first line at or after a moment; the last one if all are before it. */
export function lineAt(lines: readonly LogLine[], moment: number): number | undefined {
  const found = lines.find(({ at }) => at !== undefined && at >= moment);
  return found?.number ?? lines.findLast(({ at }) => at !== undefined)?.number;
}

/** `14:03` or `14:03:20` on the log's own first day, in the zone of the log's times; or a whole date and time. */
export function parseJump(text: string, lines: readonly LogLine[]): number | undefined {
  const whole = timeOf(`${text}${/\d{2}:\d{2}$/.test(text) && !/:\d{2}:\d{2}$/.test(text) ? ":00" : ""}`);
  if (whole !== undefined) return whole;
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text.trim());
  const first = lines.find(({ at }) => at !== undefined)?.at;
  if (!match || first === undefined) return undefined;
  const [, hours, minutes, seconds = "0"] = match;
  const day = new Date(first);
  day.setUTCHours(Number(hours), Number(minutes), Number(seconds), 0);
  return day.getTime();
}
