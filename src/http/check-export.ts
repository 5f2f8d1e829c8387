import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { crc32 } from "node:zlib";
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from "yauzl";
import type { z } from "zod";
import { exportManifest } from "#contract/exports.ts";
import type { ExportDoubt } from "#domain/vocabulary.ts";
import { hashBytes } from "./hash-bytes.ts";
import { parseInput } from "./parse-input.ts";

export type ExportManifest = z.output<typeof exportManifest>;

/** Why a zip is put on no ticket, proven or not: it is none, or somebody who unpacks it would be harmed. */
export type ExportRefusal =
  | "not_a_zip"
  | "empty"
  | "too_many_files"
  | "too_large"
  | "directory_too_large"
  | "unsafe_path"
  | "duplicate_path"
  | "overlapping";

export type ExportVerdict =
  | {
      readonly kind: "proven";
      readonly manifest: ExportManifest;
      /** The bytes of a file that the manifest names, once more. */
      readonly read: (path: string) => AsyncIterable<Uint8Array>;
    }
  /** The path is the archive's word: shown escaped, and nothing else is done with it. */
  | { readonly kind: "unproven"; readonly doubt: ExportDoubt; readonly path?: string }
  | { readonly kind: "refused"; readonly why: ExportRefusal; readonly path?: string };

export interface ExportSource {
  readonly sizeBytes: number;
  /** @param lengthBytes at least one, and within the archive */
  read(offset: number, lengthBytes: number): Promise<AsyncIterable<Uint8Array>>;
}

const MANIFEST = "manifest.json";
const MANIFEST_BYTES_AT_MOST = 1024 * 1024;
/** As many files as a manifest may name. */
export const EXPORT_FILES_AT_MOST = 500;
const PATH_AT_MOST = 1_000;
/** Of UTF-8: each of a path's characters has at most four bytes. */
const PATH_BYTES_AT_MOST = 4 * PATH_AT_MOST;
/**
 * What the entries' extra fields and comments may have together. A zip of the usual programs has 20 to 60 bytes of them an entry; an
 * entry may have 128 KiB, which take many times that in memory when they are taken apart.
 */
const REMARKS_BYTES_AT_MOST = 128 * 1024;
/** APPNOTE.TXT, section 4.3.7: a local header without its name. */
const LOCAL_HEADER_BYTES = 30;
/** Control characters, and marks that turn the direction of what follows: no path of ours has them, and they hide an ending. */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\\]/u;
/** The directory is read in bites of some bytes; each would be a call of the file store. */
const WINDOW_BYTES = 256 * 1024;

/**
 * Whether a zip is what a device exported: first `manifest.json`, then exactly the files that it names, each of the size and hash
 * that it says. Nothing that the archive claims is believed: what is unpacked is counted, and never kept.
 *
 * A zip that would harm whoever unpacks it is refused, whatever its manifest says: paths that lead out of a folder or are there
 * twice, entries that lie over each other, more than is taken when they are unpacked.
 *
 * @param maxBytes what the files may have together when they are unpacked
 * @throws what the source throws: a store that is away is no doubt about the archive
 */
export async function checkExport(source: ExportSource, maxBytes: number): Promise<ExportVerdict> {
  const reader = new SourceReader(source);
  try {
    const entries = await readDirectory(reader, source.sizeBytes, maxBytes);
    const manifest = await readManifest(entries, maxBytes);
    await holdTo(manifest, entries);
    return { kind: "proven", manifest, read: (path) => readAgain(reader, entries, path) };
  } catch (error) {
    if (reader.trouble !== undefined) throw reader.trouble;
    if (error instanceof Doubt) return { kind: "unproven", doubt: error.doubt, ...present(error.path) };
    if (error instanceof Refusal) return { kind: "refused", why: error.why, ...present(error.path) };
    throw error;
  }
}

interface Directory {
  readonly zip: ZipFile;
  /** In the order of the directory. */
  readonly entries: ReadonlyMap<string, Entry>;
}

async function readDirectory(reader: SourceReader, sizeBytes: number, maxBytes: number): Promise<Directory> {
  const { zip, found } = await findEntries(reader, sizeBytes);
  if (found.length === 0) throw new Refusal("empty");
  const entries = new Map<string, Entry>();
  const folded = new Set<string>();
  for (const entry of found) {
    const path = entry.fileName;
    if (UNSAFE.test(path) || path === "" || path.length > PATH_AT_MOST) throw new Refusal("unsafe_path");
    // Two that differ by case alone are one file on Windows and macOS.
    const alike = path.normalize("NFC").toLowerCase();
    if (folded.has(alike)) throw new Refusal("duplicate_path", path);
    folded.add(alike);
    entries.set(path, entry);
  }
  requireApart(found, sizeBytes);
  if (found.reduce((sum, entry) => sum + entry.uncompressedSize, 0) > maxBytes) throw new Refusal("too_large");
  return { zip, entries };
}

