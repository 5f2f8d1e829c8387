import { Problem } from "#domain/problems.ts";
import type { Moment } from "#domain/vocabulary.ts";
import type { Log } from "#ports/log.ts";
import type { DueWork } from "#ports/store.ts";
import { deleteExpiredFiles, type DeleteExpiredFilesDeps } from "./delete-expired-files.ts";
import { removeStrayBlobs, type RemoveStrayBlobsDeps, type StrayPlace } from "./remove-stray-blobs.ts";

export interface SweepDeps extends DeleteExpiredFilesDeps, RemoveStrayBlobsDeps {
  readonly dueWork: Pick<DueWork, "retention" | "ownedBlobs" | "forgetOld">;
  readonly log: Pick<Log, "info" | "warn">;
  /** Knows by itself when it is time. */
  readonly removeStrayInstallations: (signal: AbortSignal) => Promise<void>;
  /** Seconds between two looks for strays by one process. They list the whole store, and a stray is two hours old anyway. */
  readonly straysEverySeconds?: number;
}

const STRAYS_EVERY_SECONDS = 10 * 60;

/** Makes the sweep of this process: what is past its time goes, and, now and then, what belongs to nothing. */
export function createSweep(deps: SweepDeps): (signal: AbortSignal) => Promise<void> {
  const { clock, dueWork, log, straysEverySeconds = STRAYS_EVERY_SECONDS } = deps;
  let straysAt: Moment | undefined;
  let place: StrayPlace | undefined;
  return async (signal) => {
    const deleted = await deleteExpiredFiles(deps, signal);
    if (deleted > 0) log.info({ deleted }, "Files were deleted because their retention is over");
    await dueWork.forgetOld(clock.now());
    await removeStraysOfStore(signal);
    await deps.removeStrayInstallations(signal);
  };

  async function removeStraysOfStore(signal: AbortSignal): Promise<void> {
    const now = clock.now();
    if (straysAt !== undefined && now < straysAt) return;
    try {
      const removed = await removeStrayBlobs(deps, signal, { place, onPlace: (next) => (place = next) });
      if (removed > 0) log.info({ removed }, "Blobs that belong to nothing were removed");
      straysAt = now + straysEverySeconds * 1000;
    } catch (error) {
      // The next sweep goes on where this one was; rules for strays are patient.
      const isAway = error instanceof Problem && error.code === "blob_store_unavailable";
      // A place that the store does not know any more shall not be asked for for ever.
      if (!isAway && !signal.aborted) place = undefined;
      if (!isAway) throw error;
      log.warn({ err: error }, "Strays could not be looked for");
    }
  }
}
