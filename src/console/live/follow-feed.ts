import type { TimelineEntry } from "#console/api/shapes.ts";
import { connection, POLL_MS, timesOpened } from "./connection.ts";

export interface FeedOptions {
  readonly onEntry: (entry: TimelineEntry) => void;
  /** The feed is there again, but what happened meanwhile may be lost: read everything anew. */
  readonly onGap: () => void;
}

/** After this many failures in a row the console says so, and polls. */
const FAILURES_ALLOWED = 3;

/**
 * Follows the feed in one EventSource. The browser reconnects by itself with Last-Event-ID; where it gives up (an answer
 * that is no stream), a new one is opened every 15 s, and what was missed is read anew.
 * @returns how to stop
 */
export function followFeed({ onEntry, onGap }: FeedOptions): () => void {
  let source: EventSource | undefined;
  let failures = 0;
  let hasGap = false;
  let again: ReturnType<typeof setTimeout> | undefined;

  const open = () => {
    source = new EventSource("/v1/feed");
    source.addEventListener("open", () => {
      failures = 0;
      connection.set("live");
      timesOpened.set((before) => before + 1);
      if (hasGap) onGap();
      hasGap = false;
    });
    source.addEventListener("message", (event: MessageEvent<string>) => {
      connection.set("live");
      onEntry(JSON.parse(event.data) as TimelineEntry);
    });
    source.addEventListener("error", () => {
      failures += 1;
      if (failures >= FAILURES_ALLOWED || !navigator.onLine) connection.set("polling");
      if (source?.readyState !== EventSource.CLOSED) return;
      // The browser will not try again, and a new EventSource cannot send Last-Event-ID.
      connection.set("polling");
      hasGap = true;
      again = setTimeout(open, POLL_MS);
    });
  };
  const goOffline = () => connection.set("polling");
  const goOnline = () => {
    // A short outage may leave the stream as it was; nobody would say that it is live again.
    if (source?.readyState === EventSource.OPEN) connection.set("live");
    if (source?.readyState !== EventSource.CLOSED) return;
    clearTimeout(again);
    open();
  };
  addEventListener("offline", goOffline);
  addEventListener("online", goOnline);
  open();
  return () => {
    removeEventListener("offline", goOffline);
    removeEventListener("online", goOnline);
    clearTimeout(again);
    source?.close();
    connection.set("connecting");
  };
}
