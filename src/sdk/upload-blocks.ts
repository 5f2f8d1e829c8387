/** The SDK's entry for large files: where links take blocks, `uploadBlocks` goes on after a cut or a restart. */
import type { Bytes, FrozenFile } from "./frozen-file.ts";
import { createGentleHash } from "./hash-gently.ts";
import type { BlockSource, UploadBlocks, UploadSource } from "./upload-bytes.ts";

const MIB = 1024 * 1024;

/**
 * What a cut costs is at most the block that is on its way: of 1 GiB in blocks of 2 MiB, 25 cuts cost at most 5 %, and half of
 * that on average (measured: 20 cuts and 3 kills, 2.6 %). Smaller ones would mostly wait for answers: at 20 Mbit/s one takes
 * 0.8 s, a round trip a tenth of that.
 */
const BLOCK_MIB = 2;

/** Larger files take larger blocks. https://learn.microsoft.com/rest/api/storageservices/put-block-list#remarks */
const MAX_BLOCKS = 50_000;

/**
 * Uploads a file in blocks, one after the other, and makes a blob of them when the hash of all is right. A file of any size takes
 * no more memory than one block. Which blocks are there the SDK remembers: to ask the service for them (Get Block List) takes the
 * permission to read, which upload links have not. Give it to `createBeckon` and `createReports` as it is.
 *
 * @returns the status of the commit, or of the block that failed; 403 when the link ran out before the next block
 */
export const uploadBlocks: UploadBlocks = async (
  source,
  { url, headers },
  { upload, thereBytes, onThere, hasExpired, signal, onProgress },
) => {
  const { sizeBytes } = source;
  const blockMib = Math.max(BLOCK_MIB, Math.ceil(sizeBytes / MIB / MAX_BLOCKS));
  const blockBytes = blockMib * MIB;
  const ids = Array.from({ length: Math.ceil(sizeBytes / blockBytes) }, (_, index) => blockId(blockMib, index));
  const check = checkOf(source);

  // Where an SDK that cut otherwise had begun: from the last one that could be ours.
  const from = thereBytes < sizeBytes ? thereBytes - (thereBytes % blockBytes) : sizeBytes;
  for (let start = from; start < sizeBytes; start += blockBytes) {
    const end = Math.min(start + blockBytes, sizeBytes);
    await check(end);
    signal.throwIfAborted();
    if (hasExpired()) return { status: 403 };
    const block = `${url}&comp=block&blockid=${ids[start / blockBytes]}`;
    const onPart = (sentBytes: number): void => onProgress(start + sentBytes);
    const answer = await upload(partOf(source, start, end), block, {}, { signal, onProgress: onPart });
    if (answer.status !== 201) return answer;
    await onThere(end);
  }
  // Nothing is a blob before this: what was read wrong on the way is never committed.
  await check(sizeBytes);
  const answer = await upload(listOf(source, ids), `${url}&comp=blocklist`, headers, { signal, onProgress() {} });
  // The service lets go of blocks that nobody commits for a week: all of them once more. If that is refused too, it is no such case.
  if (answer.status === 400 && !begunAnew.has(source.file)) {
    begunAnew.add(source.file);
    await onThere(0);
  }
  return answer;
};

/** Files whose blocks this run has sent a second time. */
const begunAnew = new WeakSet<FrozenFile>();

/**
 * Digits are Base64 already. All ids of a blob must be of one length; the size is in them, so that blocks of an SDK that cuts
 * otherwise are never taken for these.
 */
function blockId(blockMib: number, index: number): string {
  return String(blockMib).padStart(4, "0") + String(index).padStart(8, "0");
}

type Check = (end: number) => Promise<void>;

/** How far this run has hashed each file: an attempt goes on where the one before it stopped. */
const checks = new WeakMap<FrozenFile, Check>();

/** Reads on to a byte and hashes, where that was not done yet; at the end it compares. */
function checkOf(source: BlockSource): Check {
  const { file, createHasher, sizeBytes, sha256, onFailure, name } = source;
  const known = checks.get(file);
  if (known) return known;
  const hash = createGentleHash(createHasher());
  let checkedBytes = 0;
  let digest: string | undefined;
  const check: Check = async (end) => {
    for await (const piece of read(source, checkedBytes, end)) {
      await hash.update(piece);
      checkedBytes += piece.length;
    }
    if (checkedBytes === sizeBytes) digest ??= hash.digest();
    if (checkedBytes >= end && (end < sizeBytes || digest === sha256)) return;
    onFailure();
    throw new Error(`${name}: its bytes are not those that were shown`);
  };
  checks.set(file, check);
  return check;
}

async function* read({ file, onFailure }: BlockSource, start: number, end: number): AsyncGenerator<Bytes> {
  if (start >= end) return;
  const pieces = file.stream(start, end)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await pieces.next().catch((error: unknown) => {
        onFailure();
        throw error;
      });
      if (done) return;
      yield value;
    }
  } finally {
    await pieces.return?.();
  }
}

/** Without the collector's word for the whole file: who uploads by it would send all of it. */
function partOf(source: BlockSource, start: number, end: number): UploadSource {
  return {
    ...source,
    saved: undefined,
    sizeBytes: end - start,
    stream: () => read(source, start, end),
    async blob() {
      if (source.file.blob) return source.file.blob.slice(start, end);
      const pieces: Bytes[] = [];
      for await (const piece of read(source, start, end)) pieces.push(piece);
      return new Blob(pieces);
    },
  };
}

function listOf(source: UploadSource, ids: readonly string[]): UploadSource {
  const list = ids.map((id) => `<Latest>${id}</Latest>`).join("");
  const blob = new Blob([`<?xml version="1.0"?><BlockList>${list}</BlockList>`]);
  return {
    ...source,
    saved: undefined,
    sizeBytes: blob.size,
    blob: async () => blob,
    async *stream() {
      yield new Uint8Array(await blob.arrayBuffer());
    },
  };
}
