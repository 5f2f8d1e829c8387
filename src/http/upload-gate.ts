import { Problem } from "#domain/problems.ts";

/** One app sends one report at a time; some are reinstalled, or run on two phones. */
const OF_ONE_CALLER = 4;

/** How many uploads this process takes at once, because each holds some megabytes. */
export interface UploadGate {
  /**
   * Runs `work` when there is room for it.
   *
   * @throws too_many_uploads
   */
  within<T>(caller: string, work: () => Promise<T>): Promise<T>;
}

/** @param atOnce of all callers */
export function createUploadGate(atOnce: number): UploadGate {
  const ofCaller = new Map<string, number>();
  let ofAll = 0;
  return {
    async within(caller, work) {
      const own = ofCaller.get(caller) ?? 0;
      if (own >= OF_ONE_CALLER)
        throw new Problem("too_many_uploads", { detail: `${own} uploads of this caller are under way.` });
      if (ofAll >= atOnce) throw new Problem("too_many_uploads", { detail: "Try again in some seconds." });
      ofCaller.set(caller, own + 1);
      ofAll += 1;
      try {
        return await work();
      } finally {
        ofAll -= 1;
        const left = (ofCaller.get(caller) ?? 1) - 1;
        if (left > 0) ofCaller.set(caller, left);
        else ofCaller.delete(caller);
      }
    },
  };
}
