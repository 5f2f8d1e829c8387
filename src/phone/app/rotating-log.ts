import type { BeckonStorage } from "#sdk/create-beckon.ts";

export type LogLevel = "DEBUG" | "INFO" | "WARN" | "ERROR";

/** What is of one file of the log at one moment. */
export interface LogSnapshot {
  readonly name: string;
  readonly parts: readonly string[];
  readonly from: Date;
  readonly to: Date;
}

/** A text log that the app really writes, a few files of bounded size. */
export interface RotatingLog {
  /** Resolves when the line is stored. */
  write(level: LogLevel, text: string, at?: Date): Promise<void>;
  /** The files as they are now, the newest first. What is written later is not in them. */
  snapshot(): Promise<LogSnapshot[]>;
}

/** What one value of the storage holds, in characters: a line that is added rewrites no more than that. */
const SEGMENT_CHARACTERS = 16 * 1024;
const SEGMENTS_PER_FILE = 16;
const FILES = 3;

/**
 * A log in the app's storage: `NAME.log` is written, `NAME.1.log` and older ones are what was full; the oldest goes.
 *
 * @param now the time of a line that brings none
 */
export function openRotatingLog({
  name,
  storage,
  now,
}: {
  name: string;
  storage: BeckonStorage;
  now: () => Date;
}): RotatingLog {
  const prefix = `log/${name}/`;
  /** Lines that are not stored yet. Those that come while one is stored share the next write. */
  let pending: string[] = [];
  let segment: { number: number; text: string } | undefined;
  let storing: Promise<void> = Promise.resolve();

  const keyOf = (number: number) => prefix + String(number).padStart(9, "0");

  async function numbers(): Promise<number[]> {
    const keys = (await storage.keys()).filter((key) => key.startsWith(prefix));
    return keys.map((key) => Number(key.slice(prefix.length))).toSorted((one, other) => one - other);
  }

  async function readSegment(number: number): Promise<string> {
    const text = await storage.get(keyOf(number));
    return typeof text === "string" ? text : "";
  }

  async function store(): Promise<void> {
    if (pending.length === 0) return;
    if (!segment) {
      const number = (await numbers()).at(-1) ?? 0;
      segment = { number, text: await readSegment(number) };
    }
    const lines = pending;
    pending = [];
    const added = lines.join("");
    const isFull = segment.text.length > 0 && segment.text.length + added.length > SEGMENT_CHARACTERS;
    segment = isFull
      ? { number: segment.number + 1, text: added }
      : { number: segment.number, text: segment.text + added };
    await storage.set(keyOf(segment.number), segment.text);
    if (isFull && segment.number % SEGMENTS_PER_FILE === 0) await dropOldest(segment.number);
  }

  async function dropOldest(newest: number): Promise<void> {
    const oldestFile = Math.floor(newest / SEGMENTS_PER_FILE) - FILES + 1;
    for (const number of await numbers()) {
      if (Math.floor(number / SEGMENTS_PER_FILE) < oldestFile) await storage.delete(keyOf(number));
    }
  }

  return {
    write(level, text, at = now()) {
      pending.push(`${at.toISOString()} ${level.padEnd(5)} ${text}\n`);
      storing = storing.then(store);
      return storing;
    },

    async snapshot() {
      await storing;
      const files = new Map<number, string[]>();
      for (const number of await numbers()) {
        const file = Math.floor(number / SEGMENTS_PER_FILE);
        files.set(file, [...(files.get(file) ?? []), await readSegment(number)]);
      }
      return [...files.values()].toReversed().map((parts, age) => ({
        name: age === 0 ? `${name}.log` : `${name}.${age}.log`,
        parts,
        from: timeOf(parts[0]?.slice(0, 24)),
        to: timeOf(parts.at(-1)?.trimEnd().split("\n").at(-1)?.slice(0, 24)),
      }));
    },
  };
}

function timeOf(text: string | undefined): Date {
  return new Date(text ?? 0);
}
