import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { freezeBytes } from "#sdk/frozen-file.ts";
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
  return { attempt, sent, there };
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
