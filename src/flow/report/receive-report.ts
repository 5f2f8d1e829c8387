import { evidenceBlobName, ingestBlobName } from "#domain/log-file.ts";
import { Problem } from "#domain/problems.ts";
import type { ReportLimits } from "#domain/report.ts";
import { retryConflicts } from "#domain/retry-conflicts.ts";
import type { MultipartPart } from "#http/multipart/parse-multipart.ts";
import type { BlobContent, BlobStore } from "#ports/blob-store.ts";
import type { Log } from "#ports/log.ts";
import type { Lease, Store, StoredAnswer } from "#ports/store.ts";
import { holdKey, type HeldKey } from "#http/hold-key.ts";
import { createReportForm } from "./report-form.ts";
import { requireWithinDay } from "./report-limits.ts";
import { saveReport, type ReportContent, type SavedReport, type SaveReport, type StoredFile } from "./save-report.ts";

export interface ReceiveReport extends SaveReport {
  readonly store: Store;
  readonly blobs: Pick<BlobStore, "write" | "remove">;
  readonly log: Pick<Log, "warn">;
  /** Verify's own means, for a file whose bytes we wrote ourselves. */
  readonly verifyWritten: (file: StoredFile, written: BlobContent, signal: AbortSignal) => Promise<StoredFile>;
  /** Size and hash of bytes that are kept nowhere. */
  readonly hashBytes: (bytes: AsyncIterable<Uint8Array>) => Promise<Hashed>;
  /** Where the kill tests stop the process: `report:after-write`, `report:after-stored`, `report:after-commit`. */
  readonly failpoint?: (name: string) => void | Promise<void>;
}

