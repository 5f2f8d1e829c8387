import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from "yauzl";
import type { z } from "zod";
import { exportManifest } from "#contract/exports.ts";
import { hashBytes } from "./hash-bytes.ts";

export type ExportManifest = z.output<typeof exportManifest>;

/** Why a zip proves nothing. */
export type ExportDoubt =
  | "not_a_zip"
  | "too_large"
  | "no_manifest"
  | "manifest_malformed"
  | "file_missing"
  | "extra_file"
  | "size_differs"
  | "hash_differs"
  | "unreadable";

export type ExportVerdict =
  | { readonly kind: "proven"; readonly manifest: ExportManifest }
  /** The path is the archive's word: shown escaped, and nothing else is done with it. */
  | { readonly kind: "unproven"; readonly doubt: ExportDoubt; readonly path?: string };

export interface ExportSource {
  readonly sizeBytes: number;
  /** @param lengthBytes at least one, and within the archive */
  read(offset: number, lengthBytes: number): Promise<AsyncIterable<Uint8Array>>;
}

const MANIFEST = "manifest.json";
const MANIFEST_BYTES_AT_MOST = 1024 * 1024;
/** As many files as a manifest may name, and itself. */
const ENTRIES_AT_MOST = 501;
/** The directory is read in bites of some bytes; each would be a call of the file store. */
const WINDOW_BYTES = 256 * 1024;

/**
 * Whether a zip is what a device exported: first `manifest.json`, then exactly the files that it names, each of the size and hash
 * that it says. Nothing that the archive claims is believed: what is unpacked is counted, and never kept.
 *
 * @param maxBytes what the files may have together when they are unpacked
 * @throws what the source throws: a store that is away is no doubt about the archive
 */
export async function checkExport(source: ExportSource, maxBytes: number): Promise<ExportVerdict> {
  const reader = new SourceReader(source);
  try {
    const zip = await fromRandomAccessReaderPromise(reader, source.sizeBytes, { autoClose: false });
    return await checkZip(zip, source.sizeBytes, maxBytes);
  } catch (error) {
    if (reader.trouble !== undefined) throw reader.trouble;
    if (error instanceof Doubt) return { kind: "unproven", doubt: error.doubt, ...present(error.path) };
    return { kind: "unproven", doubt: "not_a_zip" };
  }
}

async function checkZip(zip: ZipFile, sizeBytes: number, maxBytes: number): Promise<ExportVerdict> {
  if (zip.entryCount > ENTRIES_AT_MOST) throw new Doubt("too_large");
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) entries.push(entry);
  // Entries that lie over each other make much of little.
  if (entries.reduce((sum, entry) => sum + entry.compressedSize, 0) > sizeBytes) throw new Doubt("too_large");
  const [first, ...rest] = entries;
  if (first?.fileName !== MANIFEST) throw new Doubt("no_manifest");
  if (first.uncompressedSize > MANIFEST_BYTES_AT_MOST) throw new Doubt("too_large", MANIFEST);
  const manifest = parseManifest((await buffer(await open(zip, first))).toString("utf8"));
  if (manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0) > maxBytes) throw new Doubt("too_large");

  const named = new Map(manifest.files.map((file) => [file.path, file]));
  for (const entry of rest) {
    const file = named.get(entry.fileName);
    if (!file) throw new Doubt("extra_file", entry.fileName);
    named.delete(entry.fileName);
    if (entry.uncompressedSize !== file.sizeBytes) throw new Doubt("size_differs", file.path);
    const { sha256 } = await readThrough(zip, entry);
    if (sha256 !== file.sha256) throw new Doubt("hash_differs", file.path);
  }
  for (const path of named.keys()) throw new Doubt("file_missing", path);
  return { kind: "proven", manifest };
}

function parseManifest(text: string): ExportManifest {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new Doubt("manifest_malformed");
  }
  const parsed = exportManifest.safeParse(given);
  if (!parsed.success) throw new Doubt("manifest_malformed");
  return parsed.data;
}

async function open(zip: ZipFile, entry: Entry): Promise<Readable> {
  if (entry.isEncrypted() || !entry.canDecodeFileData()) throw new Doubt("unreadable", entry.fileName);
  return zip.openReadStreamPromise(entry);
}

/** The reader of the zip breaks off where an entry gives more bytes than it said. */
async function readThrough(zip: ZipFile, entry: Entry) {
  try {
    return await hashBytes(await open(zip, entry));
  } catch (error) {
    throw error instanceof Doubt ? error : new Doubt("unreadable", entry.fileName);
  }
}

class Doubt extends Error {
  readonly doubt: ExportDoubt;
  readonly path: string | undefined;
  constructor(doubt: ExportDoubt, path?: string) {
    super(doubt);
    this.doubt = doubt;
    this.path = path;
  }
}

/** Small reads come from one window of the archive, streams straight from the source. */
class SourceReader extends RandomAccessReader {
  /** What the source threw; the zip's reader would hide it among what is wrong with the zip. */
  trouble: unknown;
  readonly #source: ExportSource;
  #window = { offset: 0, bytes: Buffer.alloc(0) };

  constructor(source: ExportSource) {
    super();
    this.#source = source;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#bytes(start, end - start), { objectMode: false });
  }

  override read(
    target: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    this.#fill(position, length).then(
      (bytes) => {
        bytes.copy(target, offset);
        callback(null);
      },
      (error: Error) => callback(error),
    );
  }

  async #fill(position: number, length: number): Promise<Buffer> {
    const { offset, bytes } = this.#window;
    if (position < offset || position + length > offset + bytes.length) {
      const lengthBytes = Math.min(Math.max(length, WINDOW_BYTES), this.#source.sizeBytes - position);
      this.#window = { offset: position, bytes: await buffer(Readable.from(this.#bytes(position, lengthBytes))) };
    }
    const from = position - this.#window.offset;
    const found = this.#window.bytes.subarray(from, from + length);
    if (found.length < length) throw new Error("The archive ends before that");
    return found;
  }

  async *#bytes(offset: number, lengthBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    if (lengthBytes <= 0) return;
    try {
      yield* await this.#source.read(offset, lengthBytes);
    } catch (error) {
      this.trouble ??= error;
      throw error;
    }
  }
}

function present(path: string | undefined): { readonly path?: string } {
  return path === undefined ? {} : { path };
}
