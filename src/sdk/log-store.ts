import type { Collector } from "./frozen-file.ts";
import { createLogCollector } from "./log-collector.ts";
import { type Line, utf8Bytes } from "./log-line.ts";
import { inOrder, type LogPiece, nameOf, parseName, planTrim, sessionName } from "./log-pieces.ts";
import { type BeckonStorage, indexedDbStorage } from "./storage.ts";

export interface LogStoreOptions {
  /** What its files are called: lower-case letters, digits and `-`. Two stores of one `storage` need two names. */
  readonly name: string;
  /** Where the lines are. Default: a database `beckon-logs` in the browser's IndexedDB; in Node: `nodeFolderStorage`. */
  readonly storage?: BeckonStorage;
  /** What all sessions together may take, in bytes of text. The oldest goes first. Default: 5 MiB; at least 64 KiB. */
  readonly maxBytes?: number;
  /** Default: 7. */
  readonly maxAgeDays?: number;
  /** How much of each session's beginning stays although newer lines go. Default: 16 KiB, at most a quarter of `maxBytes`. */
  readonly headBytes?: number;
  /** The first line of each session: versions, device, whatever explains the rest. No secrets. */
  readonly facts?: Readonly<Record<string, string>>;
  /** Longer lines are cut, in characters. Default: 8192. */
  readonly maxLineLength?: number;
  /** Lines are written together, this many milliseconds after the first of them: a crash loses no more. Default: 1000. */
  readonly writeAfterMs?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Told when the storage fails. Nothing is ever thrown at whoever logs. */
  readonly onError?: (error: unknown) => void;
}

/** Keeps an app's newest log lines, and how each session began, across reloads. */
export interface LogStore {
  /** Adds a line, with the time before it. Returns at once and never throws. */
  append(line: string): void;
  /** Resolves when all lines so far are stored, or the storage has refused them. Never rejects. */
  flush(): Promise<void>;
  /** Gives the log to agents who ask for it: a file a session, frozen. */
  collector(options: { readonly name: string; readonly label: string; readonly typicalSizeBytes?: number }): Collector;
  /** Stores what is there and takes no more. */
  close(): Promise<void>;
}

/** What waits to be stored at most; when the storage fails for long, the oldest of it goes. */
const WAITING_BYTES = 256 * 1024;
/** So much is worth a write at once. */
const WRITE_BYTES = 64 * 1024;
/** After failures in a row the wait doubles, so many times. */
const LONGEST_WAIT = 5;
/** So many small pieces are put together into one. */
const PARTS = 32;
/** A piece holds no more, as the open one stands in memory too. */
const PIECE_BYTES = 128 * 1024;

/** The piece that is being filled: its lines, and the parts of it that are stored. */
interface OpenPiece {
  readonly kind: "head" | "tail";
  readonly from: number;
  readonly limitBytes: number;
  readonly texts: string[];
  sizeBytes: number;
  parts: LogPiece[];
}

