import type { ServerResponse } from "node:http";

/** Often enough that proxies and browsers see a living connection, in milliseconds. */
const HEARTBEAT_MS = 15_000;

/** A reader that is this far behind is cut off, in bytes: it comes back with Last-Event-ID and misses nothing. */
const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;

/** Begins a stream of server-sent events; returns what writes one. It ends when the client goes. */
export function startEvents(response: ServerResponse, signal: AbortSignal): (id: number, data: unknown) => void {
  response.writeHead(200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
  });
  // A reader that was cut off, or whose emulator was restarted, is back within half a second.
  response.write("retry: 500\n\n");
  const heartbeat = setInterval(() => response.write(": still here\n\n"), HEARTBEAT_MS);
  signal.addEventListener("abort", () => clearInterval(heartbeat));
  return (id, data) => {
    response.write(`id: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
    if (response.writableLength > MAX_BACKLOG_BYTES) response.destroy();
  };
}
