import type { FeedEntry, HubSend, InboxMessage, Observation, PhoneHappening, SeenRequest } from "./observation.ts";
import type { PageFrame } from "./page-frame.ts";

/** Facts whose line needs the request as it is now. */
const ABOUT_REQUESTS = /^(request|file|links|push)\./;
/** The feed refuses whoever is not signed in: looked at again this often. */
const COME_BACK_MS = 1_000;

/**
 * Watches the real parts: the live feed as the console is signed in, the emulator's log and inboxes, the phone's own words,
 * and the calls of both pages as their browser measures them.
 *
 * @param observe told in the order in which things are seen
 * @param onSignedIn told when the feed begins to be heard, and when it no longer is
 */
export function watchParts({
  emulatorUrl,
  frames,
  observe,
  onSignedIn,
}: {
  emulatorUrl: string;
  frames: { readonly console: PageFrame; readonly phone: PageFrame };
  observe: (observation: Observation) => void;
  onSignedIn: (isSignedIn: boolean) => void;
}): void {
  followFeed(observe, onSignedIn);
  const from = Date.now();
  listen<HubSend>(`${emulatorUrl}/$emulator/requests/stream`, (send) => {
    // The stream begins with what is long over.
    if (Date.parse(send.at) >= from) observe({ from: "hub", send });
  });
  listen<InboxMessage>(`${emulatorUrl}/$emulator/inbox/stream?after=latest`, (message) => {
    observe({ from: "inbox", message });
  });
  new BroadcastChannel("beckon-phone").addEventListener("message", ({ data }: MessageEvent<PhoneHappening>) => {
    observe({ from: "phone", happening: data });
  });
  for (const page of ["console", "phone"] as const) {
    frames[page].onLoad((view) => watchCalls(view, page, observe));
  }
}

function listen<Data>(url: string, take: (data: Data) => void): void {
  new EventSource(url).addEventListener("message", ({ data }: MessageEvent<string>) => take(JSON.parse(data) as Data));
}

function followFeed(observe: (observation: Observation) => void, onSignedIn: (isSignedIn: boolean) => void): void {
  // Read one after the other, so that lines come in the order of the facts.
  let reading: Promise<void> = Promise.resolve();
  const source = new EventSource("/v1/feed");
  source.addEventListener("open", () => onSignedIn(true));
  source.addEventListener("message", ({ data }: MessageEvent<string>) => {
    const heardAt = Date.now();
    const entry = JSON.parse(data) as FeedEntry;
    reading = reading.then(async () => {
      const { requestId, type } = entry;
      const isAbout = requestId !== undefined && ABOUT_REQUESTS.test(type);
      const request = isAbout ? await readRequest(requestId).catch(() => undefined) : undefined;
      observe({ from: "feed", entry, request, heardAt });
    });
  });
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return; // the browser comes back by itself
    onSignedIn(false);
    setTimeout(() => followFeed(observe, onSignedIn), COME_BACK_MS);
  });
}

async function readRequest(requestId: string): Promise<SeenRequest | undefined> {
  const answer = await fetch(`/v1/log-requests/${requestId}`);
  return answer.ok ? ((await answer.json()) as SeenRequest) : undefined;
}

function watchCalls(view: Window, page: "console" | "phone", observe: (observation: Observation) => void): void {
  const { PerformanceObserver: Watcher, performance: clock } = view as Window & typeof globalThis;
  const watcher = new Watcher((list) => {
    for (const entry of list.getEntriesByType("resource") as PerformanceResourceTiming[]) {
      if (entry.initiatorType !== "fetch" && entry.initiatorType !== "xmlhttprequest") continue;
      const { name: url, responseStatus: status, duration: ms, encodedBodySize: bytes, responseEnd } = entry;
      observe({ from: "call", call: { page, url, status, ms, bytes, endedAt: clock.timeOrigin + responseEnd } });
    }
  });
  watcher.observe({ type: "resource", buffered: true });
}
