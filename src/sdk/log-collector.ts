import { type Collector, type CollectRequest, freezeBytes, type FrozenFile } from "./frozen-file.ts";
import { type Line, utf8Bytes } from "./log-line.ts";
import { type LogPiece, startOf } from "./log-pieces.ts";
import { throwIfAborted } from "./on-abort.ts";

/** What a log store holds at one moment. */
interface Look {
  /** In order; see `inOrder`. */
  readonly pieces: readonly LogPiece[];
  /** The running session, and its lines that are not stored. */
  readonly session: string;
  readonly waiting: readonly Line[];
}

/** Some text of a session: a stored piece, or what waits. `from` and `to` say whether two follow each other. */
interface Part extends Omit<LogPiece, "session"> {
  readonly text: () => Promise<string | undefined>;
}

/**
 * A collector over a log store: one frozen file a session, the newest first. A session that is too large gives its head and
 * its newest lines; what it lost, and what was never in the window, the file says in a line at that place.
 */
export function createLogCollector({
  name,
  label,
  typicalSizeBytes,
  store,
  look,
  read,
}: {
  readonly name: string;
  readonly label: string;
  readonly typicalSizeBytes?: number;
  /** What the files are called after. */
  readonly store: string;
  readonly look: () => Promise<Look>;
  readonly read: (piece: LogPiece) => Promise<string | undefined>;
}): Collector {
  return {
    name,
    label,
    ...(typicalSizeBytes === undefined ? {} : { typicalSizeBytes }),
    async collect(request) {
      const seen = await look();
      const sessions = new Set([
        ...seen.pieces.map(({ session }) => session),
        ...(seen.waiting.length ? [seen.session] : []),
      ]);
      const files: FrozenFile[] = [];
      let roomBytes = request.maxBytes;
      for (const session of [...sessions].toSorted().toReversed()) {
        throwIfAborted(request.signal);
        const fileName = `${store}-${new Date(startOf(session)).toISOString().slice(0, 19).replaceAll(":", "-")}Z.log`;
        const parts = partsOf(session, seen, read).filter((part) => touches(part, request.window));
        for (const { sizeBytes, lastAt } of parts.filter(({ kind }) => kind === "trimmed"))
          request.leaveOut({ name: fileName, sizeBytes, modifiedAt: new Date(lastAt), reason: "trimmed" });
        const content = parts.filter(({ kind }) => kind !== "trimmed");
        if (!content.some((part) => touches(part, request.window, true))) continue;
        if (files.length >= request.maxFiles) {
          const sizeBytes = content.reduce((sum, part) => sum + part.sizeBytes, 0);
          const modifiedAt = new Date(content.at(-1)!.lastAt);
          request.leaveOut({ name: fileName, sizeBytes, modifiedAt, reason: "over_max_files" });
          continue;
        }
        const file = await freezeSession(fileName, content, roomBytes, request);
        if (!file) continue;
        roomBytes -= file.sizeBytes;
        files.push(file);
      }
      return files;
    },
  };
}

function partsOf(
  session: string,
  { pieces, session: current, waiting }: Look,
  read: (piece: LogPiece) => Promise<string | undefined>,
): Part[] {
  const parts = pieces
    .filter((piece) => piece.session === session)
    .map((piece): Part => ({ ...piece, text: () => read(piece) }));
  if (session !== current || waiting.length === 0) return parts;
  const next = Math.max(-1, ...parts.map(({ to }) => to)) + 1;
  return [
    ...parts,
    {
      kind: "tail",
      from: next,
      to: next,
      sizeBytes: waiting.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      firstAt: waiting[0]!.at,
      lastAt: waiting.at(-1)!.at,
      text: async () => waiting.map(({ text }) => text).join(""),
    },
  ];
}

/** @param strictly else a head touches every window: it explains the lines that do */
function touches({ kind, firstAt, lastAt }: Part, window: CollectRequest["window"], strictly = false): boolean {
  if (!window || (kind === "head" && !strictly)) return true;
  return lastAt >= window.from.getTime() && firstAt <= window.to.getTime();
}

/** The head, then as many of the newest lines as fit. */
async function freezeSession(
  name: string,
  parts: readonly Part[],
  roomBytes: number,
  { leaveOut }: CollectRequest,
): Promise<FrozenFile | undefined> {
  const headBytes = parts.reduce((sum, { kind, sizeBytes }) => sum + (kind === "head" ? sizeBytes : 0), 0);
  // A head that would push half of the rest out explains little.
  const keepsHead = headBytes <= roomBytes / 2;
  let left = roomBytes - NOTES_BYTES - (keepsHead ? headBytes : 0);
  const taken: { part: Part; text: string; firstAt: number }[] = [];
  let cutBytes = 0;
  let cutAt = 0;
  for (const part of parts.toReversed()) {
    const isHead = keepsHead && part.kind === "head";
    const text = await part.text();
    if (text === undefined) continue; // another tab has trimmed it since the look
    const kept = isHead || part.sizeBytes <= left ? text : newestLines(text, cutBytes > 0 ? 0 : left);
    const sizeBytes = kept === text ? part.sizeBytes : utf8Bytes(kept);
    if (!isHead) left -= sizeBytes;
    if (kept !== text) {
      cutBytes += part.sizeBytes - sizeBytes;
      cutAt ||= part.lastAt;
    }
    if (kept !== "") taken.unshift({ part, text: kept, firstAt: kept === text ? part.firstAt : firstTime(kept, part) });
  }
  if (cutBytes > 0) leaveOut({ name, sizeBytes: cutBytes, modifiedAt: new Date(cutAt), reason: "over_max_bytes" });
  const last = taken.at(-1)?.part;
  if (!last) return undefined;

  const texts: string[] = [];
  // Only what stands without a gap up to the end is covered.
  let coversFrom = taken[0]!.firstAt;
  let before: Part | undefined;
  for (const { part, text, firstAt } of taken) {
    if (before && (part.from !== before.to + 1 || firstAt !== part.firstAt)) {
      texts.push(note(before.lastAt, firstAt));
      coversFrom = firstAt;
    }
    texts.push(text);
    before = part;
  }
  return freezeBytes(name, new Blob(texts), {
    modifiedAt: new Date(last.lastAt),
    coversFrom: new Date(coversFrom),
    coversTo: new Date(last.lastAt),
  });
}

/** What the lines that tell of gaps take at most: there are two at the worst, of some 90 bytes. */
const NOTES_BYTES = 256;
function note(fromAt: number, toAt: number): string {
  return `--- lines from ${new Date(fromAt).toISOString()} to ${new Date(toAt).toISOString()} are not here\n`;
}

/** The last lines of the text that fit. */
function newestLines(text: string, roomBytes: number): string {
  let at = text.length;
  for (let sizeBytes = 0; at > 0;) {
    const start = at < 2 ? 0 : text.lastIndexOf("\n", at - 2) + 1;
    sizeBytes += utf8Bytes(text.slice(start, at));
    if (sizeBytes > roomBytes) break;
    at = start;
  }
  return text.slice(at);
}

function firstTime(text: string, { lastAt }: Part): number {
  const [, time] = /^(\d{4}-[\d-]+T[\d:.]+Z) /m.exec(text) ?? [];
  return time === undefined ? lastAt : Date.parse(time);
}
