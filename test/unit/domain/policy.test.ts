import fc from "fast-check";
import { expect, test } from "vitest";
import { retryDelaySeconds } from "#domain/policy.ts";

const attempt = fc.integer({ min: 1, max: 1_000 });
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test("a failed attempt waits at least a second and at most a minute and a quarter", () => {
  fc.assert(
    fc.property(attempt, chance, (failures, luck) => {
      const seconds = retryDelaySeconds(failures, luck);
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(75);
    }),
  );
});

test("every further failure waits as long as the one before, or longer", () => {
  fc.assert(
    fc.property(attempt, chance, (failures, luck) => {
      expect(retryDelaySeconds(failures + 1, luck)).toBeGreaterThanOrEqual(retryDelaySeconds(failures, luck));
    }),
  );
  expect([1, 2, 3, 4, 5, 6, 7, 8].map((failures) => retryDelaySeconds(failures, 0))).toEqual([
    1, 2, 4, 8, 16, 32, 60, 60,
  ]);
});

test("what failed together does not come back together", () => {
  fc.assert(
    fc.property(attempt, chance, chance, (failures, one, other) => {
      fc.pre(Math.abs(one - other) > 0.01);
      expect(retryDelaySeconds(failures, one)).not.toBe(retryDelaySeconds(failures, other));
    }),
  );
});

test("the other side's Retry-After is kept, however long it is", () => {
  fc.assert(
    fc.property(attempt, chance, fc.integer({ min: 0, max: 86_400 }), (failures, luck, asked) => {
      const seconds = retryDelaySeconds(failures, luck, asked);
      expect(seconds).toBe(Math.max(asked, retryDelaySeconds(failures, luck)));
    }),
  );
});
