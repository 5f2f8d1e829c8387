import { followEventStream } from "#phone/read-event-stream.ts";
import type { BeckonStorage } from "#sdk/create-beckon.ts";

const LAST_ID = "push/last-id";

/**
 * What a browser's push service does for the phone: brings each push to the endpoint, also those that came while it was
 * off. Follows the emulator's stream, since there is no push service that could reach this browser.
 *
 * @param endpoint of the installation, on the emulator
 * @param storage keeps how far the phone has heard
 * @param onPayload told the text of each push, in order; the next one waits
 */
export async function followPushes({
  endpoint,
  fetch,
  storage,
  onPayload,
  signal,
}: {
  endpoint: string;
  fetch: (url: string, init?: RequestInit) => Promise<Response>;
  storage: BeckonStorage;
  onPayload: (payload: string) => Promise<void>;
  signal: AbortSignal;
}): Promise<void> {
  const heard = await storage.get(LAST_ID);
  let handling = Promise.resolve();
  await followEventStream({
    open: (headers) => fetch(endpoint, { headers, signal }),
    lastId: typeof heard === "string" ? heard : undefined,
    onEvent(data, id) {
      const { body } = JSON.parse(data) as { body: string };
      handling = handling.then(async () => {
        if (signal.aborted) return;
        await onPayload(body);
        // Afterwards: a page that is closed in between hears it again, and shows it once, by its tag.
        if (id !== undefined) await storage.set(LAST_ID, id);
      });
    },
    signal,
  });
}
