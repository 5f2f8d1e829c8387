import { randomUUID } from "node:crypto";
import { AnonymousCredential, BlockBlobClient, RestError } from "@azure/storage-blob";
import { Problem } from "#domain/problems.ts";
import type { Moment } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";

const CANARY_TTL_MS = 5 * 60_000;
const CANARY = Buffer.from("beckon canary");

/**
 * Uses a real upload link as a device would, and as nobody should be able to: a PUT goes through, a second one and a read
 * are refused. Says whether such a link also covers blocks, which depends on the service. Leaves nothing behind.
 *
 * @throws Problem `blob_store_unavailable` with what to mend.
 */
export async function checkLinks({
  createLink,
  remove,
  clock,
  signal,
}: {
  createLink: (name: string, expiresAt: Moment) => Promise<string>;
  remove: (name: string) => Promise<unknown>;
  clock: Clock;
  signal: AbortSignal;
}): Promise<{ createCoversBlocks: boolean }> {
  const names = [`ingest/canary/${randomUUID()}`, `ingest/canary/${randomUUID()}`] as const;
  const [single, blocks] = await Promise.all(
    names.map((name) => createLink(name, clock.now() + CANARY_TTL_MS).then(asDevice)),
  );
  if (!single || !blocks) throw new TypeError("Two canaries make two links");
  const put = () => single.upload(CANARY, CANARY.byteLength, { abortSignal: signal });
  try {
    if (await isRefused(put())) {
      throw unsafe(
        "An upload link does not let a file be uploaded. See that the role Storage Blob Data Contributor is given and that clocks agree",
      );
    }
    if (!(await isRefused(put()))) throw unsafe("An upload link lets an uploaded file be overwritten");
    if (!(await isRefused(single.download(0, undefined, { abortSignal: signal })))) {
      throw unsafe("An upload link lets a file be read");
    }
    const blockId = Buffer.from("0000").toString("base64");
    const inBlocks = blocks
      .stageBlock(blockId, CANARY, CANARY.byteLength, { abortSignal: signal })
      .then(() => blocks.commitBlockList([blockId], { abortSignal: signal }));
    return { createCoversBlocks: !(await isRefused(inBlocks)) };
  } finally {
    for (const name of names) await remove(name);
  }
}

/** A client that has the link and no credential of ours. */
function asDevice(url: string): BlockBlobClient {
  return new BlockBlobClient(url, new AnonymousCredential(), { retryOptions: { maxTries: 1 } });
}

async function isRefused(use: Promise<unknown>): Promise<boolean> {
  try {
    await use;
    return false;
  } catch (error) {
    if (error instanceof RestError && (error.statusCode === 403 || error.statusCode === 409)) return true;
    throw error;
  }
}

function unsafe(detail: string): Problem {
  return new Problem("blob_store_unavailable", { detail: `${detail}.` });
}