/** Entries that lie over each other make much of little. */
function requireApart(found: readonly Entry[], sizeBytes: number): void {
  const inOrder = found.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  for (const [index, entry] of inOrder.entries()) {
    const end = entry.relativeOffsetOfLocalHeader + LOCAL_HEADER_BYTES + entry.compressedSize;
    const next = inOrder[index + 1]?.relativeOffsetOfLocalHeader ?? sizeBytes;
    if (end > next) throw new Refusal("overlapping", entry.fileName);
  }
}

async function findEntries(reader: SourceReader, sizeBytes: number) {
  const found: Entry[] = [];
  try {
    const zip = await fromRandomAccessReaderPromise(reader, sizeBytes, { autoClose: false });
    if (zip.entryCount > EXPORT_FILES_AT_MOST + 1) throw new Refusal("too_many_files");
    let remarksBytes = 0;
    for await (const entry of zip.eachEntry()) {
      if (entry.fileNameLength > PATH_BYTES_AT_MOST) throw new Refusal("unsafe_path");
      remarksBytes += entry.extraFieldLength + entry.fileCommentLength;
      if (remarksBytes > REMARKS_BYTES_AT_MOST) throw new Refusal("directory_too_large");
      found.push(entry);
    }
    return { zip, found };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const isPath =
      error instanceof Error && /^(absolute path|invalid relative path|invalid characters)/.test(error.message);
    throw new Refusal(isPath ? "unsafe_path" : "not_a_zip");
  }
}

async function readManifest({ zip, entries }: Directory, maxBytes: number): Promise<ExportManifest> {
  const [first] = entries.values();
  if (first?.fileName !== MANIFEST) throw new Doubt("no_manifest");
  if (first.uncompressedSize > MANIFEST_BYTES_AT_MOST) throw new Doubt("manifest_malformed");
  let text = "";
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  try {
    for await (const chunk of unpack(zip, first)) text += decoder.decode(chunk, { stream: true });
    text += decoder.decode();
  } catch {
    throw new Doubt("unreadable", MANIFEST);
  }
  const manifest = parseManifest(text);
  if (manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0) > maxBytes) throw new Refusal("too_large");
  return manifest;
}

function parseManifest(text: string): ExportManifest {
  try {
    // As strict as a body of the API: what PostgreSQL cannot keep is no name.
    return parseInput(exportManifest, JSON.parse(text), "body");
  } catch {
    throw new Doubt("manifest_malformed");
  }
}

async function holdTo(manifest: ExportManifest, { zip, entries }: Directory): Promise<void> {
  const named = new Map(manifest.files.map((file) => [file.path, file]));
  for (const entry of entries.values()) {
    if (entry.fileName === MANIFEST) continue;
    const file = named.get(entry.fileName);
    if (!file) throw new Doubt("extra_file", entry.fileName);
    named.delete(entry.fileName);
    if (entry.uncompressedSize !== file.sizeBytes) throw new Doubt("size_differs", file.path);
    const { sha256 } = await readThrough(zip, entry);
    if (sha256 !== file.sha256) throw new Doubt("hash_differs", file.path);
  }
  for (const path of named.keys()) throw new Doubt("file_missing", path);
}

/** The reader of the zip breaks off where an entry gives more bytes than it said. */
async function readThrough(zip: ZipFile, entry: Entry) {
  try {
    return await hashBytes(unpack(zip, entry));
  } catch {
    throw new Doubt("unreadable", entry.fileName);
  }
}

async function* readAgain(
  reader: SourceReader,
  { zip, entries }: Directory,
  path: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const entry = entries.get(path);
  if (!entry) throw new Error("The zip has no such file");
  try {
    yield* unpack(zip, entry);
  } catch (error) {
    throw reader.trouble ?? error;
  }
}

/** @throws Error when it is encrypted, packed in a way of its own, or not what its check says */
async function* unpack(zip: ZipFile, entry: Entry): AsyncGenerator<Uint8Array, void, undefined> {
  if (entry.isEncrypted() || !entry.canDecodeFileData()) throw new Error("The entry cannot be unpacked");
  let check = 0;
  for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
    check = crc32(chunk, check);
    yield chunk;
  }
  if (check !== entry.crc32) throw new Error("The entry's check is another");
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

class Refusal extends Error {
  readonly why: ExportRefusal;
  readonly path: string | undefined;
  constructor(why: ExportRefusal, path?: string) {
    super(why);
    this.why = why;
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
