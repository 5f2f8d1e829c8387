import { createReadStream, createWriteStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Bytes, Collector, FrozenFile } from "./frozen-file.ts";

/** What a frozen copy is found by after a restart, as the JSON of `FrozenFile.saved`. */
interface Snapshot {
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAt: string;
  readonly coversFrom?: string | undefined;
  readonly coversTo?: string | undefined;
}

interface Found {
  readonly name: string;
  readonly handle: FileHandle;
  readonly inode: bigint;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
}

const SNAPSHOT_ID = /^[0-9a-f-]{36}$/;

/** Logs rotate seldom: five looks in a row that all meet a rotation mean that something else is wrong. */
const LOOKS = 5;

/** Far enough into a file to meet a line that begins with a time. */
const COVERAGE_BYTES = 16 * 1024;
const TIMESTAMP = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)/g;

/**
 * Collects log files of a folder, rotated ones as well. Freezing copies the first bytes of each, as many as it has at that
 * moment, into `snapshots`: appending, renaming, truncating and deleting the log afterwards changes nothing, nor does a
 * restart.
 *
 * @param options.pattern the names to take, such as `/^app\.log(\.\d+)?$/`
 * @param options.snapshots a folder of this collector's own: it deletes there what it does not know. Default: `.beckon-NAME`
 *   in `folder`
 */
export function nodeFileCollector({
  name: collector,
  label,
  folder,
  pattern,
  snapshots = join(folder, `.beckon-${collector}`),
  typicalSizeBytes,
}: {
  name: string;
  label: string;
  folder: string;
  pattern: RegExp;
  snapshots?: string;
  typicalSizeBytes?: number;
}): Collector {
  async function freeze(found: Found): Promise<FrozenFile> {
    const id = crypto.randomUUID();
    const path = join(snapshots, id);
    const writing = createWriteStream(path, { flags: "wx", mode: 0o600, flush: true });
    const { handle, sizeBytes: atThisMoment } = found;
    // `end` is inclusive: a stream of no bytes at all cannot be said that way.
    const reading =
      atThisMoment === 0
        ? Readable.from([])
        : handle.createReadStream({ start: 0, end: atThisMoment - 1, autoClose: false });
    await pipeline(reading, writing);
    // A log that was truncated while it was read has given fewer bytes; what was read is what is shown.
    const sizeBytes = writing.bytesWritten;
    const covers = await readCoverage(path, sizeBytes);
    return asFrozenFile({ id, name: found.name, sizeBytes, modifiedAt: found.modifiedAt.toISOString(), ...covers });
  }

  function asFrozenFile(snapshot: Snapshot): FrozenFile {
    const { id, name, sizeBytes, modifiedAt, coversFrom, coversTo } = snapshot;
    const path = join(snapshots, id);
    return {
      name,
      sizeBytes,
      modifiedAt: new Date(modifiedAt),
      coversFrom: coversFrom === undefined ? undefined : new Date(coversFrom),
      coversTo: coversTo === undefined ? undefined : new Date(coversTo),
      saved: JSON.stringify(snapshot),
      async *stream(start = 0, end = sizeBytes) {
        if (start >= end) return;
        for await (const piece of createReadStream(path, { start, end: end - 1 })) yield piece as Bytes;
      },
      release: () => removeIfThere(path),
    };
  }

  /** All matching files as they are at one moment: a rotation in the middle would give one file twice and lose another. */
  async function look(): Promise<Found[]> {
    for (let looks = 1; ; looks++) {
      const found: Found[] = [];
      try {
        const entries = await readdir(folder, { withFileTypes: true });
        for (const entry of entries) {
          if (!entry.isFile() || entry.name.search(pattern) < 0) continue;
          const handle = await open(join(folder, entry.name));
          const { ino, size, mtime } = await handle.stat({ bigint: true });
          found.push({ name: entry.name, handle, inode: ino, sizeBytes: Number(size), modifiedAt: mtime });
        }
        const now = await Promise.all(found.map(({ name }) => stat(join(folder, name), { bigint: true })));
        if (now.every(({ ino }, index) => ino === found[index]?.inode)) return found;
      } catch (error) {
        if (!isMissing(error)) {
          await closeAll(found);
          throw error;
        }
      }
      await closeAll(found);
      if (looks === LOOKS)
        throw new Error(`The files of ${collector} change their names faster than they can be opened.`);
    }
  }

  return {
    name: collector,
    label,
    ...(typicalSizeBytes === undefined ? {} : { typicalSizeBytes }),

    async collect({ window, maxBytes, maxFiles, signal, leaveOut }) {
      await mkdir(snapshots, { recursive: true, mode: 0o700 });
      const found = await look();
      const frozen: FrozenFile[] = [];
      try {
        found.sort((one, other) => other.modifiedAt.getTime() - one.modifiedAt.getTime());
        let totalBytes = 0;
        for (const file of found) {
          signal.throwIfAborted();
          // Last written before the window began: nothing in it can be of the window.
          if (window && file.modifiedAt < window.from) continue;
          // The SDK would let it go anyway; a copy of a folder of many gigabytes is not made to find that out.
          if (frozen.length >= maxFiles || totalBytes + file.sizeBytes > maxBytes) {
            leaveOut({ ...file, reason: frozen.length >= maxFiles ? "over_max_files" : "over_max_bytes" });
            continue;
          }
          totalBytes += file.sizeBytes;
          frozen.push(await freeze(file));
        }
        return frozen;
      } catch (error) {
        for (const file of frozen) await file.release?.();
        throw error;
      } finally {
        await closeAll(found);
      }
    },

    async reopen(saved) {
      const snapshot = JSON.parse(saved) as Snapshot;
      if (!SNAPSHOT_ID.test(snapshot.id)) return undefined;
      const now = await stat(join(snapshots, snapshot.id)).catch(() => undefined);
      return now?.size === snapshot.sizeBytes ? asFrozenFile(snapshot) : undefined;
    },

    async releaseAllBut(saved) {
      const needed = new Set(saved.map((one) => (JSON.parse(one) as Snapshot).id));
      const there = await readdir(snapshots).catch(() => []);
      for (const id of there) if (SNAPSHOT_ID.test(id) && !needed.has(id)) await removeIfThere(join(snapshots, id));
    },
  };
}

/** The first and the last time that lines tell, where they begin with one such as 2026-11-22T09:30:00Z. */
async function readCoverage(path: string, sizeBytes: number): Promise<Pick<Snapshot, "coversFrom" | "coversTo">> {
  const handle = await open(path);
  try {
    const read = async (position: number) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(COVERAGE_BYTES), 0, COVERAGE_BYTES, position);
      return [...buffer.toString("latin1", 0, bytesRead).matchAll(TIMESTAMP)].map(([text]) => Date.parse(text));
    };
    const first = (await read(0)).find(Number.isFinite);
    const last = (await read(Math.max(0, sizeBytes - COVERAGE_BYTES))).findLast(Number.isFinite);
    if (first === undefined || last === undefined) return {};
    return { coversFrom: new Date(first).toISOString(), coversTo: new Date(last).toISOString() };
  } finally {
    await handle.close();
  }
}

async function closeAll(found: readonly Found[]): Promise<void> {
  await Promise.all(found.map(({ handle }) => handle.close()));
}

async function removeIfThere(path: string): Promise<void> {
  await unlink(path).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
