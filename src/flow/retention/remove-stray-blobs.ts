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
  /** Blobs listed at once; 1,000 unless told. */
  readonly pageSize?: number;
  /** How old a blob must be to count as a stray; two hours unless told. */
  readonly strayAfterSeconds?: number;
}

/** Names asked about at once: one page of the store's listing, one query. */
const PAGE_SIZE = 1_000;

/** Where a look through the store stands. */
export interface StrayPlace {
  readonly room: "ingest" | "evidence";
  /** As the listing said; absent at the beginning of a room. */
  readonly from?: string;
}

/**
 * Removes blobs that belong to nothing and are older than any link lives: uploads through a link that was still good after
 * its file had settled, copies of a worker that was killed. Younger ones may be of a file that is just being written down.
 *
 * A store may hold more than one round can list: `place` says where this one begins, and `onPlace` is told after every page
 * where the next would go on, with undefined when the whole store has been looked through.
 *
 * @returns how many were removed
 */
export async function removeStrayBlobs(
  {
    blobs,
    dueWork,
    clock,
    failpoint,
    strayAfterSeconds = STRAY_BLOB_SECONDS,
    pageSize = PAGE_SIZE,
  }: RemoveStrayBlobsDeps,
  signal: AbortSignal,
  { place, onPlace }: { readonly place: StrayPlace | undefined; readonly onPlace: (next?: StrayPlace) => void },
): Promise<number> {
  const before = clock.now() - strayAfterSeconds * 1000;
  let removed = 0;
  const removeUnowned = async (names: readonly string[]) => {
    const owned = names.length === 0 ? new Set<string>() : await dueWork.ownedBlobs(names);
    for (const name of names) {
      if (owned.has(name)) continue;
      await blobs.remove(name, signal);
      removed += 1;
      await failpoint?.("sweep:after-delete");
    }
  };
  const lookThrough = async ({ room, from }: StrayPlace, after: StrayPlace | undefined) => {
    for await (const page of blobs.list(room, { pageSize, signal, ...(from !== undefined && { from }) })) {
      const old = page.blobs.filter(({ lastModifiedAt }) => lastModifiedAt < before);
      await removeUnowned(old.map(({ name }) => name));
      onPlace(page.next === undefined ? after : { room, from: page.next });
    }
  };
  if (place?.room !== "evidence") await lookThrough(place ?? { room: "ingest" }, { room: "evidence" });
  await lookThrough(place?.room === "evidence" ? place : { room: "evidence" }, undefined);
  return removed;
}
