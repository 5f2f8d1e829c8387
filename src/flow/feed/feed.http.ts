import { renderTimelineEntry } from "#contract/render-ticket.ts";
import { readFeed } from "#contract/operations.ts";
import { lastEventIdOf, openEventStream, type EventStream } from "#http/event-stream.ts";
import type { HttpKit } from "#http/http-kit.ts";
import type { Store } from "#ports/store.ts";

export interface FeedRoutes {
  readonly store: Store;
  /** Ends every stream, at shutdown. */
  readonly stop: AbortSignal;
  /** Tells of trouble that readers only notice as silence. */
  readonly onError: (error: unknown) => void;
}

/** How often PostgreSQL is asked for news, once a process and only while somebody listens. */
const POLL_MS = 250;
const ROWS_AT_ONCE = 200;
/** Azure's ingress cuts an idle-looking stream at 240 s; ours ends before, and readers come back where they were. */
const MAX_SECONDS = 200;

/**
 * Serves the timeline of all tickets as server-sent events, in the order of commits. A reader that comes back with Last-Event-ID
 * misses nothing; one that comes without it hears what happens from now on.
 */
export function serveFeed(kit: HttpKit, { store, stop, onError }: FeedRoutes): void {
  const readers = new Set<() => void>();
  let newest: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  const poll = async () => {
    try {
      const { cursor, rows } = await store.timeline.after(newest, ROWS_AT_ONCE);
      // The first look only learns where now is; what came before it may be news to a reader that looked earlier still.
      const first = newest === undefined;
      newest = cursor;
      if (rows.length > 0 || first) for (const wake of readers) wake();
    } catch (error) {
      onError(error);
    }
    const goOn = readers.size > 0 && !stop.aborted;
    timer = goOn ? setTimeout(() => void poll(), POLL_MS) : undefined;
    if (!goOn) newest = undefined;
  };

  const follow = async (stream: EventStream, from: string) => {
    let cursor = from;
    while (!stream.signal.aborted) {
      const news = newsFor(stream);
      const page = await store.timeline.after(cursor, ROWS_AT_ONCE);
      cursor = page.cursor;
      for (const row of page.rows) await stream.send({ id: row.cursor, data: renderTimelineEntry(row) });
      if (page.rows.length < ROWS_AT_ONCE) await news.arrived;
      news.forget();
    }
  };

  /** Registered before the read, so that what is committed during it is not slept through. */
  const newsFor = (stream: EventStream) => {
    let wake: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      wake = resolve;
    });
    readers.add(wake);
    stream.signal.addEventListener("abort", wake);
    timer ??= setTimeout(() => void poll(), POLL_MS);
    const forget = () => {
      readers.delete(wake);
      stream.signal.removeEventListener("abort", wake);
    };
    return { arrived, forget };
  };

  kit.serveRaw(readFeed, async (request, response) => {
    // Before the stream is open, so that a wrong Last-Event-ID is an answer of its own and not a stream that ends at once, for ever.
    const given = lastEventIdOf(request);
    const { cursor: now } = await store.timeline.after(given, 0);
    const stream = openEventStream(request, response, { stop, maxSeconds: MAX_SECONDS });
    await follow(stream, given ?? now).catch((error: unknown) => {
      onError(error);
      response.end();
    });
  });
}
