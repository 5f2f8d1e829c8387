import { coverageOf, evidenceBlobName, ingestBlobName, type AnnouncedFile, type LogFile } from "#domain/log-file.ts";
import { Problem } from "#domain/problems.ts";
import { parseTime } from "#contract/primitives.ts";
import { readAnnouncedFile, readLeftOut } from "#contract/render-file.ts";
import { checkExport, type ExportVerdict } from "#http/check-export.ts";
import { hashBytes } from "#http/hash-bytes.ts";
import { holdKey, type HeldKey } from "#http/hold-key.ts";
import type { BlobContent, BlobStore } from "#ports/blob-store.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type { Log } from "#ports/log.ts";
import type { Lease, Store, StoredAnswer } from "#ports/store.ts";
import { explainRefusal } from "./explain-refusal.ts";
import { saveAgentUpload, type SavedUpload, type StoredFile, type UploadContent } from "./save-agent-upload.ts";

export interface ReceiveExport {
  readonly store: Store;
  readonly blobs: Pick<BlobStore, "write" | "readPart" | "remove">;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Pick<Log, "warn">;
  /** What the zip may have, and what its files may have together when they are unpacked. */
  readonly maxBytes: number;
  /** Verify's own means, for a file whose bytes we wrote ourselves. */
  readonly verifyWritten: (file: StoredFile, written: BlobContent, signal: AbortSignal) => Promise<StoredFile>;
  /** Where the kill tests stop the process: `agent-upload:after-write`, `:after-unpack` (each file), `:after-stored`, `:after-commit`. */
  readonly failpoint?: (name: string) => void | Promise<void>;
}

/** A zip as it comes, and the key of the call. */
export interface IncomingExport {
  readonly agentId: string;
  readonly ticketId: string;
  /** Of the zip. */
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly key: Lease["scope"] | undefined;
  /** The fingerprint of what the call said. */
  readonly fingerprintOf: (content: unknown) => string;
  /** What is answered and kept for replays. */
  readonly render: (saved: SavedUpload) => StoredAnswer;
}

type BlobOwner = Pick<LogFile, "id" | "ownerId">;

/** What a zip is called among its ticket's files, where it is kept whole: no app has a collector of that name. */
const ZIP_COLLECTOR = "agent-upload";
const REMOVE_TIMEOUT_MS = 20_000;
/**
 * From the last byte to the commit. With the hour that a body may take, no blob of an upload grows so old that the sweep takes it for
 * a stray (two hours).
 */
const UNPACK_MS = 45 * 60_000;

/**
 * Takes an exported zip whole: streams it to the store, holds it against its own manifest, and puts it on the ticket in one
 * transaction. Where the manifest holds, each file that it names is a file of the ticket, and the zip goes. Where it does not, nothing
 * is unpacked: the zip is kept as it came, as one file that nothing vouches for. When it throws, nothing of it is left.
 *
 * @throws not_found, unusable_zip, body_too_large, conflict, in_progress, idempotency_key_reused, blob_store_unavailable
 */
export async function receiveExport(deps: ReceiveExport, incoming: IncomingExport): Promise<StoredAnswer> {
  const { store, clock, ids } = deps;
  // Before a byte of it is read.
  if (!(await store.tickets.find(incoming.ticketId))) throw new Problem("not_found");
  const held = incoming.key && (await holdKey({ leases: store.leases, clock, ids }, incoming.key));
  if (held?.kind === "answered") return replay(deps, incoming, held);
  try {
    return await takeIn(deps, incoming, held);
  } catch (error) {
    // Else the key would say `in_progress` until its lease is over.
    await (held && store.leases.release(held.lease))?.catch(() => undefined);
    throw error;
  } finally {
    held?.stop();
  }
}

/** Goes over the whole body once more, because only all of it says whether it is the same. */
async function replay(
  { maxBytes }: ReceiveExport,
  { name, bytes, fingerprintOf }: IncomingExport,
  { fingerprint, answer }: Extract<HeldKey, { kind: "answered" }>,
): Promise<StoredAnswer> {
  const content = await hashBytes(limited(bytes, maxBytes));
  if (fingerprintOf(saidBy(name, content)) !== fingerprint) throw new Problem("idempotency_key_reused");
  return answer;
}

async function takeIn(
  deps: ReceiveExport,
  incoming: IncomingExport,
  held: Extract<HeldKey, { kind: "held" }> | undefined,
): Promise<StoredAnswer> {
  const { store, blobs, clock, ids, maxBytes, failpoint } = deps;
  const { name, bytes, fingerprintOf, render } = incoming;
  const lost = held?.lost ?? new AbortController().signal;
  const uploadId = ids.next();
  const zip: BlobOwner = { id: ids.next(), ownerId: uploadId };
  const begun = [zip];
  let isSaving = false;
  try {
    const content = await blobs.write(ingestBlobName(zip), limited(bytes, maxBytes), lost);
    const signal = AbortSignal.any([lost, AbortSignal.timeout(UNPACK_MS)]);
    await failpoint?.("agent-upload:after-write");
    const verdict = await checkExport(sourceOf(deps, zip, content, signal), maxBytes);
    if (verdict.kind === "refused") throw explainRefusal(verdict, maxBytes);
    const files =
      verdict.kind === "proven"
        ? await unpack(deps, verdict, { uploadId, begun, signal })
        : [await keepWhole(deps, { zip, name, content, signal })];
    await failpoint?.("agent-upload:after-stored");
    signal.throwIfAborted();
    const upload: UploadContent = {
      id: uploadId,
      agentId: incoming.agentId,
      zip: { name, sizeBytes: content.sizeBytes, sha256: content.sha256 },
      ...proofOf(verdict),
      files,
    };
    isSaving = true;
    const answer = await store.transaction(async (tx) => {
      const reply = render(await saveAgentUpload(tx, { clock, ids }, incoming.ticketId, upload));
      const isOurs = !held || (await tx.leases.store(held.lease, fingerprintOf(saidBy(name, content)), reply));
      if (!isOurs) throw new Problem("in_progress");
      return reply;
    });
    await failpoint?.("agent-upload:after-commit");
    // A zip that is a file of the ticket is removed from ingest by cleanup, as every linked file is.
    if (verdict.kind === "proven") await removeAll(deps, [zip]);
    return answer;
  } catch (error) {
    // A commit whose answer was lost may stand, and its blobs with it. If it does not, they are strays, and swept.
    const mayStand = isSaving && error instanceof Problem && error.code === "database_unavailable";
    if (!mayStand) await removeAll(deps, begun);
    throw error;
  }
}

