import type { SdkClock, Upload } from "#sdk/create-beckon.ts";
import type { Switches } from "./switches.ts";

/** What a slow network carries, in bytes a second. */
const SLOW_BYTES_PER_SECOND = 150_000;
const SLOW_STEP_MS = 100;
/** What a call takes longer on a slow network. */
const SLOW_CALL_MS = 1_000;

/** The phone's way to the network, as far as a page can make it bad. */
export interface Radio {
  /** Rejects while the phone is offline, and what is under way when it goes offline. */
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  readonly upload: Upload;
  /** Lets the SDK try again as soon as the network is back, instead of waiting its time out. */
  readonly clock: SdkClock;
  readonly connection: { isMetered(): boolean; onChange(listener: () => void): () => void };
}

/**
 * A radio that does as the switches say. A page cannot slow its real network down: on a slow one the frozen source is first
 * read at some 150 kB a second, which is the progress that is seen, and then really sent at once. Offline is an error of the
 * network, as a page sees it: `TypeError`.
 *
 * @param send how bytes really leave
 */
export function createRadio({
  switches,
  fetch,
  send,
  clock,
}: {
  switches: Switches;
  fetch: (url: string, init?: RequestInit) => Promise<Response>;
  send: Upload;
  clock: SdkClock;
}): Radio {
  /** Aborted when the phone goes offline: cuts everything that is under way. */
  let line = new AbortController();
  const offline = () => new TypeError("the phone is offline");
  if (switches.isOn("offline")) line.abort(offline());
  switches.follow((name, isOn) => {
    if (name !== "offline") return;
    if (isOn) line.abort(offline());
    else line = new AbortController();
  });

  /** @returns how many bytes the slow network has taken before it became a fast one */
  async function pace(
    source: Parameters<Upload>[0],
    signal: AbortSignal,
    onProgress: (sentBytes: number) => void,
  ): Promise<number> {
    const stepBytes = (SLOW_BYTES_PER_SECOND * SLOW_STEP_MS) / 1000;
    let sentBytes = 0;
    for await (const piece of source.stream()) {
      for (let at = 0; at < piece.length; at += stepBytes) {
        if (!switches.isOn("slow")) return sentBytes;
        await clock.sleep(SLOW_STEP_MS, signal);
        sentBytes += Math.min(stepBytes, piece.length - at);
        onProgress(sentBytes);
      }
    }
    return sentBytes;
  }

  return {
    async fetch(url, init) {
      const here = line.signal;
      here.throwIfAborted();
      const signal = init?.signal ? AbortSignal.any([init.signal, here]) : here;
      if (switches.isOn("slow")) await clock.sleep(SLOW_CALL_MS, signal);
      return fetch(url, { ...init, signal });
    },

    async upload(source, url, headers, { signal: asked, onProgress }) {
      line.signal.throwIfAborted();
      const signal = AbortSignal.any([asked, line.signal]);
      const pacedBytes = switches.isOn("slow") ? await pace(source, signal, onProgress) : 0;
      // The bar does not fall back when the real upload begins.
      const tell = (sentBytes: number) => onProgress(Math.max(sentBytes, pacedBytes));
      return send(source, url, headers, { signal, onProgress: tell });
    },

    clock: {
      now: () => clock.now(),
      async sleep(ms, signal) {
        const waiting = new AbortController();
        const unfollow = switches.follow((name, isOn) => {
          if (name === "offline" && !isOn) waiting.abort();
        });
        try {
          await clock.sleep(ms, AbortSignal.any([signal, waiting.signal]));
        } catch (error) {
          if (signal.aborted) throw error;
        } finally {
          unfollow();
        }
      },
    },

    connection: {
      isMetered: () => switches.isOn("metered"),
      onChange: (listener) =>
        switches.follow((name) => {
          if (name === "metered") listener();
        }),
    },
  };
}
