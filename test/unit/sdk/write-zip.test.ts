import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import { hasCode } from "#sdk/beckon-error.ts";
import type { Bytes } from "#sdk/frozen-file.ts";
import { createCrc32, writeZip, type ZipEntry } from "#sdk/write-zip.ts";
import { readZip } from "./read-zip.ts";

const MODIFIED = new Date("2026-11-22T09:30:44Z");

function entry(path: string, content: string | Uint8Array, more: Partial<ZipEntry> = {}): ZipEntry {
  const bytes = new Uint8Array(Buffer.from(content));
  return {
    path,
    sizeBytes: bytes.length,
    crc32: crc32(bytes),
    modifiedAt: MODIFIED,
    async *stream() {
      for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000) as Bytes;
    },
    ...more,
  };
}

async function zip(entries: readonly ZipEntry[], options?: { deflate?: boolean }): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of writeZip(entries, options)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const ENTRIES = [
  entry("manifest.json", "{}\n"),
  entry("app/grüße 日本 🎧.log", "one line\n".repeat(10_000)),
  entry("media/random.blog", crypto.getRandomValues(new Uint8Array(5000))),
  entry("app/empty.log", ""),
];

test.each([{ deflate: true }, { deflate: false }])(
  "another reader finds what was written, and only that: %j",
  async (how) => {
    const bytes = await zip(ENTRIES, how);
    const read = readZip(bytes);
    expect(read.map(({ path }) => path)).toEqual(ENTRIES.map(({ path }) => path));
    for (const [index, { content, modifiedAt }] of read.entries()) {
      expect(crc32(content)).toBe(ENTRIES[index]?.crc32);
      expect(content.length).toBe(ENTRIES[index]?.sizeBytes);
      expect(modifiedAt).toEqual(MODIFIED);
    }
    expect(bytes.length < 20_000).toBe(how.deflate);
  },
);

// Info-ZIP's own test of a zip, where the machine has it; the reader above needs none.
const unzip = findOnPath("unzip", process.env["PATH"]);
test.runIf(unzip)("unzip finds no error", async () => {
  const folder = await mkdtemp(join(tmpdir(), "beckon-zip-"));
  for (const deflate of [true, false]) {
    await writeFile(join(folder, "a.zip"), await zip(ENTRIES, { deflate }));
    const { stdout } = await promisify(execFile)(unzip ?? "", ["-t", join(folder, "a.zip")]);
    expect(stdout).toContain("No errors detected");
  }
  expect((await readFile(join(folder, "a.zip"))).readUInt32LE(0)).toBe(0x04034b50);
  await rm(folder, { recursive: true });
});

test("the same files give the same bytes", async () => {
  expect(await zip(ENTRIES)).toEqual(await zip(ENTRIES));
});

test("the check is zlib's", () => {
  const bytes = crypto.getRandomValues(new Uint8Array(10_000));
  const crc = createCrc32();
  crc.update(bytes.subarray(0, 333));
  crc.update(bytes.subarray(333));
  expect(crc.value()).toBe(crc32(bytes));
});

test("what is more than a zip holds is refused before its first byte, and by its number of files too", async () => {
  const large = entry("large.log", "", { sizeBytes: 0xffff_ffff - 100 });
  const tooLarge = (error: unknown) => hasCode(error, "export_too_large");
  await expect(zip([large], { deflate: false })).rejects.toSatisfy(tooLarge);
  const many = Array.from({ length: 65_536 }, (_, index) => entry(`${index}`, ""));
  await expect(zip(many)).rejects.toSatisfy(tooLarge);
});

test("a file that fails while it is compressed fails the zip with its own error", async () => {
  const broken = entry("a.log", "x".repeat(10), {
    async *stream() {
      yield new Uint8Array([1]) as Bytes;
      throw new Error("disk gone");
    },
  });
  for (const deflate of [true, false]) await expect(zip([broken], { deflate })).rejects.toThrow("disk gone");
});
