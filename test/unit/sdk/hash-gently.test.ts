import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { createGentleHash } from "#sdk/hash-gently.ts";
import { createSha256 } from "#sdk/sha256.ts";

test("a piece of any size is hashed in slices, and others have their turn between them", async () => {
  const bytes = Buffer.alloc(12 * 1024 * 1024, "what happened\n");
  const hash = createGentleHash(createSha256());
  let turns = 0;
  let isDone = false;
  const others = (async () => {
    while (!isDone) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
  })();
  await hash.update(bytes);
  isDone = true;
  await others;
  expect(hash.digest()).toBe(createHash("sha256").update(bytes).digest("hex"));
  // Some 65 ms of work in turns of 8 ms: far fewer would be one long task.
  expect(turns).toBeGreaterThan(3);
});
