import type { Request, Response } from "express";

export interface EventStream {
  send(event: { readonly id: string; readonly data: unknown }): void;
  readonly signal: AbortSignal;
}

/** Proxies close a silent connection after a minute or so; a comment every 15 s keeps ours. */
const KEEP_ALIVE_MS = 15_000;

/**
 * Opens a server-sent event stream (WHATWG HTML, section 9.2). Ends when the reader goes, when `stop` aborts, or after
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
    send({ id, data }) {
      // JSON has no raw line feed, so one data line holds it.
      if (!gone.signal.aborted) response.write(`id: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
    },
  };
}

/** Where a reader was, from the header that EventSource sends when it comes back. */
export function lastEventIdOf(request: Request): string | undefined {
  const header = request.get("last-event-id");
  return header !== undefined && /^[\w.-]{1,64}$/.test(header) ? header : undefined;
}