interface Hashed {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** A report as it comes: its parts in any order, and the key of the call. */
export interface IncomingReport {
  readonly parts: AsyncIterable<MultipartPart>;
  readonly key: Lease["scope"] | undefined;
  /** The fingerprint of what the body said. */
  readonly fingerprintOf: (content: unknown) => string;
  /** What is answered and kept for replays. */
  readonly render: (saved: SavedReport) => StoredAnswer;
}

type FileSink = (file: StoredFile, bytes: AsyncIterable<Uint8Array>) => Promise<Hashed>;

/** Copies that one report has under way at once. */
const VERIFIED_AT_ONCE = 4;
const REMOVE_TIMEOUT_MS = 20_000;

/**
 * Takes a report whole: streams each file to the store as it arrives, verifies it, and saves ticket, report, consent and files in
 * one transaction. When it throws, no ticket and no blob of it is left.
 *
 * @throws malformed_multipart, invalid_request, report_too_large, too_many_reports, not_found, unknown_consent_text,
 *   installation_not_of_user, conflict, in_progress, idempotency_key_reused, blob_store_unavailable
 */
export async function receiveReport(
  deps: ReceiveReport,
  userId: string,
  incoming: IncomingReport,
): Promise<StoredAnswer> {
  const { store, clock, ids } = deps;
  const held = incoming.key && (await holdKey({ leases: store.leases, clock, ids }, incoming.key));
  if (held?.kind === "answered") return replay(deps, incoming, held);
  try {
    return await takeIn(deps, userId, incoming, held);
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
  deps: ReceiveReport,
  { parts, fingerprintOf }: IncomingReport,
  { fingerprint, answer }: Extract<HeldKey, { kind: "answered" }>,
): Promise<StoredAnswer> {
  const read = await readParts(deps, deps.ids.next(), parts, (_file, bytes) => deps.hashBytes(bytes));
  if (fingerprintOf(saidBy(read)) !== fingerprint) throw new Problem("idempotency_key_reused");
  return answer;
}

async function takeIn(
  deps: ReceiveReport,
  userId: string,
  { parts, fingerprintOf, render }: IncomingReport,
  held: Extract<HeldKey, { kind: "held" }> | undefined,
): Promise<StoredAnswer> {
  const { store, blobs, limits, clock, failpoint } = deps;
  const signal = held?.lost ?? new AbortController().signal;
  await requireWithinDay(store, userId, 0, limits, clock.now());
  const begun: StoredFile[] = [];
  const written = new Map<string, BlobContent>();
  let isSaving = false;
  try {
    const read = await readParts(deps, deps.ids.next(), parts, async (file, bytes) => {
      begun.push(file);
      const content = await blobs.write(ingestBlobName(file), bytes, signal);
      written.set(file.id, content);
      await failpoint?.("report:after-write");
      return content;
    });
    const files = await verifyAll(deps, read.files, written, signal);
    await failpoint?.("report:after-stored");
    signal.throwIfAborted();
    isSaving = true;
    const answer = await orConflict(() =>
      store.transaction(async (tx) => {
        const given = { kind: "stored", reportId: read.reportId, files } as const;
        const reply = render(await saveReport(tx, deps, userId, read.content, given));
        const isOurs = !held || (await tx.leases.store(held.lease, fingerprintOf(saidBy(read)), reply));
        if (!isOurs) throw new Problem("in_progress");
        return reply;
      }),
    );
    await failpoint?.("report:after-commit");
    return answer;
  } catch (error) {
    // A commit whose answer was lost may stand, and its blobs with it. If it does not, they are strays, and swept.
    const mayStand = isSaving && error instanceof Problem && error.code === "database_unavailable";
    if (!mayStand) await removeAll(deps, begun);
    throw error;
  }
}

interface ReadReport {
  readonly reportId: string;
  readonly content: ReportContent;
  readonly files: readonly StoredFile[];
}

/** Reads the form to its end, and hands each file's bytes on as they come. */
async function readParts(
  { ids, clock, limits }: ReceiveReport,
  reportId: string,
  parts: AsyncIterable<MultipartPart>,
  sink: FileSink,
): Promise<ReadReport> {
  const form = createReportForm();
  const files: StoredFile[] = [];
  let bytesOfAll = 0;
  for await (const { name, fileName, bytes } of parts) {
    if (fileName === undefined) {
      await form.addField(name, bytes);
      continue;
    }
    const target = `files[${files.length}]`;
    if (fileName === "") {
      await requireNothing(target, bytes);
      continue;
    }
    if (files.length >= limits.maxFiles)
      throw new Problem("report_too_large", { detail: `A report may have ${limits.maxFiles} files.` });
    const now = clock.now();
    const file = {
      ...form.addFile(name, fileName),
      id: ids.next(),
      ownerId: reportId,
      ownerKind: "report",
      // A form does not say when a file was last changed.
      modifiedAt: now,
      sizeBytes: 0,
      sha256: "",
      state: "uploaded",
      coverage: "unknown",
      uploadedAt: now,
      verifyAttempt: 0,
    } as const;
    const within = limited(bytes, target, limits, limits.maxBytes - bytesOfAll);
    const { sizeBytes, sha256 } = await sink(file, within);
    bytesOfAll += sizeBytes;
    files.push({ ...file, sizeBytes, sha256 });
  }
  return { reportId, content: form.content(), files };
}

/** What a key stands for: everything that was said, and not how the sender wrote it down. */
function saidBy({ content, files }: ReadReport): unknown {
  const said = files.map(({ collector, name, sizeBytes, sha256 }) => ({ collector, name, sizeBytes, sha256 }));
  return {
    content,
    files: said.toSorted((a, b) => (`${a.collector}/${a.name}` < `${b.collector}/${b.name}` ? -1 : 1)),
  };
}

/** A form in a browser sends a file input that nobody used as a file without a name and without bytes. */
async function requireNothing(target: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of bytes) {
    if (chunk.byteLength > 0)
      throw new Problem("invalid_request", {
        detail: "A file has no name.",
        details: [{ target: `${target}.name`, message: "must be 1 to 255 characters" }],
      });
  }
}

async function* limited(
  bytes: AsyncIterable<Uint8Array>,
  target: string,
  { maxFileBytes, maxBytes }: ReportLimits,
  bytesLeft: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let read = 0;
  for await (const chunk of bytes) {
    read += chunk.byteLength;
    if (read > maxFileBytes)
      throw new Problem("report_too_large", {
        detail: `One file may have ${maxFileBytes} bytes.`,
        details: [{ target, message: `must be at most ${maxFileBytes} bytes` }],
      });
    if (read > bytesLeft)
      throw new Problem("report_too_large", {
        detail: `The files of one report may have ${maxBytes} bytes together.`,
        details: [{ target: "files", message: `must be at most ${maxBytes} bytes together` }],
      });
    yield chunk;
  }
}

async function verifyAll(
  { verifyWritten }: ReceiveReport,
  files: readonly StoredFile[],
  written: ReadonlyMap<string, BlobContent>,
  signal: AbortSignal,
): Promise<StoredFile[]> {
  const verified: StoredFile[] = [];
  for (let from = 0; from < files.length; from += VERIFIED_AT_ONCE) {
    const some = files.slice(from, from + VERIFIED_AT_ONCE).flatMap((file) => {
      const content = written.get(file.id);
      return content ? [verifyWritten(file, content, signal)] : [];
    });
    // All of them to their end, so that none copies what is being removed.
    const outcomes = await Promise.allSettled(some);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") throw outcome.reason;
      verified.push(outcome.value);
    }
  }
  return verified;
}

async function removeAll({ blobs, log }: ReceiveReport, files: readonly StoredFile[]): Promise<void> {
  const signal = AbortSignal.timeout(REMOVE_TIMEOUT_MS);
  for (const file of files) {
    try {
      await blobs.remove(ingestBlobName(file), signal);
      await blobs.remove(evidenceBlobName(file), signal);
    } catch (error) {
      const ids = { reportId: file.ownerId, fileId: file.id };
      log.warn(
        { ...ids, err: error },
        "What a report that ended half-way left behind could not be removed; the sweep will",
      );
      return;
    }
  }
}

/** Somebody else changed the ticket at the same moment: it is looked for anew. */
function orConflict<T>(attempt: () => Promise<T>): Promise<T> {
  return retryConflicts(() =>
    attempt().catch((error: unknown) => {
      if (error instanceof Problem && error.code === "conflict") return "conflict" as const;
      throw error;
    }),
  );
}