/** What a key stands for. The ticket is in the path, which every fingerprint covers. */
function saidBy(name: string, { sizeBytes, sha256 }: { readonly sizeBytes: number; readonly sha256: string }): unknown {
  return { name, sizeBytes, sha256 };
}

async function* limited(
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let read = 0;
  for await (const chunk of bytes) {
    read += chunk.byteLength;
    if (read > maxBytes) throw new Problem("body_too_large", { detail: `A zip may have ${maxBytes} bytes.` });
    yield chunk;
  }
}

/** Reads the zip where it was stored, and no other one that might stand there. */
function sourceOf({ blobs }: ReceiveExport, zip: BlobOwner, { sizeBytes, etag }: BlobContent, signal: AbortSignal) {
  return {
    sizeBytes,
    async read(offset: number, lengthBytes: number) {
      const part = await blobs.readPart(ingestBlobName(zip), { offset, lengthBytes }, etag, signal);
      if (!part)
        throw new Problem("conflict", { detail: "What was stored is no longer what was sent. Send it again." });
      return part;
    },
  };
}

/** Each file that the manifest names, stored and verified by itself. */
async function unpack(
  deps: ReceiveExport,
  { manifest, read }: Extract<ExportVerdict, { kind: "proven" }>,
  { uploadId, begun, signal }: { readonly uploadId: string; readonly begun: BlobOwner[]; readonly signal: AbortSignal },
): Promise<StoredFile[]> {
  const { blobs, verifyWritten, failpoint } = deps;
  const window = manifest.window && { from: parseTime(manifest.window.from), to: parseTime(manifest.window.to) };
  const files: StoredFile[] = [];
  for (const { path, ...named } of manifest.files) {
    const announced = readAnnouncedFile(named);
    const file = newFile(deps, uploadId, announced, { coverage: coverageOf(announced, window) });
    begun.push(file);
    const written = await blobs.write(ingestBlobName(file), read(path), signal);
    await failpoint?.("agent-upload:after-unpack");
    if (written.sha256 !== file.sha256) throw new Error(`File ${file.id} was unpacked in two ways`);
    files.push(await verifyWritten(file, written, signal));
  }
  return files;
}

async function keepWhole(
  deps: ReceiveExport,
  {
    zip,
    name,
    content,
    signal,
  }: { readonly zip: BlobOwner; readonly name: string; readonly content: BlobContent; readonly signal: AbortSignal },
): Promise<StoredFile> {
  const { sizeBytes, sha256 } = content;
  // A zip does not say when it was last changed.
  const announced = { collector: ZIP_COLLECTOR, name, sizeBytes, sha256, modifiedAt: deps.clock.now() };
  const file = newFile(deps, zip.ownerId, announced, { id: zip.id, unproven: true });
  return deps.verifyWritten(file, content, signal);
}

function newFile(
  { ids, clock }: ReceiveExport,
  uploadId: string,
  announced: AnnouncedFile,
  more: Partial<StoredFile>,
): StoredFile {
  return {
    ...announced,
    id: ids.next(),
    ownerId: uploadId,
    ownerKind: "agent_upload",
    state: "uploaded",
    coverage: "unknown",
    uploadedAt: clock.now(),
    verifyAttempt: 0,
    ...more,
  };
}

function proofOf(verdict: Exclude<ExportVerdict, { kind: "refused" }>): Pick<UploadContent, "doubt" | "said"> {
  if (verdict.kind === "unproven") {
    const { doubt, path } = verdict;
    return { doubt: { why: doubt, ...(path === undefined ? {} : { path }) } };
  }
  const { callIds, sdkVersion, appVersion, createdAt, leftOut } = verdict.manifest;
  return {
    said: {
      callIds,
      sdkVersion,
      ...(appVersion === undefined ? {} : { appVersion }),
      exportedAt: parseTime(createdAt),
      leftOut: leftOut.map(readLeftOut),
    },
  };
}

async function removeAll({ blobs, log }: ReceiveExport, files: readonly BlobOwner[]): Promise<void> {
  const signal = AbortSignal.timeout(REMOVE_TIMEOUT_MS);
  for (const file of files) {
    try {
      await blobs.remove(ingestBlobName(file), signal);
      await blobs.remove(evidenceBlobName(file), signal);
    } catch (error) {
      log.warn(
        { agentUploadId: file.ownerId, fileId: file.id, err: error },
        "What an agent's upload left behind could not be removed; the sweep will",
      );
      return;
    }
  }
}
