import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { freezeBytes, type FrozenFile } from "#sdk/frozen-file.ts";
import type { UploadSource } from "#sdk/upload-bytes.ts";
import { uploadBlocks } from "#sdk/upload-blocks.ts";

// What an app's own upload is handed for each block. Whole journeys with blocks are in test/integration/enduring-upload.test.ts.

const BYTES = new Uint8Array(5 * 1024 * 1024).map((_, index) => index % 251);
const NAME = "calls.log";

/** A file whose collector knows it by a path, and a store that refuses as many commits as told. */
function largeFile({ refusedCommits = 0 } = {}) {
  const file = freezeBytes(NAME, BYTES, { modifiedAt: new Date(0) });
  const sent: { readonly source: UploadSource; readonly what: string | null }[] = [];
  const there: number[] = [];
  let left = refusedCommits;
  const source = {
    fileId: "f1",
    name: NAME,
    sizeBytes: BYTES.length,
    sha256: createHash("sha256").update(BYTES).digest("hex"),
    saved: "/frozen/calls.log",
    stream: () => file.stream(),
    blob: async () => new Blob([BYTES]),
    file,
    createHasher: () => createHash("sha256"),
    onFailure: () => undefined,
  };
  const attempt = (thereBytes: number, signal = new AbortController().signal) =>
    uploadBlocks(
      source,
      { url: "https://blobs.example/ingest/f1?sig=s", headers: {} },
      {
        upload: async (part, url) => {
          const what = new URL(url).searchParams.get("comp");
          sent.push({ source: part, what });
          return { status: what === "blocklist" && left-- > 0 ? 400 : 201 };
        },
        thereBytes,
        onThere: async (bytes) => void there.push(bytes),
        hasExpired: () => false,
        signal,
        onProgress: () => undefined,
      },
    );
  return { attempt, sent, there, source };
}

test("a block is never named by the path of the whole file, nor is the list of blocks", async () => {
  const { attempt, sent } = largeFile();
  expect(await attempt(0)).toEqual({ status: 201 });
  expect(sent.map(({ source, what }) => [what, source.saved])).toEqual([
    ["block", undefined],
    ["block", undefined],
    ["block", undefined],
    ["blocklist", undefined],
  ]);
  const blocks = await Promise.all(sent.slice(0, 3).map(({ source }) => source.blob()));
  expect(
    Buffer.concat(await Promise.all(blocks.map(async (one) => Buffer.from(await one.arrayBuffer())))).equals(BYTES),
  ).toBe(true);
});

test("blocks that the store let go are sent once more, and a commit that is refused all the same is not", async () => {
  const { attempt, sent, there } = largeFile({ refusedCommits: 2 });
  expect(await attempt(0)).toEqual({ status: 400 });
  expect(there.at(-1)).toBe(0);
  expect(await attempt(0)).toEqual({ status: 400 });
  // They count as there: the next attempt only commits.
  expect(there.at(-1)).toBe(BYTES.length);
  sent.length = 0;
  expect(await attempt(BYTES.length)).toEqual({ status: 201 });
  expect(sent.map(({ what }) => what)).toEqual(["blocklist"]);
});

test("an upload that was stopped while a block was read sends nothing of it", async () => {
  const { attempt, sent } = largeFile();
  await expect(attempt(0, AbortSignal.abort(new Error("paused")))).rejects.toThrow("paused");
  expect(sent).toEqual([]);
});

// ── A file that the collector reads from the disk ───────────────────────────────────────────────────────────────────

const MIB = 1024 * 1024;

/** What is read of it is noted; what is written to `bytes` is read from then on. */
function fileOnDisk() {
  const bytes = BYTES.slice();
  const read: number[] = [];
  let isGone = false;
  const file: FrozenFile = {
    name: NAME,
    sizeBytes: bytes.length,
    modifiedAt: new Date(0),
    async *stream(start = 0, end = bytes.length) {
      for (let at = start; at < end; at += MIB) {
        if (isGone) throw new Error("ENOENT");
        read.push(at / MIB);
        yield bytes.slice(at, Math.min(at + MIB, end));
      }
    },
  };
  return { file, bytes, read, remove: () => void (isGone = true) };
}

/** One attempt, as the SDK makes it: with callbacks of its own, over a wire that breaks in the middle of the blocks named. */
async function attemptOf(file: FrozenFile, thereBytes: number, broken: readonly number[] = []) {
  const sent = new Map<number, Buffer>();
  let [failed, there, committed] = [false, thereBytes, false];
  const upload = { ...largeFile().source, file, onFailure: () => (failed = true) };
  const outcome = await uploadBlocks(
    upload,
    { url: "https://blobs.example/ingest/f1?sig=s", headers: {} },
    {
      async upload(part, url) {
        const id = new URL(url).searchParams.get("blockid");
        committed ||= id === null;
        if (id === null) return { status: 201 };
        const index = Number(id.slice(4));
        const pieces: Uint8Array[] = [];
        for await (const piece of part.stream()) pieces.push(piece);
        sent.set(index, Buffer.concat(pieces));
        if (broken.includes(index)) throw new TypeError("the wire broke");
        return { status: 201 };
      },
      thereBytes,
      onThere: async (bytes) => void (there = bytes),
      hasExpired: () => false,
      signal: new AbortController().signal,
      onProgress: () => undefined,
    },
  ).catch((error: Error) => error.message);
  return { outcome, sent, failed, there, committed };
}

test("each byte is read once, and a block that is sent again is the buffer that was hashed, whatever the disk says by then", async () => {
  const { file, bytes, read } = fileOnDisk();
  const first = await attemptOf(file, 0, [1]);
  expect([first.outcome, first.failed, first.there]).toEqual(["the wire broke", false, 2 * MIB]);
  bytes.fill(7, 0, 4 * MIB);
  const second = await attemptOf(file, first.there);
  expect([second.outcome, second.failed]).toEqual([{ status: 201 }, false]);
  expect(read).toEqual([0, 1, 2, 3, 4]);
  expect(second.sent.get(1)?.equals(BYTES.subarray(2 * MIB, 4 * MIB))).toBe(true);
});

test("a later attempt hears itself when the file goes away, and the one before it does not", async () => {
  const { file, remove } = fileOnDisk();
  const first = await attemptOf(file, 0, [1]);
  remove();
  const second = await attemptOf(file, first.there);
  expect(second).toMatchObject({ outcome: "ENOENT", failed: true, there: 4 * MIB });
  expect(first.failed).toBe(false);
});

test("blocks that are read anew are hashed anew: what changed in between is never made a blob", async () => {
  const { file, bytes } = fileOnDisk();
  // As after a restart: the store has the first two blocks, this run has read none of them.
  const after = await attemptOf(file, 4 * MIB);
  expect(after).toMatchObject({ outcome: { status: 201 }, failed: false });
  expect([...after.sent.keys()]).toEqual([2]);
  bytes.fill(7, 0, 1);
  const anew = await attemptOf(file, 0);
  expect(anew).toMatchObject({ failed: true, committed: false });
  expect([...anew.sent.keys()]).toEqual([0, 1]);
});

test("a file that became shorter is no file that was shown", async () => {
  const { file } = fileOnDisk();
  const cut = { ...file, stream: (start = 0, end = 0) => file.stream(start, Math.min(end, 5 * MIB - 1)) };
  expect(await attemptOf(cut, 0)).toMatchObject({ failed: true, committed: false });
});
