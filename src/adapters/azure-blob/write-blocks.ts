import { createHash } from "node:crypto";
import type { BlockBlobClient } from "@azure/storage-blob";
import type { BlobContent } from "#ports/blob-store.ts";

/** One block fills while three are on their way: 8 MiB an upload. `npm run bench multipart` measures it. */
const BLOCK_BYTES = 2 * 1024 * 1024;
const UNDER_WAY = 3;
/** Blocks that were given back and wait for the next upload, so that one after the other takes no new memory. */
const KEPT_BLOCKS = 4;
/** A block that is not stored by then is one that the store does not take. */
const BLOCK_TIMEOUT_MS = 60_000;

const spare: Buffer[] = [];
const lend = (): Buffer => spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
const giveBack = (block: Buffer): void => {
  if (spare.length < KEPT_BLOCKS) spare.push(block);
};

const NOTHING_THERE = { ifNoneMatch: "*" };
const HEADERS = { blobContentType: "application/octet-stream" };

/**
 * Writes a blob from bytes as they come: what fits in one block with one call, more as blocks that are committed at the end. The
 * hash is over the bytes in the order in which they went out.
 *
 * @throws whatever the bytes or the store throw; then the blocks that were staged are thrown away
 */
export async function writeBlocks(
  client: BlockBlobClient,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<BlobContent> {
  const hash = createHash("sha256");
  const ids: string[] = [];
  const underWay = new Set<Promise<void>>();
  let trouble: { readonly error: unknown } | undefined;
  let sizeBytes = 0;
  let block = lend();
  let filled = 0;

  const stage = async (full: Buffer, length: number, id: string): Promise<void> => {
    try {
      await client.stageBlock(id, full.subarray(0, length), length, { abortSignal: within(signal) });
      giveBack(full);
    } catch (error) {
      // The block is not lent again: a call that was given up may still hold it.
      trouble ??= { error };
    }
  };
  const send = async (): Promise<void> => {
    if (underWay.size >= UNDER_WAY) await Promise.race(underWay);
    if (trouble) throw trouble.error;
    const id = Buffer.from(String(ids.length).padStart(6, "0")).toString("base64");
    ids.push(id);
    const staged = stage(block, filled, id).finally(() => underWay.delete(staged));
    underWay.add(staged);
    block = lend();
    filled = 0;
  };

  try {
    for await (const chunk of bytes) {
      signal.throwIfAborted();
      hash.update(chunk);
      sizeBytes += chunk.byteLength;
      for (let from = 0; from < chunk.byteLength;) {
        if (filled === BLOCK_BYTES) await send();
        const length = Math.min(BLOCK_BYTES - filled, chunk.byteLength - from);
        block.set(chunk.subarray(from, from + length), filled);
        filled += length;
        from += length;
      }
    }
    const terms = { abortSignal: within(signal), conditions: NOTHING_THERE, blobHTTPHeaders: HEADERS };
    if (ids.length === 0) {
      const { etag = "" } = await client.upload(block.subarray(0, filled), filled, terms);
      giveBack(block);
      return { sizeBytes, sha256: hash.digest("hex"), etag };
    }
    await send();
    giveBack(block);
    await Promise.all(underWay);
    if (trouble) throw trouble.error;
    const { etag = "" } = await client.commitBlockList(ids, { ...terms, abortSignal: within(signal) });
    return { sizeBytes, sha256: hash.digest("hex"), etag };
  } catch (error) {
    await Promise.all(underWay);
    if (ids.length > 0) await discard(client);
    throw error;
  }
}

/** Staged blocks cannot be removed, and Azure keeps them for a week: a blob put over them takes them along when it goes. */
async function discard(client: BlockBlobClient): Promise<void> {
  const terms = { abortSignal: AbortSignal.timeout(BLOCK_TIMEOUT_MS) };
  try {
    // What stood here before us stays; our blocks are none of it, and go by themselves.
    if (await client.exists(terms)) return;
    await client.upload("", 0, terms);
    await client.deleteIfExists(terms);
  } catch {
    // The store is away: blocks alone are no file, and go by themselves.
  }
}

function within(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(BLOCK_TIMEOUT_MS)]);
}
