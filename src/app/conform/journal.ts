import type { DeviceCall } from "./device-routes.ts";
import type { Note } from "./scenario.ts";

/** When something began and ended: places in one order, and moments of one steady clock in milliseconds. */
interface Span {
  readonly began: number;
  readonly ended: number;
  readonly beganMs: number;
  readonly endedMs: number;
}

/** One call of the app, as it was answered. */
export interface CallEntry extends Span {
  readonly kind: "call";
  /** Undefined where the API has no such call. */
  readonly name: DeviceCall | undefined;
  readonly method: string;
  readonly path: string;
  /** Of the request or the installation in the path. */
  readonly id: string | undefined;
  readonly userId: string | undefined;
  readonly body: unknown;
  readonly status: number;
  /** The problem's code, where it was refused. */
  readonly code: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly answer: unknown;
  /** It had its effect, and the app never heard of it. */
  readonly lost: boolean;
}

export type UploadPart = "file" | "block" | "list";

/** One upload, as it ended. */
export interface UploadEntry extends Span {
  readonly kind: "upload";
  readonly requestId: string;
  readonly fileId: string;
  /** What tells one link of a file from another. */
  readonly link: string;
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  /** Headers of the link that were missing or different. */
  readonly wrongHeaders: readonly string[];
  /** A whole file, a block of one, or the list that makes a file of its blocks. */
  readonly part: UploadPart;
  /** Of a block. */
  readonly blockId: string | undefined;
  /** The link says that it takes blocks. */
  readonly takesBlocks: boolean;
  /** What the store calls its refusal. */
  readonly code: string | undefined;
  readonly carriedToken: boolean;
  /** Of the body, where it was read whole; of a list, what its blocks make. */
  readonly sizeBytes: number | undefined;
  /** Not of a block, which nobody announced. */
  readonly sha256: string | undefined;
  readonly retryAfterSeconds: number | undefined;
}

/** Something that the script did, or that the person said. */
export interface NoteEntry {
  readonly kind: "note";
  readonly ended: number;
  readonly note: Note | "upload begun" | "block cut" | "block held";
}

export interface SaidEntry {
  readonly kind: "said";
  readonly ended: number;
  readonly rule: string;
  readonly question: string;
  readonly yes: boolean;
}

export type Entry = CallEntry | UploadEntry | NoteEntry | SaidEntry;

type Unordered<One> = One extends Entry ? Omit<One, "ended" | "endedMs"> : never;

/** What happened, in the order in which it ended. */
export interface Journal {
  readonly entries: readonly Entry[];
  /** A place in the order, for what begins now. */
  begin(): { readonly began: number; readonly beganMs: number };
  add(entry: Unordered<Entry>): void;
  /** Called after each entry, before the app can know of it. */
  onEntry: (() => void) | undefined;
}

/** @param nowMs steady, in milliseconds */
export function createJournal(nowMs: () => number): Journal {
  const entries: Entry[] = [];
  let place = 0;
  const journal: Journal = {
    entries,
    onEntry: undefined,
    begin: () => ({ began: ++place, beganMs: nowMs() }),
    add(entry) {
      entries.push({ ...entry, ended: ++place, endedMs: nowMs() } as Entry);
      journal.onEntry?.();
    },
  };
  return journal;
}
