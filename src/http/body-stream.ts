import type { IncomingMessage } from "node:http";
import { Problem } from "#domain/problems.ts";

/** A sender who sends nothing for this long, while we wait, is gone. */
const SILENCE_MS = 30_000;
/** Who sends less than this on average, over the time that we waited for them, holds our memory and nothing else. */
const SLOWEST_BYTES_A_SECOND = 1_024;
const JUDGED_AFTER_MS = 60_000;
/** No blob of an upload may grow so old that the sweep takes it for a stray (two hours). */
const LONGEST_MS = 60 * 60_000;

/** How long we read on after a refusal, and how much: a client that is still sending then reads our answer. */
const LINGER_MS = 10_000;
const LINGER_BYTES = 64 * 1024 * 1024;

/**
 * The bytes of a request as they arrive, never faster than they are taken. Only time in which we waited counts against the sender.
 *
 * @throws body_too_slow, and the connection's own error when it ends before the body does
 */
export async function* bodyOf(
  request: IncomingMessage,
  { silenceMs = SILENCE_MS, judgedAfterMs = JUDGED_AFTER_MS } = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const began = performance.now();
  // Who stops early still wants to answer, and that needs the connection.
  const chunks: AsyncIterator<Uint8Array> = request.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]();
  let waitedMs = 0;
  let bytes = 0;
  let isWaiting = false;
  try {
    for (;;) {
      const from = performance.now();
      isWaiting = true;
      const next = await orSilence(chunks.next(), silenceMs);
      isWaiting = false;
      waitedMs += performance.now() - from;
      if (next.done) return;
      bytes += next.value.byteLength;
      if (waitedMs > judgedAfterMs && bytes < (waitedMs / 1000) * SLOWEST_BYTES_A_SECOND)
        throw new Problem("body_too_slow", {
          detail: `It must come at ${SLOWEST_BYTES_A_SECOND} bytes a second or more.`,
        });
      if (performance.now() - began > LONGEST_MS)
        throw new Problem("body_too_slow", { detail: "It must be there within an hour." });
      yield next.value;
    }
  } finally {
    // After silence the iterator still waits, and ends with the connection.
    const ended = chunks.return?.();
    if (!isWaiting) await ended;
  }
}

async function orSilence<T>(next: Promise<T>, silenceMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Problem("body_too_slow", { detail: `Nothing came for ${silenceMs / 1000} s.` })),
      silenceMs,
    );
  });
  try {
    return await Promise.race([next, silence]);
  } finally {
    clearTimeout(timer);
    // When silence won, the connection's end is nobody's news any more.
    next.catch(() => undefined);
  }
}

/**
 * Before a body that was not read to its end is answered: goes on reading for a while and throws it away, because a client that
 * is cut off while it sends never sees the answer. Then the connection ends.
 */
export function letGo(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  let left = LINGER_BYTES;
  const end = () => request.socket.destroy();
  const timer = setTimeout(end, LINGER_MS).unref();
  request.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) end();
  });
  request.once("close", () => clearTimeout(timer));
  request.on("error", () => undefined);
  request.resume();
}
