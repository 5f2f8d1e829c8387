/**
 * A zip as a stream (PKWARE's APPNOTE 6.3.10), with as much of the format as logs need: deflated or stored, names in UTF-8, no
 * encryption, no zip64. The same entries give the same bytes wherever the platform deflates alike, and stored ones everywhere.
 */
import { BeckonError } from "./beckon-error.ts";
import type { Bytes } from "./frozen-file.ts";

export interface ZipEntry {
  /** With `/` between folders. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Of the bytes, from `createCrc32`. */
  readonly crc32: number;
  /** Shown to the second, in UTC; zip knows the years 1980 to 2107. */
  readonly modifiedAt: Date;
  /** Exactly `sizeBytes` bytes. */
  stream(): AsyncIterable<Bytes>;
}

/** Without zip64, a zip's numbers end here. */
const LARGEST_BYTES = 0xffff_ffff;
const MOST_ENTRIES = 0xffff;

const LOCAL = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
/** Version 2.0: deflate and folders. */
const VERSION = 20;
const UTF8_NAMES = 1 << 11;
/** Size and check follow the bytes: of deflated ones they are known only then. */
const SIZES_FOLLOW = 1 << 3;
const DEFLATED = 8;

/**
 * Writes the entries in their order.
 *
 * @param options.deflate whether to compress, where the platform can (`CompressionStream`); default: yes
 * @throws BeckonError `export_too_large` before the first byte where it can be foreseen, else as soon as it is
 */
export async function* writeZip(
  entries: readonly ZipEntry[],
  { deflate = true }: { readonly deflate?: boolean } = {},
): AsyncGenerator<Bytes> {
  const names = entries.map(({ path }) => new TextEncoder().encode(path));
  // Deflate may add a little: what only then grows too large is met below.
  const sizeBytes = entries.reduce((sum, entry, index) => sum + entry.sizeBytes + 2 * names[index]!.length + 128, 22);
  requireFits(sizeBytes, entries.length);

  const compress = deflate ? deflater() : undefined;
  const central: Bytes[] = [];
  let offset = 0;
  for (const [index, entry] of entries.entries()) {
    const name = names[index]!;
    const isDeflated = compress !== undefined && entry.sizeBytes > 0;
    const flags = UTF8_NAMES | (isDeflated ? SIZES_FOLLOW : 0);
    const method = isDeflated ? DEFLATED : 0;
    const common = [
      u16(VERSION, flags, method, ...dosTime(entry.modifiedAt)),
      ...(isDeflated ? [u32(0, 0, 0)] : [u32(entry.crc32, entry.sizeBytes, entry.sizeBytes)]),
      u16(name.length, 0),
    ];
    const start = offset;
    const header = join(u32(LOCAL), ...common, name);
    yield header;
    offset += header.length;

    let packedBytes = 0;
    const bytes = entry.stream();
    for await (const piece of isDeflated ? compress(bytes) : bytes) {
      packedBytes += piece.length;
      requireFits(offset + packedBytes, entries.length);
      yield piece;
    }
    offset += packedBytes;
    const facts = u32(entry.crc32, packedBytes, entry.sizeBytes);
    if (isDeflated) {
      const descriptor = join(u32(DESCRIPTOR), facts);
      yield descriptor;
      offset += descriptor.length;
    }
    const version = u16(VERSION, VERSION, flags, method, ...dosTime(entry.modifiedAt));
    // No extra field, no comment, disk 0; made by MS-DOS, so no attributes either.
    central.push(join(u32(CENTRAL), version, facts, u16(name.length, 0, 0, 0, 0), u32(0, start), name));
  }

  const directory = join(...central);
  const end = join(
    u32(END),
    u16(0, 0, entries.length, entries.length),
    u32(directory.length, offset),
    u16(0), // no comment
  );
  requireFits(offset + directory.length + end.length, entries.length);
  yield directory;
  yield end;
}

function requireFits(sizeBytes: number, entries: number): void {
  if (sizeBytes <= LARGEST_BYTES && entries <= MOST_ENTRIES) return;
  throw new BeckonError(
    "export_too_large",
    `A zip holds at most 4 GiB and ${MOST_ENTRIES} files: take fewer collectors, or a smaller maxBytes.`,
  );
}

type Compress = (bytes: AsyncIterable<Bytes>) => AsyncIterable<Bytes>;

/** As much of CompressionStream as is used: the SDK also compiles where browsers' types are absent. */
type CompressionStreamClass = new (format: "deflate-raw") => {
  readonly readable: ReadableStream<Bytes>;
  readonly writable: WritableStream<Bytes>;
};

/** @returns undefined where the platform has no raw deflate */
function deflater(): Compress | undefined {
  const { CompressionStream } = globalThis as unknown as { CompressionStream?: CompressionStreamClass };
  if (!CompressionStream) return undefined;
  try {
    new CompressionStream("deflate-raw");
  } catch {
    return undefined;
  }
  return async function* (bytes) {
    const { readable, writable } = new CompressionStream("deflate-raw");
    const writer = writable.getWriter();
    const feeding = (async () => {
      try {
        for await (const piece of bytes) await writer.write(piece);
        await writer.close();
      } catch (error) {
        await writer.abort(error);
        throw error;
      }
    })();
    feeding.catch(() => {}); // the reader meets it too, and it is awaited below
    // Not `for await`: Safari cannot iterate its streams.
    const reader = readable.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        yield value;
      }
      await feeding;
    } finally {
      await reader.cancel().catch(() => {});
    }
  };
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The check that zip wants, piece by piece. */
export function createCrc32(): { update(bytes: Uint8Array): void; value(): number } {
  let crc = -1;
  return {
    update(bytes) {
      for (let index = 0; index < bytes.length; index++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[index]!) & 0xff]!;
    },
    value: () => ~crc >>> 0,
  };
}

/** MS-DOS's time and date. */
function dosTime(at: Date): [number, number] {
  const year = Math.min(127, Math.max(0, at.getUTCFullYear() - 1980));
  return [
    (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
    (year << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
  ];
}

function u16(...values: number[]): Bytes {
  const view = new DataView(new ArrayBuffer(values.length * 2));
  values.forEach((value, index) => view.setUint16(index * 2, value, true));
  return new Uint8Array(view.buffer as ArrayBuffer);
}

function u32(...values: number[]): Bytes {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, index) => view.setUint32(index * 4, value, true));
  return new Uint8Array(view.buffer as ArrayBuffer);
}

function join(...parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
