/** The pieces that a log store keeps its lines in: what their names say, and which of them have to go. */

/**
 * Some lines of one session, stored together. `head` is how a session began, `tail` what came after it, and `trimmed` stands
 * for pieces that are gone: it has no content.
 */
export interface LogPiece {
  /** Of one run of the app; sorts by when the run began. */
  readonly session: string;
  readonly kind: "head" | "tail" | "trimmed";
  /** The writes of the session whose lines it holds, the first and the last of them. */
  readonly from: number;
  readonly to: number;
  readonly sizeBytes: number;
  /** Of its first and its last line, in milliseconds since 1970. */
  readonly firstAt: number;
  readonly lastAt: number;
}

const KINDS = { h: "head", t: "tail", x: "trimmed" } as const;
const NAME = /^([0-9a-z]{9}-[0-9a-z]+)\/([htx])([0-9a-z.]+)$/;

/** A name for a run of the app: nine digits of base 36 hold every millisecond until the year 5188. */
export function sessionName(startedAt: number, unique: string): string {
  return `${startedAt.toString(36).padStart(9, "0")}-${unique}`;
}

/** When the session began, in milliseconds since 1970. */
export function startOf(session: string): number {
  return Number.parseInt(session, 36);
}

/** A piece's facts are its name, so that budgets need no reading: `SESSION/t0.5.10k.BEGIN.END`, in base 36. */
export function nameOf({ session, kind, from, to, sizeBytes, firstAt, lastAt }: LogPiece): string {
  const numbers = [from, to, sizeBytes, firstAt, lastAt].map((number) => Math.max(0, Math.round(number)).toString(36));
  return `${session}/${kind === "trimmed" ? "x" : kind[0]}${numbers.join(".")}`;
}

/** @returns undefined for what is no piece */
export function parseName(name: string): LogPiece | undefined {
  const [, session = "", kind = "", text = ""] = NAME.exec(name) ?? [];
  const [from, to, sizeBytes, firstAt, lastAt, more] = text.split(".").map((number) => Number.parseInt(number, 36));
  if (lastAt === undefined || more !== undefined) return undefined;
  return {
    session,
    kind: KINDS[kind as keyof typeof KINDS],
    from: from!,
    to: to!,
    sizeBytes: sizeBytes!,
    firstAt: firstAt!,
    lastAt,
  };
}

/**
 * Oldest session first, and in each the lines' order; without those whose lines stand in a larger piece too, which is left
 * when the app dies while it puts small pieces together.
 */
export function inOrder(pieces: readonly LogPiece[]): { kept: LogPiece[]; doubled: LogPiece[] } {
  const sorted = pieces.toSorted(
    (one, other) => compare(one.session, other.session) || one.from - other.from || other.to - one.to,
  );
  const kept: LogPiece[] = [];
  const doubled: LogPiece[] = [];
  for (const piece of sorted) {
    const before = kept.findLast(({ kind }) => kind !== "trimmed");
    const isDouble = piece.kind !== "trimmed" && before?.session === piece.session && piece.to <= before.to;
    (isDouble ? doubled : kept).push(piece);
  }
  return { kept, doubled };
}

/** So many marks of what is gone are kept: each is a name without content. */
const MARKS = 50;

/**
 * Which pieces have to go, so that what stays and `roomBytes` more keep the budget: what is too old, then the oldest. A head
 * stays as long as its session has anything else, and the current session's always.
 *
 * @returns also the marks that tell of what goes; a new one holds what the older ones of its session told
 */
export function planTrim(
  pieces: readonly LogPiece[],
  {
    maxBytes,
    roomBytes,
    oldestAt,
    session: current,
    spare,
  }: {
    readonly maxBytes: number;
    readonly roomBytes: number;
    readonly oldestAt: number;
    readonly session: string;
    /** Pieces that are still being put together. */
    readonly spare?: (piece: LogPiece) => boolean;
  },
): { gone: LogPiece[]; marks: LogPiece[] } {
  const left = new Set(pieces.filter(({ kind }) => kind !== "trimmed"));
  const gone: LogPiece[] = [];
  let totalBytes = [...left].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const oldestFirst = [...left].toSorted((one, other) => one.lastAt - other.lastAt || one.from - other.from);
  const tails = new Map<string, number>();
  for (const { session, kind } of left) if (kind === "tail") tails.set(session, (tails.get(session) ?? 0) + 1);

  function mayGo({ session, kind }: LogPiece): boolean {
    return kind === "tail" || (session !== current && !tails.get(session));
  }
  function drop(piece: LogPiece): void {
    left.delete(piece);
    gone.push(piece);
    totalBytes -= piece.sizeBytes;
    if (piece.kind === "tail") tails.set(piece.session, (tails.get(piece.session) ?? 0) - 1);
  }

  // As a session's last tail goes, its head may: so look again until nothing more has to.
  for (;;) {
    const next = oldestFirst.find(
      (piece) =>
        left.has(piece) &&
        !spare?.(piece) &&
        mayGo(piece) &&
        (piece.lastAt < oldestAt || totalBytes + roomBytes > maxBytes),
    );
    if (!next) break;
    drop(next);
  }

  const older = pieces.filter(({ kind }) => kind === "trimmed").toSorted((one, other) => other.lastAt - one.lastAt);
  const marks: LogPiece[] = [];
  for (const session of new Set(gone.map((piece) => piece.session))) {
    const told = [...gone, ...older].filter((piece) => piece.session === session);
    marks.push({
      session,
      kind: "trimmed",
      from: Math.min(...told.map(({ from }) => from)),
      to: Math.max(...told.map(({ to }) => to)),
      sizeBytes: told.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      firstAt: Math.min(...told.map(({ firstAt }) => firstAt)),
      lastAt: Math.max(...told.map(({ lastAt }) => lastAt)),
    });
  }
  const isOver = (mark: LogPiece, index: number) =>
    index >= MARKS || mark.lastAt < oldestAt || marks.some(({ session }) => session === mark.session);
  return { gone: [...gone, ...older.filter(isOver)], marks: marks.filter(({ lastAt }) => lastAt >= oldestAt) };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
