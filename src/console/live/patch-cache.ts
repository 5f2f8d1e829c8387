import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { getBody } from "#console/api/call-api.ts";
import { requestQuery, requestsQuery, type Filter } from "#console/api/queries.ts";
import type { LogRequest, LogRequestDetail, Me, Page, TimelineEntry } from "#console/api/shapes.ts";
import { createStore } from "#console/parts/create-store.ts";
import { belongsToView } from "./belongs-to-view.ts";
import { gather } from "./gather.ts";

type Lists = InfiniteData<Page<LogRequest>>;

/** Requests that a list does not show yet, by the list's key. The list says "5 new" and waits for its reader. */
export const newInList = createStore<Readonly<Record<string, readonly string[]>>>({});

export function listKey(filter: unknown): string {
  return JSON.stringify(filter);
}

function forgetNew(filter: unknown): void {
  const name = listKey(filter);
  newInList.set((all) => Object.fromEntries(Object.entries(all).filter(([key]) => key !== name)));
}

/** Puts a request as it is now wherever it is shown. Rows keep their place, and new ones are counted, not inserted. */
export function patchRequest(client: QueryClient, request: LogRequest): void {
  for (const { key, filter, lists } of listsOf(client)) {
    if (isIn(lists, request.id)) {
      client.setQueryData<Lists>(key, replaceIn(lists, request));
    } else if (belongsHere(client, request, filter)) {
      const name = listKey(filter);
      newInList.set((all) => {
        const known = all[name] ?? [];
        return known.includes(request.id) ? all : { ...all, [name]: [...known, request.id] };
      });
    }
  }
}

/** Puts one's own new request on top of every list that it belongs to: who asked looks for it there. */
export function insertRequest(client: QueryClient, request: LogRequest): void {
  for (const { key, filter, lists } of listsOf(client)) {
    const [first, ...others] = lists.pages;
    if (!first || isIn(lists, request.id) || !belongsHere(client, request, filter)) continue;
    client.setQueryData<Lists>(key, { ...lists, pages: [{ ...first, value: [request, ...first.value] }, ...others] });
  }
}

/** Reads a list anew from its top, without showing it empty meanwhile. @throws ApiProblem */
export async function reloadList(client: QueryClient, filter: Filter): Promise<void> {
  const { queryKey, initialPageParam } = requestsQuery(filter);
  const page = await getBody<Page<LogRequest>>(initialPageParam);
  forgetNew(filter);
  client.setQueryData<Lists>(queryKey, { pages: [page], pageParams: [initialPageParam] });
}

/**
 * What no feed told us may have happened to lists that nobody looks at; whoever opens one reads it from its top. Lists on
 * screen are asked for by the poll, and keep their rows.
 */
export function dropUnseenLists(client: QueryClient): void {
  client.removeQueries({ queryKey: ["requests"], type: "inactive" });
}

function* listsOf(client: QueryClient) {
  for (const [key, lists] of client.getQueriesData<Lists>({ queryKey: ["requests"] })) {
    if (lists) yield { key, filter: (key[1] ?? {}) as Filter, lists };
  }
}

const isIn = (lists: Lists, requestId: string) =>
  lists.pages.some((page) => page.value.some(({ id }) => id === requestId));

function belongsHere(client: QueryClient, request: LogRequest, filter: Filter): boolean {
  const me = client.getQueryData<Me | null>(["me"]);
  return belongsToView(request, filter, { myId: me?.id ?? "", now: Date.now() });
}

function replaceIn(lists: Lists, request: LogRequest): Lists {
  return {
    ...lists,
    pages: lists.pages.map((page) =>
      page.value.some(({ id }) => id === request.id)
        ? {
            ...page,
            value: page.value.map((item) =>
              item.id === request.id && item.updatedAt <= request.updatedAt ? request : item,
            ),
          }
        : page,
    ),
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
  const refresh = async (requestId: string) => {
    try {
      const request = await client.fetchQuery({ ...requestQuery(requestId), staleTime: 0 });
      patchRequest(client, request);
      onRefreshed(request);
    } catch {
      // Whoever looks at it sees the error of its own query; the next fact tries again.
    }
  };

  return gather((requestId) => void refresh(requestId));
}
