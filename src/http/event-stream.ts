import { once } from "node:events";
import type { Request, Response } from "express";

export interface EventStream {
  /** Resolves when the reader can take more; a reader that takes nothing for a while is let go. */
  send(event: { readonly id: string; readonly data: unknown }): Promise<void>;
  readonly signal: AbortSignal;
}

/** Proxies close a silent connection after a minute or so; a comment every 15 s keeps ours. */
const KEEP_ALIVE_MS = 15_000;
/** A reader that has not taken a buffer's worth for this long is gone, whatever its socket says. */
const STALLED_MS = 30_000;

/**
 * Opens a server-sent event stream (WHATWG HTML, section 9.2). Ends when the reader goes or stalls, when `stop` aborts, or after
 * `maxSeconds`, so that a load balancer's own limit never cuts in mid-event; readers reconnect with Last-Event-ID.
 */
export function openEventStream(
  request: Request,
  response: Response,
  { stop, maxSeconds }: { readonly stop: AbortSignal; readonly maxSeconds: number },
): EventStream {
  response.status(200).set({
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
  });
  response.flushHeaders();
  response.write("retry: 1000\n\n");
  const gone = new AbortController();
  const end = () => {
    clearInterval(keepAlive);
    clearTimeout(limit);
    stop.removeEventListener("abort", end);
    gone.abort();
    response.end();
  };
  const keepAlive = setInterval(() => response.write(": still here\n\n"), KEEP_ALIVE_MS);
  const limit = setTimeout(end, maxSeconds * 1000);
  request.once("close", end);
  stop.addEventListener("abort", end);
  return {
    signal: gone.signal,
    async send({ id, data }) {
      if (gone.signal.aborted) return;
      // JSON has no raw line feed, so one data line holds it.
      if (response.write(`id: ${id}\ndata: ${JSON.stringify(data)}\n\n`)) return;
      const stalled = AbortSignal.any([gone.signal, AbortSignal.timeout(STALLED_MS)]);
      // Without waiting, one reader that stops reading would have us hold the whole history in memory.
      await once(response, "drain", { signal: stalled }).catch(() => response.destroy());
    },
  };
}

/** Where a reader was, from the header that EventSource sends when it comes back. */
export function lastEventIdOf(request: Request): string | undefined {
  return request.get("last-event-id") || undefined;
}
