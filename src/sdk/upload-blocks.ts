/** The SDK's entry for large files: where links take blocks, `uploadBlocks` goes on after a cut or a restart. */
import type { Bytes, FrozenFile } from "./frozen-file.ts";
import { createGentleHash } from "./hash-gently.ts";
import type { BlockSource, UploadBlocks, UploadSource } from "./upload-bytes.ts";
import { throwIfAborted } from "./on-abort.ts";

const MIB = 1024 * 1024;

/**
 * What a cut costs is at most the block that is on its way: of 1 GiB in blocks of 2 MiB, 25 cuts cost at most 5 %, and half of
 * that on average (measured: 20 cuts and 3 kills, 2.6 %). Smaller ones would mostly wait for answers: at 20 Mbit/s one takes
 * 0.8 s, a round trip a tenth of that.
 */
const BLOCK_MIB = 2;

/** Larger files take larger blocks. https://learn.microsoft.com/rest/api/storageservices/put-block-list#remarks */
const MAX_BLOCKS = 50_000;

/** Progress is told a piece: on a slow uplink a whole block would look like an upload that stalled. */
const PIECE_BYTES = 64 * 1024;

/**
 * Uploads a file in blocks, one after the other, and makes a blob of them when the hash of all is right. A file of any size takes
 * no more memory than two blocks. Which blocks are there the SDK remembers: to ask the service for them (Get Block List) takes the
 * permission to read, which upload links have not. Give it to `createBeckon` and `createReports` as it is.
 *
 * @returns the status of the commit, or of the block that failed; 403 when the link ran out before the next block
 */
export const uploadBlocks: UploadBlocks = async (
  source,
  { url, headers },
  { upload, thereBytes, onThere, hasExpired, signal, onProgress },
) => {
  const { file, sizeBytes } = source;
  const blockMib = Math.max(BLOCK_MIB, Math.ceil(sizeBytes / MIB / MAX_BLOCKS));
  const blockBytes = blockMib * MIB;
  const ids = Array.from({ length: Math.ceil(sizeBytes / blockBytes) }, (_, index) => blockId(blockMib, index));

  // Where an SDK that cut otherwise had begun: from the last one that could be ours.
  const from = thereBytes < sizeBytes ? thereBytes - (thereBytes % blockBytes) : sizeBytes;
  for (let start = from; start < sizeBytes; start += blockBytes) {
    const end = Math.min(start + blockBytes, sizeBytes);
    const bytes = await readTo(end, source, blockBytes);
    throwIfAborted(signal);
    if (hasExpired()) return { status: 403 };
    const block = `${url}&comp=block&blockid=${ids[start / blockBytes]}`;
    const onPart = (sentBytes: number): void => onProgress(start + sentBytes);
    const answer = await upload(sourceOf(source, bytes), block, {}, { signal, onProgress: onPart });
    if (answer.status !== 201) return answer;
    await onThere(end);
  }
  // Nothing is a blob before this: what was read wrong on the way is never committed.
  await readTo(sizeBytes, source, blockBytes);
  const list = ids.map((id) => `<Latest>${id}</Latest>`).join("");
  const commit = sourceOf(source, new TextEncoder().encode(`<?xml version="1.0"?><BlockList>${list}</BlockList>`));
  const answer = await upload(commit, `${url}&comp=blocklist`, headers, { signal, onProgress() {} });
  // The service lets go of blocks that nobody commits for a week: all of them once more. If that is refused too, it is no such case.
  if (answer.status === 400 && !begunAnew.has(file)) {
    begunAnew.add(file);
    await onThere(0);
  } else if (answer.status === 201) readings.delete(file);
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

/** How far this run has read a file. Nothing of the attempt that read it: the next one has callbacks of its own. */
interface Reading {
  readonly hash: ReturnType<typeof createGentleHash>;
  hashedBytes: number;
  /** Of all of it. */
  digest?: string;
  /** The last block that was read. */
  block: Bytes;
}

const readings = new WeakMap<FrozenFile, Reading>();

/**
 * Reads on to the end of a block, and hashes: each byte once, so that what is sent is the very buffer that was hashed, also when it
 * is sent again. The end of the file is given out only where the hash of all is right.
 *
 * @returns the block that ends there
 */
async function readTo(end: number, source: BlockSource, blockBytes: number): Promise<Bytes> {
  const { file, createHasher, sizeBytes, sha256, onFailure, name } = source;
  let reading = readings.get(file);
  // The service let go of what was sent: from the beginning.
  if (!reading || reading.hashedBytes > end) {
    reading = { hash: createGentleHash(createHasher()), hashedBytes: 0, block: new Uint8Array(0) };
    readings.set(file, reading);
  }
  try {
    while (reading.hashedBytes < end) {
      const start = reading.hashedBytes;
      const block = await readBlock(file, start, Math.min(start + blockBytes, sizeBytes));
      await reading.hash.update(block);
      reading.hashedBytes += block.length;
      reading.block = block;
    }
    if (end === sizeBytes && sha256 !== (reading.digest ??= reading.hash.digest()))
      throw new Error(`${name}: its bytes are not those that were shown`);
    return reading.block;
  } catch (error) {
    onFailure();
    throw error;
  }
}

/** @throws when the file ends before */
async function readBlock(file: FrozenFile, start: number, end: number): Promise<Bytes> {
  const block = new Uint8Array(end - start);
  let at = 0;
  for await (const piece of file.stream(start, end)) {
    block.set(piece, at);
    at += piece.length;
  }
  if (at < block.length) throw new Error("it is shorter than it was");
  return block;
}

/** Without the collector's word for the whole file: who uploads by it would send all of it. */
function sourceOf(source: BlockSource, bytes: Bytes): UploadSource {
  return {
    ...source,
    saved: undefined,
    sizeBytes: bytes.length,
    blob: async () => new Blob([bytes]),
    async *stream() {
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
    },
  };
}
