import { STRAY_BLOB_SECONDS } from "#domain/policy.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import type { Clock } from "#ports/clock.ts";
import type { DueWork } from "#ports/store.ts";

export interface RemoveStrayBlobsDeps {
  readonly blobs: Pick<BlobStore, "list" | "remove">;
  readonly dueWork: Pick<DueWork, "ownedBlobs">;
  readonly clock: Clock;
  /** Where the kill tests stop the process: `sweep:after-delete`, after each blob that was removed. */
  readonly failpoint?: (name: string) => void | Promise<void>;
  /** How old a blob must be to count as a stray; two hours unless told. */
  readonly strayAfterSeconds?: number;
}

/** Names asked about at once: one page of the store's listing, one query. */
const BATCH = 1_000;

/**
 * Removes blobs that belong to nothing and are older than any link lives: uploads through a link that was still good after
 * its file had settled, copies of a worker that was killed. Younger ones may be of a file that is just being written down.
 *
 * @returns how many were removed
 */
export async function removeStrayBlobs(
  { blobs, dueWork, clock, failpoint, strayAfterSeconds = STRAY_BLOB_SECONDS }: RemoveStrayBlobsDeps,
  signal: AbortSignal,
): Promise<number> {
  const before = clock.now() - strayAfterSeconds * 1000;
  let removed = 0;
  let names: string[] = [];
  const removeUnowned = async () => {
    const owned = names.length === 0 ? new Set<string>() : await dueWork.ownedBlobs(names);
    for (const name of names) {
      if (owned.has(name)) continue;
      await blobs.remove(name, signal);
      removed += 1;
      await failpoint?.("sweep:after-delete");
    }
    names = [];
  };
  for (const room of ["ingest", "evidence"] as const) {
    for await (const { name, lastModifiedAt } of blobs.list(room, signal)) {
      if (lastModifiedAt < before) names.push(name);
      if (names.length >= BATCH) await removeUnowned();
    }
    await removeUnowned();
  }
  return removed;
}
