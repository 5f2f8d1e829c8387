import type { Hasher } from "./sha256.ts";
import { HASH_SLICE_BYTES, LONGEST_HASHING_MS } from "./policy.ts";

/**
 * Hashes without holding up the page: in slices, and after 8 ms of them whatever else waits has its turn. A piece may be of
 * any size, as collectors choose it.
 */
export function createGentleHash(hasher: Hasher): { update(piece: Uint8Array): Promise<void>; digest(): string } {
  let restedAt = performance.now();
  return {
    async update(piece) {
      for (let at = 0; at < piece.length; at += HASH_SLICE_BYTES) {
        hasher.update(piece.subarray(at, at + HASH_SLICE_BYTES));
        if (performance.now() - restedAt < LONGEST_HASHING_MS) continue;
        await rest();
        restedAt = performance.now();
      }
    },
    digest: () => hasher.digest("hex"),
  };
}

/** As much as is used here: neither is everywhere, and the SDK also compiles where browsers' types are absent. */
interface Platform {
  readonly scheduler?: { postTask?(task: () => void, options: { priority: "background" }): Promise<void> };
  readonly MessageChannel?: new () => {
    readonly port1: { onmessage: (() => void) | null; close(): void };
    readonly port2: { postMessage(message: null): void };
  };
}

/** A new task, behind all that the user sees: promises alone would go on in this one. */
function rest(): Promise<void> {
  const { scheduler, MessageChannel } = globalThis as unknown as Platform;
  // Not `scheduler.yield()`: what goes on after it comes before the page's own tasks, for as long as there is something to hash.
  if (scheduler?.postTask) return scheduler.postTask(() => {}, { priority: "background" });
  return new Promise((resolve) => {
    if (!MessageChannel) return void setTimeout(resolve);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close(); // an open one keeps Node running
      resolve();
    };
    port2.postMessage(null);
  });
}
