/** One server-sent event. */
export interface StreamedEvent {
  readonly id: string | undefined;
  readonly data: string;
}

/** The events of one response of type `text/event-stream`, until it ends. Comments and `retry:` are passed over. */
export async function* readEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamedEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let id: string | undefined;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const data: string[] = [];
        for (const line of block.split("\n")) {
          const [, field, content = ""] = /^(id|data):\s?(.*)$/.exec(line) ?? [];
          if (field === "id") id = content;
          if (field === "data") data.push(content);
        }
        if (data.length > 0) yield { id, data: data.join("\n") };
      }
    }
  } finally {
    // Also when the reader of the events stops early: the connection must not stay open for nobody.
    await reader.cancel().catch(() => {});
  }
}

/** How long until a stream that ended, or was never there, is asked for again. */
const COME_BACK_MS = 500;

/**
 * Follows a stream over its ends: comes back with `Last-Event-ID`, so that nothing is missed. Returns when `signal` aborts.
 *
 * @param open makes the request; called again for each connection
 * @param lastId the last event of an earlier run, where to go on
 * @param onOpen told of each connection that stands
 */
export async function followEventStream({
  open,
  lastId: earlierId,
  onOpen = () => {},
  onEvent,
  signal,
}: {
  open: (headers: Record<string, string>) => Promise<Response>;
  lastId?: string | undefined;
  onOpen?: () => void;
  onEvent: (data: string, id: string | undefined) => void;
  signal: AbortSignal;
}): Promise<void> {
  let lastId = earlierId;
  while (!signal.aborted) {
    try {
      const response = await open(lastId === undefined ? {} : { "Last-Event-ID": lastId });
      if (response.ok && response.body) {
        onOpen();
        for await (const { id, data } of readEventStream(response.body)) {
          lastId = id ?? lastId;
          onEvent(data, id);
        }
      }
    } catch {
      // Whatever broke: the next connection begins where this one ended.
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, COME_BACK_MS));
  }
}
