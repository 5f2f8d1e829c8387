import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

type Outcome = "passed" | "failed" | "skipped" | "pending";

/**
 * What a run came to, as `N passed, N failed` (and `, N skipped`). A file that fails outside of its tests, an error
 * nobody caught, and a test that never ended each count as one failed, so that the line is never better than the run.
 */
export function summarize(tests: Outcome[], brokenFiles: number, strayErrors: number): string {
  const count = (outcome: Outcome) => tests.filter((state) => state === outcome).length;
  const failed = count("failed") + count("pending") + brokenFiles + strayErrors;
  const skipped = count("skipped");
  return `${count("passed")} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** Writes the summary of the run to a file, for a CI that does not know Vitest's own; without a file it does nothing. */
export class PlainSummary implements Reporter {
  readonly #file: string | undefined;

  constructor(file: string | undefined) {
    this.#file = file;
  }

  onTestRunEnd(modules: readonly TestModule[], strayErrors: readonly SerializedError[]): void {
    if (!this.#file) return;
    const tests = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
    const broken = modules.filter(
      (module) => module.state() === "failed" && ![...module.children.allTests("failed")].length,
    );
    writeFileSync(this.#file, `${summarize(tests, broken.length, strayErrors.length)}\n`);
  }
}