/** Makes a log store; nothing is stored before the first line. */
export function createLogStore(options: LogStoreOptions): LogStore {
  const {
    name,
    storage = indexedDbStorage("beckon-logs"),
    maxAgeDays = 7,
    facts,
    writeAfterMs = 1000,
    now = Date.now,
  } = options;
  const maxBytes = Math.max(64 * 1024, options.maxBytes ?? 5 * 1024 * 1024);
  const maxLineLength = Math.min(options.maxLineLength ?? 8192, maxBytes / 32);
  const headBytes = Math.min(options.headBytes ?? 16 * 1024, maxBytes / 4);
  const pieceBytes = Math.min(PIECE_BYTES, maxBytes / 16);
  const prefix = `beckon/log/${name}/`;
  const session = sessionName(now(), Math.random().toString(36).slice(2, 10).padEnd(8, "0"));

  const waiting: Line[] = [];
  let waitingBytes = 0;
  let lost = 0;
  let failures = 0;
  let isQueued = false;
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writing = Promise.resolve();
  let writes = 0;
  let open = openPiece("head");
  /** What all sessions hold, as far as this run knows; other tabs write too, so it looks again before it trims. */
  let knownBytes: number | undefined;

  function openPiece(kind: "head" | "tail"): OpenPiece {
    const limitBytes = kind === "head" ? headBytes : pieceBytes;
    return { kind, from: writes, limitBytes, texts: [], sizeBytes: 0, parts: [] };
  }

  function lineOf(line: string, at: number): Line {
    const cut = line.length > maxLineLength ? `${line.slice(0, maxLineLength)} … ${line.length} characters` : line;
    // A line that begins with a time is always one of ours: what an app logs cannot look like another line.
    const text = `${new Date(at).toISOString()} ${cut.replace(/\r?\n/g, "\n  ")}\n`;
    return { text, sizeBytes: utf8Bytes(text), at };
  }

  function add(line: Line): void {
    waiting.push(line);
    waitingBytes += line.sizeBytes;
  }

  function append(line: string): void {
    if (closed) return;
    try {
      add(lineOf(String(line), now()));
      dropOldest();
      if (waitingBytes >= WRITE_BYTES && failures === 0 && !isQueued) void flush();
      else timer ??= later(() => void flush(), writeAfterMs * 2 ** Math.min(failures, LONGEST_WAIT));
    } catch (error) {
      report(error);
    }
  }

  function dropOldest(): void {
    while (waitingBytes > WAITING_BYTES) {
      waitingBytes -= waiting.shift()?.sizeBytes ?? waitingBytes;
      lost++;
    }
  }

  function report(error: unknown): void {
    try {
      options.onError?.(error);
    } catch {
      // Logging must not fail the app, whatever its own handler does.
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    isQueued = true;
    writing = writing.then(write).catch(report);
    return writing;
  }

  /** Stores the waiting lines, piece by piece; what the storage refuses waits on. */
  async function write(): Promise<void> {
    isQueued = false;
    while (waiting.length > 0) {
      const lines = takeFitting();
      if (lines.length === 0) {
        if (open.parts.length > 1) await join();
        open = openPiece("tail");
        continue;
      }
      try {
        await store(explained(lines));
        lost = 0;
        failures = 0;
      } catch (error) {
        failures++;
        knownBytes = undefined;
        waiting.unshift(...lines);
        waitingBytes += sum(lines);
        dropOldest();
        throw error;
      }
    }
  }

  /** With what has to be said before them: how the session began, and how many lines did not live to be stored. */
  function explained(lines: readonly Line[]): readonly Line[] {
    const at = lines[0]?.at;
    if (at === undefined) return lines;
    return [
      ...(writes === 0 ? [lineOf(`--- session ${JSON.stringify(facts ?? {})}`, at)] : []),
      ...(lost > 0 ? [lineOf(`--- ${lost} lines are not here: the storage did not take them`, at)] : []),
      ...lines,
    ];
  }

  /** Takes the waiting lines that fit into the open piece: at least one where it is empty. */
  function takeFitting(): Line[] {
    let sizeBytes = open.sizeBytes;
    let count = 0;
    for (const line of waiting) {
      if (sizeBytes > 0 && sizeBytes + line.sizeBytes > open.limitBytes) break;
      sizeBytes += line.sizeBytes;
      count++;
    }
    waitingBytes -= sizeBytes - open.sizeBytes;
    return waiting.splice(0, count);
  }

  /** Stores lines as one more part of the open piece. */
  async function store(lines: readonly Line[]): Promise<void> {
    const sizeBytes = sum(lines);
    await makeRoom(sizeBytes);
    const text = lines.map((line) => line.text).join("");
    const [firstAt, lastAt] = [lines[0]!.at, lines.at(-1)!.at];
    const part: LogPiece = { session, kind: open.kind, from: writes, to: writes, sizeBytes, firstAt, lastAt };
    await storage.set(prefix + nameOf(part), text);
    writes++;
    open.texts.push(text);
    open.parts.push(part);
    open.sizeBytes += sizeBytes;
    if (knownBytes !== undefined) knownBytes += sizeBytes;
    if (open.parts.length >= PARTS) await join();
  }

  /** Puts the open piece's parts together. Dying half-way leaves lines twice in the storage, and once in what is read. */
  async function join(): Promise<void> {
    const { kind, sizeBytes, parts } = open;
    const [first, last] = [parts[0]!, parts.at(-1)!];
    const whole: LogPiece = {
      session,
      kind,
      from: first.from,
      to: last.to,
      sizeBytes,
      firstAt: first.firstAt,
      lastAt: last.lastAt,
    };
    await storage.set(prefix + nameOf(whole), open.texts.join(""));
    open.parts = [whole];
    for (const part of parts) await storage.delete(prefix + nameOf(part));
  }

  async function makeRoom(roomBytes: number): Promise<void> {
    if (knownBytes !== undefined && knownBytes + roomBytes <= maxBytes) return;
    const { kept, doubled } = inOrder(await list());
    const { gone, marks } = planTrim(kept, {
      maxBytes,
      roomBytes,
      oldestAt: now() - maxAgeDays * 24 * 60 * 60 * 1000,
      session,
      spare: (piece) => piece.session === session && piece.from >= open.from,
    });
    for (const mark of marks) await storage.set(prefix + nameOf(mark), "");
    for (const piece of [...doubled, ...gone]) await storage.delete(prefix + nameOf(piece));
    const left = new Set(kept);
    for (const piece of gone) left.delete(piece);
    knownBytes = [...left].reduce((sum, { kind, sizeBytes }) => sum + (kind === "trimmed" ? 0 : sizeBytes), 0);
  }

  async function list(): Promise<LogPiece[]> {
    const keys = await storage.keys();
    return keys.flatMap((key) => (key.startsWith(prefix) ? (parseName(key.slice(prefix.length)) ?? []) : []));
  }

  async function read(piece: LogPiece): Promise<string | undefined> {
    const value = await storage.get(prefix + nameOf(piece));
    return value instanceof Blob ? value.text() : value;
  }

  // A page that is hidden may never run again: what waits is stored now.
  const page = globalThis as unknown as {
    addEventListener?(type: string, listener: () => void): void;
    removeEventListener?(type: string, listener: () => void): void;
  };
  const onLeave = (): void => void flush();
  for (const type of LEAVING) page.addEventListener?.(type, onLeave);

  return {
    append,
    flush,
    collector: (more) =>
      createLogCollector({
        ...more,
        store: name,
        async look() {
          await flush();
          // What the storage did not take is still here: a log of the trouble is wanted most when there is trouble.
          return { pieces: inOrder(await list().catch(() => [])).kept, session, waiting: explained(waiting) };
        },
        read,
      }),
    async close() {
      closed = true;
      for (const type of LEAVING) page.removeEventListener?.(type, onLeave);
      await flush();
    },
  };
}

/** `visibilitychange` reaches the window too. */
const LEAVING = ["pagehide", "visibilitychange"];

/** A timer that keeps no process of Node's alive. */
function later(then: () => void, ms: number): ReturnType<typeof setTimeout> {
  const timer = setTimeout(then, ms);
  (timer as { unref?(): void }).unref?.();
  return timer;
}

function sum(lines: readonly Line[]): number {
  return lines.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
}
