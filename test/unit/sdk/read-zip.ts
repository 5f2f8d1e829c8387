import { crc32, inflateRawSync } from "node:zlib";

/** An entry as a reader of our own finds it, by the directory at the zip's end, held to every number that it carries. */
export interface ReadEntry {
  readonly path: string;
  readonly content: Buffer;
  readonly modifiedAt: Date;
}

/** Reads a zip by APPNOTE alone; it shares nothing with what writes it. Throws at whatever does not agree. */
export function readZip(zip: Buffer): ReadEntry[] {
  const end = zip.length - 22;
  hold(zip.readUInt32LE(end), 0x06054b50, "the end is where a zip without comment has it");
  const count = zip.readUInt16LE(end + 10);
  hold(zip.readUInt16LE(end + 8), count, "all entries are on this disk");
  const start = zip.readUInt32LE(end + 16);
  hold(start + zip.readUInt32LE(end + 12), end, "the directory fills the place before the end");

  const entries: ReadEntry[] = [];
  let at = start;
  let next = 0;
  for (let index = 0; index < count; index++) {
    hold(zip.readUInt32LE(at), 0x02014b50, "a directory's entry");
    const flags = zip.readUInt16LE(at + 8);
    const method = zip.readUInt16LE(at + 10);
    const check = zip.readUInt32LE(at + 16);
    const packedBytes = zip.readUInt32LE(at + 20);
    const sizeBytes = zip.readUInt32LE(at + 24);
    const nameBytes = zip.readUInt16LE(at + 28);
    const local = zip.readUInt32LE(at + 42);
    const name = zip.subarray(at + 46, at + 46 + nameBytes);
    hold(flags & 0x800, 0x800, "names are UTF-8");
    hold(zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32), 0, "no extra field, no comment");

    hold(local, next, "entries follow each other");
    hold(zip.readUInt32LE(local), 0x04034b50, "a local header");
    hold(zip.subarray(local + 30, local + 30 + nameBytes).equals(name), true, "both headers have one name");
    hold(zip.readUInt32LE(local + 6), zip.readUInt32LE(at + 8), "and one method");
    const from = local + 30 + nameBytes + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(from, from + packedBytes);
    const content = method === 8 ? inflateRawSync(packed) : packed;
    hold(content.length, sizeBytes, "the size");
    hold(crc32(content), check, "the check");
    next = from + packedBytes;
    if (flags & 8) {
      hold(zip.readUInt32LE(next), 0x08074b50, "a descriptor");
      hold(zip.subarray(next + 4, next + 16).equals(zip.subarray(at + 16, at + 28)), true, "the descriptor's numbers");
      next += 16;
    } else {
      hold(zip.subarray(local + 14, local + 26).equals(zip.subarray(at + 16, at + 28)), true, "the header's numbers");
    }
    entries.push({ path: name.toString("utf8"), content, modifiedAt: dosTime(zip.readUInt32LE(at + 12)) });
    at += 46 + nameBytes;
  }
  hold(next, start, "nothing stands between the entries and the directory");
  hold(at, end, "nothing follows the directory");
  return entries;
}

function hold(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${String(expected)} expected, ${String(actual)} found`);
}

function dosTime(value: number): Date {
  const [time, date] = [value & 0xffff, value >>> 16];
  return new Date(
    Date.UTC((date >> 9) + 1980, ((date >> 5) & 15) - 1, date & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2),
  );
}
