import type { TimelineBody } from "#test/support/agent.ts";

export interface Feed {
  /** All that came so far, with the id that resumes after it. */
  readonly events: readonly { readonly id: string; readonly data: TimelineBody }[];
  readonly status: number;
  /** Settles when the server ended the stream, or `close` did. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Follows the agents' feed, as EventSource would. */
export async function followFeed(apiUrl: string, token: string, lastEventId?: string): Promise<Feed> {
  const stop = new AbortController();
  const response = await fetch(new URL("/v1/feed", apiUrl), {
    headers: {
      authorization: `Bearer ${token}`,
      accept: "text/event-stream",
      ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
    },
    signal: stop.signal,
  });
  const events: { id: string; data: TimelineBody }[] = [];
  const read = async () => {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const [, id] = /^id: (.*)$/m.exec(block) ?? [];
        const [, data] = /^data: (.*)$/m.exec(block) ?? [];
        if (id !== undefined && data !== undefined) events.push({ id, data: JSON.parse(data) as TimelineBody });
      }
    }
  };
  return {
    events,
    status: response.status,
    // A reader that goes is no failure.
    ended: read().catch(() => undefined),
    close: () => stop.abort(),
  };
}
