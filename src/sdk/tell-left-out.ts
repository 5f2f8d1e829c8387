import type { Frozen } from "./freeze-request.ts";
import type { LeftOut } from "./wire.ts";
import { MOST_LEFT_OUT } from "./policy.ts";

/** What was asked for and is not among the files, as the ticket gets to know it. What the user unticked is not told. */
export function tellLeftOut({ leftOut, unavailable }: Pick<Frozen, "leftOut" | "unavailable">): LeftOut[] {
  return [
    ...unavailable.map(({ collector, error }): LeftOut => ({
      collector,
      reason: error === undefined ? "no_collector" : "collector_failed",
    })),
    ...leftOut.map(({ collector, name, sizeBytes, reason }): LeftOut => ({
      collector,
      name: name.slice(0, 255) || "unnamed",
      sizeBytes,
      reason,
    })),
  ].slice(0, MOST_LEFT_OUT);
}
