import type { DeliveredMessage } from "#emulator/devices/delivered-message.ts";
import type { ControlCall } from "./control-plane.ts";
import { inboxFilter } from "./inbox-filter.ts";

/** Often enough that proxies and browsers see a living connection, in milliseconds. */
const HEARTBEAT_MS = 15_000;

/** A reader that is this far behind is cut off, in bytes: it comes back with Last-Event-ID and misses nothing. */
const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;

/**
 * `GET /$emulator/inbox/stream`: messages as server-sent events, whose id is the sequence. Begins after Last-Event-ID, else
 * after the query's `after`, else with everything that is there; `after=latest` begins with what comes.
 */
export function streamInbox({ namespace: { inbox }, query, lastEventId, signal, response }: ControlCall): "streaming" {
  const parameters = new URLSearchParams(query);
  if (parameters.get("after") === "latest") parameters.set("after", String(inbox.lastSequence));
  if (lastEventId !== undefined && /^\d+$/.test(lastEventId)) parameters.set("after", lastEventId);
  const filter = inboxFilter(parameters);
  response.writeHead(200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
  });
  // A reader that was cut off, or whose emulator was restarted, is back within half a second.
  response.write("retry: 500\n\n");
  const write = (message: DeliveredMessage): void => {
    response.write(`id: ${message.sequence}\ndata: ${JSON.stringify(message)}\n\n`);
    if (response.writableLength > MAX_BACKLOG_BYTES) response.destroy();
  };
  for (const message of inbox.list(filter).messages) write(message);
  const unfollow = inbox.follow(filter, write);
  const heartbeat = setInterval(() => response.write(": still here\n\n"), HEARTBEAT_MS);
  signal.addEventListener("abort", () => {
    unfollow();
    clearInterval(heartbeat);
  });
  return "streaming";
}
