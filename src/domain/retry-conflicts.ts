import { Problem } from "./problems.ts";

/**
 * Loads, decides and saves again for as long as somebody else wins the compare-and-swap. Callers never see a lost race
 * unless it was lost `times` times (design, section 3).
 *
 * @param attempt one whole round: load, decide, save; answers `"conflict"` when the version had moved on
 * @param times rounds at most
 * @throws Problem `conflict` after the last round
 */
export async function retryConflicts<T>(attempt: () => Promise<T | "conflict">, times = 3): Promise<T> {
  for (let round = 1; round <= times; round += 1) {
    const outcome = await attempt();
    if (outcome !== "conflict") return outcome;
  }
  throw new Problem("conflict");
}
