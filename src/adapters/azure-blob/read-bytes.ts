import { asProblem } from "./blob-trouble.ts";

/** A store that sends nothing for this long is away: a slow one still sends something. */
const IDLE_TIMEOUT_MS = 30_000;

/**
 * The bytes of a download, a chunk at a time, as fast as the reader takes them. The stream is closed however reading ends.
 * Throws `blob_store_unavailable` when it breaks off or falls silent, and the signal's reason when the caller gives up.
 */
export async function* readBytes(
  stream: NodeJS.ReadableStream,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = stream[Symbol.asyncIterator]();
  let idle: NodeJS.Timeout | undefined;
  const silence = () =>
    destroy(stream, Object.assign(new Error("The store fell silent in mid-blob"), { name: "TimeoutError" }));
  const giveUp = () => destroy(stream, signal?.reason);
  if (signal?.aborted) giveUp();
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    for (;;) {
      // Only while we wait: a reader that takes its time is not the store's silence.
      idle = setTimeout(silence, IDLE_TIMEOUT_MS);
      const next = await chunks.next();
      clearTimeout(idle);
      if (next.done) return;
      yield typeof next.value === "string" ? Buffer.from(next.value) : next.value;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw asProblem(error);
  } finally {
    clearTimeout(idle);
    signal?.removeEventListener("abort", giveUp);
    await chunks.return?.();
  }
}

function destroy(stream: NodeJS.ReadableStream, reason: unknown): void {
  if ("destroy" in stream && typeof stream.destroy === "function") stream.destroy(reason);
}
