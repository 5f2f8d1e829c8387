import { Problem } from "#domain/problems.ts";

/** One app sends one report at a time; some are reinstalled, or run on two phones. */
const OF_ONE_USER = 4;

/** How many uploads this process takes at once, because each holds some megabytes. */
export interface UploadGate {
  /**
   * Runs `work` when there is room for it.
   *
   * @throws too_many_uploads
   */
  within<T>(userId: string, work: () => Promise<T>): Promise<T>;
}

/** @param atOnce of all users */
export function createUploadGate(atOnce: number): UploadGate {
  const ofUser = new Map<string, number>();
  let ofAll = 0;
  return {
    async within(userId, work) {
      const own = ofUser.get(userId) ?? 0;
      if (own >= OF_ONE_USER)
        throw new Problem("too_many_uploads", { detail: `This user has ${own} uploads under way.` });
      if (ofAll >= atOnce) throw new Problem("too_many_uploads", { detail: "Try again in some seconds." });
      ofUser.set(userId, own + 1);
      ofAll += 1;
      try {
        return await work();
      } finally {
        ofAll -= 1;
        const left = (ofUser.get(userId) ?? 1) - 1;
        if (left > 0) ofUser.set(userId, left);
        else ofUser.delete(userId);
      }
    },
  };
}
