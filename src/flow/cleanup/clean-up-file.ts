import { ownerIdOf } from "#domain/facts.ts";
import { evidenceBlobName, ingestBlobName, ownerOf, permittedBlobs } from "#domain/log-file.ts";
import { retryDelaySeconds } from "#domain/policy.ts";
import { Problem } from "#domain/problems.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import type { Clock } from "#ports/clock.ts";
import { WorkerStops } from "#ports/job-queue.ts";
import type { Log } from "#ports/log.ts";
import type { Store } from "#ports/store.ts";

export interface CleanUpFileDeps {
  readonly store: Pick<Store, "files" | "owners" | "transaction">;
  readonly blobs: Pick<BlobStore, "remove">;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly chance: () => number;
  readonly log: Pick<Log, "warn">;
  /** Where the kill tests stop the process: `cleanup:after-delete` is between the blobs' removal and our record of it. */
  readonly failpoint?: (name: string) => void | Promise<void>;
}

/** Nothing waits for a removal but the promise to the user: half a minute between attempts, for as long as it takes. */
const RETRY_AS_AFTER_ATTEMPT = 6;

/**
 * Removes the blobs that a file's state does not permit, and then forgets that any were due. Removing what is gone is
 * success; when the store is away it is tried again until it has been done.
 */
export async function cleanUpFile(fileId: string, deps: CleanUpFileDeps, signal: AbortSignal): Promise<void> {
  const { store, blobs, clock, chance, log, failpoint } = deps;
  const file = await store.files.find(fileId);
  if (!file) return;
  const owner = await store.owners.find(ownerOf(file));
  const permitted = permittedBlobs(file, owner?.state);
  try {
    // Ingest first: without it no verify that is under way can copy the file once more.
    if (!permitted.ingest) await blobs.remove(ingestBlobName(file), signal);
    if (!permitted.evidence) await blobs.remove(evidenceBlobName(file), signal);
  } catch (error) {
    const askedSeconds = error instanceof Problem ? error.retryAfterSeconds : undefined;
    const stops = signal.reason instanceof WorkerStops;
    const waitSeconds = stops ? 0 : retryDelaySeconds(RETRY_AS_AFTER_ATTEMPT, chance(), askedSeconds);
    const dueAt = clock.now() + Math.ceil(waitSeconds * 1000);
    await store.transaction(async (tx) => {
      const current = await tx.files.find(fileId);
      if (!current || !(await tx.files.save({ ...current, cleanupAt: dueAt }, { ifState: current.state }))) return;
      await tx.wake([{ type: "cleanup.due", dueAt, fileId, ...ownerIdOf(file) }]);
    });
    if (stops) return;
    log.warn({ fileId, ...ownerIdOf(file), err: error }, "A file's blobs could not be removed and are tried again");
    if (signal.aborted || (error instanceof Problem && error.code === "blob_store_unavailable")) return;
    throw error;
  }
  await failpoint?.("cleanup:after-delete");
  await store.transaction(async (tx) => {
    const current = await tx.files.find(fileId);
    // Another state means other blobs to remove, and a cleanup of its own that is due.
    if (current?.state !== file.state || current.cleanupAt === undefined) return;
    const { cleanupAt: _done, ...clean } = current;
    await tx.files.save(clean, { ifState: file.state });
  });
}
