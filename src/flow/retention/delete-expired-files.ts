import { fileFact } from "#domain/facts.ts";
import type { Actor } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";
import type { DueWork, Store } from "#ports/store.ts";

export interface DeleteExpiredFilesDeps {
  readonly store: Pick<Store, "transaction">;
  readonly dueWork: Pick<DueWork, "retention">;
  readonly clock: Clock;
}

const ACTOR: Actor = { kind: "system", id: "retention" };

/** Ids read at once. Each file is a transaction of its own, so that one that somebody holds stops nobody. */
const BATCH = 100;

/**
 * Deletes linked files whose time is over: the row stays as a tombstone, the fact sets the removal of the blob going. Two at
 * once, or a second run after a kill, delete each file once.
 *
 * @returns how many this run deleted
 */
export async function deleteExpiredFiles(
  { store, dueWork, clock }: DeleteExpiredFilesDeps,
  signal: AbortSignal,
): Promise<number> {
  let deleted = 0;
  while (!signal.aborted) {
    const due = await dueWork.retention(clock.now(), BATCH);
    let progress = 0;
    for (const fileId of due) {
      if (signal.aborted) return deleted;
      if (await deleteFile(fileId)) progress += 1;
    }
    deleted += progress;
    // Without progress the rest is in somebody else's hands; the next run looks again.
    if (due.length < BATCH || progress === 0) return deleted;
  }
  return deleted;

  function deleteFile(fileId: string): Promise<boolean> {
    return store.transaction(async (tx) => {
      const file = await tx.files.find(fileId);
      const now = clock.now();
      if (file?.state !== "linked" || file.deleteAfter === undefined || file.deleteAfter > now) return false;
      const gone = { ...file, state: "deleted", reason: "retention", deletedAt: now, cleanupAt: now } as const;
      if (!(await tx.files.save(gone, { ifState: "linked" }))) return false;
      await tx.append([fileFact(file, { type: "file.deleted", at: now, actor: ACTOR, data: { reason: "retention" } })]);
      return true;
    });
  }
}
