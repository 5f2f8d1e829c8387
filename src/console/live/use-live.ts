import {
  useInfiniteQuery,
  useQueryClient,
  type InfiniteData,
  type Query,
  type QueryClient,
} from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { getBody } from "#console/api/call-api.ts";
import { meQuery, requestsQuery, userQuery, type Filter } from "#console/api/queries.ts";
import type { LogRequest, Me, Page, TimelineEntry } from "#console/api/shapes.ts";
import { translate, type MessageKey } from "#console/i18n/use-t.ts";
import { useStore } from "#console/parts/create-store.ts";
import { stateWords } from "#console/parts/state-words.tsx";
import { preferences } from "#console/shell/preferences.ts";
import { announce, onScreen } from "./announce.ts";
import { connection, POLL_MS } from "./connection.ts";
import { followFeed } from "./follow-feed.ts";
import { gather } from "./gather.ts";
import { createRefresher, dropUnseenLists, patchRequest, patchTimeline } from "./patch-cache.ts";
import { isUnread } from "./is-unread.ts";
import { noteOpened } from "./opened-tickets.ts";
import { markRead, readMarks } from "./unread.ts";
import { useWhenBack } from "./use-when-back.ts";

const WORTH_A_NOTICE: readonly LogRequest["state"][] = ["linked", "declined", "expired", "rejected", "withdrawn"];

/** Keeps everything that is shown as it is now: by the feed, and by asking while the feed is lost. */
export function useLive(me: Me): void {
  const client = useQueryClient();
  const state = useStore(connection);

  useEffect(() => {
    const refresh = createRefresher(client, (request) => tell(client, request, me));
    const refreshReports = gather((ticketId) => void client.invalidateQueries({ queryKey: ["reports", ticketId] }));
    return followFeed({
      onEntry: (entry) => {
        patchTimeline(client, entry);
        if (entry.requestId !== undefined) refresh(entry.requestId);
        if (entry.reportId !== undefined) refreshReports(entry.ticketId);
        if (entry.type.startsWith("report.")) announceReport(client, entry);
        if (entry.type === "ticket.created") noteOpened(entry.ticketId);
        if (entry.actor.kind === "agent" && entry.actor.id === me.id) noteOwn(entry);
        refreshBeside(client, entry);
      },
      onGap: () => void poll(client),
    });
  }, [client, me]);

  // What could not be read while the server was away: nobody should have to press for it.
  useWhenBack(() => void client.refetchQueries({ type: "active", predicate: isToBeReadAgain }));

  useEffect(() => {
    if (state !== "polling") return;
    const timer = setInterval(() => void poll(client), POLL_MS);
    return () => clearInterval(timer);
  }, [client, state]);
}

/** What stands there as an error. The list of requests, once read, goes on from the page that failed. */
function isToBeReadAgain({ queryKey: [kind], state: { status, data } }: Query): boolean {
  return status === "error" && !(kind === "requests" && data !== undefined);
}

/** What one did oneself is no news. */
const ownChanges = new Set<string>();
function noteOwn({ requestId }: TimelineEntry): void {
  if (requestId !== undefined) ownChanges.add(requestId);
}

/** For readers of screens, where the ticket is being looked at. */
function announceReport(client: QueryClient, { type, ticketId, userId = "" }: TimelineEntry): void {
  if (!onScreen.has(ticketId)) return;
  const person = client.getQueryData(userQuery(userId).queryKey)?.label ?? userId;
  announce(translate("live.changed", { person, state: translate(`fact.${type}` as MessageKey) }));
}

function refreshBeside(client: QueryClient, { type, ticketId, userId }: TimelineEntry): void {
  if (["ticket.", "file.", "connection."].some((kind) => type.startsWith(kind))) {
    void client.invalidateQueries({ queryKey: ["ticket", ticketId] });
  }
  if (type.startsWith("installation.") && userId !== undefined) {
    void client.invalidateQueries({ queryKey: ["installations", userId] });
  }
}

/** Asks for what is shown; lists keep their rows in place, as with the feed. */
async function poll(client: QueryClient): Promise<void> {
  const lists = client.getQueryCache().findAll({ queryKey: ["requests"], type: "active" });
  const beside = ["request", "ticket", "reports", "timeline", "installations"].map((key) =>
    client.invalidateQueries({ queryKey: [key], refetchType: "active" }),
  );
  dropUnseenLists(client);
  // Where the session is over the feed is refused as well, and no list would ever ask its reader to sign in.
  const me = client.refetchQueries({ queryKey: meQuery.queryKey });
  const asked = lists.map(async ({ queryKey }) => {
    const page = await getBody<Page<LogRequest>>(requestsQuery((queryKey[1] ?? {}) as Filter).initialPageParam);
    for (const request of page.value) patchRequest(client, request);
  });
  await Promise.allSettled([me, ...beside, ...asked]);
}

/** What was told last of each request: a fact that comes later, such as the push service's word, is no news of its state. */
const told = new Map<string, string>();

function tell(client: QueryClient, request: LogRequest, me: Me): void {
  const isOwn = ownChanges.delete(request.id);
  if (isOwn) markRead(request);
  const person = request.userLabel ?? request.userId;
  const { word } = stateWords(request, translate);
  if (onScreen.has(request.id)) announce(translate("live.changed", { person, state: word }));
  const isNews = told.get(request.id) !== request.state;
  told.set(request.id, request.state);
  const wants = isNews && preferences.get().notices && document.hidden && request.agentId === me.id && !isOwn;
  if (!wants || !WORTH_A_NOTICE.includes(request.state) || !("Notification" in globalThis)) return;
  const notice = new Notification(word, { body: person, tag: request.id });
  notice.addEventListener("click", () => {
    focus();
    location.assign(`/log-requests/${request.id}`);
  });
}

/** How many of one's own requests have changed since one looked at them. Stands in the tab's title as well. */
export function useUnreadCount(): number {
  const { data } = useInfiniteQuery(requestsQuery({ view: "mine" }));
  const marks = useStore(readMarks);
  const count = useMemo(() => countUnread(data, marks), [data, marks]);
  useEffect(() => {
    const title = document.title.replace(/^\(\d+\) /, "");
    document.title = count > 0 ? `(${count}) ${title}` : title;
  }, [count]);
  return count;
}

function countUnread(lists: InfiniteData<Page<LogRequest>> | undefined, marks: Parameters<typeof isUnread>[1]): number {
  return (lists?.pages ?? []).flatMap(({ value }) => value).filter((request) => isUnread(request, marks)).length;
}
