import { once } from "node:events";
import { type PassThrough, Readable } from "node:stream";
import { ZipFile } from "yazl";

export interface ZipEntry {
  /** With `/` between folders; relative, and without `..`. */
  readonly path: string;
  readonly modifiedAt: Date;
  /** Where it is known: then it is held to, and the zip can say before the bytes whether it needs zip64. */
  readonly sizeBytes?: number;
  /** Whether it pays: what is encrypted or packed already only costs time. */
  readonly isPacked: boolean;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * A zip as it is made: each entry is asked for when the one before it is through, and none is held in memory. With zip64 where the
 * numbers need it. When an entry throws, so does this, and what was given out by then has no directory: nothing opens it as a zip.
 */
export async function* writeZip(entries: AsyncIterable<ZipEntry>): AsyncGenerator<Uint8Array, void, undefined> {
  const zip = new ZipFile();
  const output = zip.outputStream as PassThrough;
  const gone = new AbortController();
  zip.once("error", (error: Error) => output.destroy(error));
  const feeding = feed(zip, entries, gone.signal).catch((error: unknown) => {
    output.destroy(error instanceof Error ? error : new Error("An entry could not be read", { cause: error }));
  });
  try {
    for await (const piece of output) yield piece as Uint8Array;
  } finally {
    gone.abort();
    await feeding;
  }
}

async function feed(zip: ZipFile, entries: AsyncIterable<ZipEntry>, gone: AbortSignal): Promise<void> {
  for await (const { path, modifiedAt, sizeBytes, isPacked, bytes } of entries) {
    const source = Readable.from(bytes, { objectMode: false });
    const ended = once(source, "end", { signal: gone });
    source.on("error", () => {}); // told by `ended`; yazl does not listen
    zip.addReadStream(source, path, {
      mtime: modifiedAt,
      compress: !isPacked,
      ...(sizeBytes === undefined ? {} : { size: sizeBytes }),
    });
    try {
      await ended;
    } catch (error) {
      source.destroy();
      if (gone.aborted) return;
      throw error;
    }
  }
  zip.end();
}
