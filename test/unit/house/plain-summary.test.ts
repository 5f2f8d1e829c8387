import { expect, test } from "vitest";
import { summarize } from "../../../scripts/plain-summary.ts";

test("a clean run is counted in one plain line", () => {
  expect(summarize(["passed", "passed"], 0, 0)).toBe("2 passed, 0 failed");
});

test("a test that was left out is named", () => {
  expect(summarize(["passed", "skipped"], 0, 0)).toBe("1 passed, 0 failed, 1 skipped");
});

test("the line is never better than the run: broken files, stray errors and unfinished tests have failed", () => {
  expect(summarize(["passed", "failed", "pending"], 1, 2)).toBe("1 passed, 5 failed");
});
