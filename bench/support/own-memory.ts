import { writeFileSync } from "node:fs";
import type { MemoryReport } from "../verify-memory.ts";
import { peakMemoryBytes } from "./process-usage.ts";

/**
 * Runs the work and prints what it took. Loading the program is not part of it: the peak starts again at the memory of now.
 *
 * @param work resolves to the moment (`performance.now()`) when the bytes were read and hashed
 */
export async function printMemory(work: () => Promise<number>): Promise<void> {
  globalThis.gc?.();
  // Linux, proc(5): 5 resets the peak resident set size of the process to its present value.
  writeFileSync("/proc/self/clear_refs", "5");
  const restBytes = peakMemoryBytes(process.pid);
  const from = performance.now();
  const hashedAt = await work();
  const report: MemoryReport = {
    restBytes,
    peakBytes: peakMemoryBytes(process.pid),
    seconds: (hashedAt - from) / 1000,
  };
  console.log(JSON.stringify(report));
}
