import { setTimeout as delay } from "node:timers/promises";
import { expect } from "vitest";

/** Often enough that nobody waits for it, seldom enough that a server beside it gets its turn. */
const LOOK_EVERY_MS = 25;

/**
 * Waits for a fact, never for time: looks until it is as expected. A look that throws counts as not yet.
 *
 * @param expected as `toEqual` takes it, matchers such as `expect.objectContaining` included
 * @returns what was seen in the end
 * @throws the difference between what was expected and what was last seen, after `withinMs`
 */
export async function until<T>(
  fact: () => T | Promise<T>,
  expected: unknown,
  { withinMs = 40_000, hint = () => "" }: { readonly withinMs?: number; readonly hint?: () => string } = {},
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      const seen = await fact();
      expect(seen).toEqual(expected);
      return seen;
    } catch (error) {
      if (performance.now() < deadline) {
        await delay(LOOK_EVERY_MS);
        continue;
      }
      if (error instanceof Error) error.message = `Not so within ${withinMs} ms: ${error.message}${hint()}`;
      throw error;
    }
  }
}
