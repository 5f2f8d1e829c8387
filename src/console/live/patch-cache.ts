import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { requestQuery } from "#console/api/queries.ts";
import type { LogRequest, LogRequestDetail, Me, Page, TimelineEntry } from "#console/api/shapes.ts";
import { createStore } from "#console/parts/create-store.ts";
import { belongsToView } from "./belongs-to-view.ts";

type Lists = InfiniteData<Page<LogRequest>>;

/** Requests that a list does not show yet, by the list's key. The list says "5 new" and waits for its reader. */
export const newInList = createStore<Readonly<Record<string, readonly string[]>>>({});

export function listKey(filter: unknown): string {
  return JSON.stringify(filter);
}

export function forgetNew(filter: unknown): void {
  const name = listKey(filter);
  newInList.set((all) => Object.fromEntries(Object.entries(all).filter(([key]) => key !== name)));
}

/** Puts a request as it is now wherever it is shown. Rows keep their place, and new ones are counted, not inserted. */
export function patchRequest(client: QueryClient, request: LogRequest): void {
  const me = client.getQueryData<Me | null>(["me"]);
  for (const [key, lists] of client.getQueriesData<Lists>({ queryKey: ["requests"] })) {
    if (!lists) continue;
    const filter = (key[1] ?? {}) as Record<string, string | undefined>;
    if (lists.pages.some((page) => page.value.some(({ id }) => id === request.id))) {
      client.setQueryData<Lists>(key, replaceIn(lists, request));
    } else if (belongsToView(request, filter, { myId: me?.id ?? "", now: Date.now() })) {
      const name = listKey(filter);
      newInList.set((all) => {
        const known = all[name] ?? [];
        return known.includes(request.id) ? all : { ...all, [name]: [...known, request.id] };
      });
    }
  }
}

function replaceIn(lists: Lists, request: LogRequest): Lists {
  return {
    ...lists,
    pages: lists.pages.map((page) => ({
      ...page,
      value: page.value.map((item) => (item.id === request.id && item.updatedAt <= request.updatedAt ? request : item)),
    })),
  };
}

/** Adds a fact to the timelines that are being looked at. The feed may repeat itself after a reconnection. */
export function patchTimeline(client: QueryClient, entry: TimelineEntry): void {
  client.setQueryData<TimelineEntry[]>(["timeline", entry.ticketId], (entries) =>
    entries && !entries.some(({ id }) => id === entry.id) ? [...entries, entry] : entries,
  );
}

/** Reads a request anew, once for all facts that arrive while the answer is awaited. */
export function createRefresher(client: QueryClient, onRefreshed: (request: LogRequestDetail) => void) {
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();
  const GATHER_MS = 120;

  const refresh = async (requestId: string) => {
    waiting.delete(requestId);
    try {
      const request = await client.fetchQuery({ ...requestQuery(requestId), staleTime: 0 });
      patchRequest(client, request);
      onRefreshed(request);
    } catch {
      // Whoever looks at it sees the error of its own query; the next fact tries again.
    }
  };

  return (requestId: string) => {
    if (!waiting.has(requestId))
      waiting.set(
        requestId,
        setTimeout(() => void refresh(requestId), GATHER_MS),
      );
  };
}
