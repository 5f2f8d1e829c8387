import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import type { LogRequest } from "#console/api/shapes.ts";
import { belongsToView } from "#console/live/belongs-to-view.ts";
import { insertRequest, listKey, newInList, patchRequest } from "#console/live/patch-cache.ts";
import { isUnread } from "#console/live/is-unread.ts";

const NOW = Date.UTC(2026, 10, 22, 12);
const iso = (hoursAgo: number) => new Date(NOW - hoursAgo * 3_600_000).toISOString();
const COUNTS = { consented: 2, uploaded: 2, linked: 2, refused: 0, missing: 0 };

const requestOf = (more: Partial<LogRequest> = {}): LogRequest => ({
  id: "r-1",
  ticketId: "t-1",
  ticketNumber: 1,
  ticketSubject: "Calls drop",
  userId: "ann",
  agentId: "alex",
  reason: "why",
  collectors: ["app"],
  maxBytes: 1,
  maxFiles: 1,
  answerBy: iso(-1),
  state: "notified",
  reach: "pushed",
  reminders: 0,
  fileCounts: COUNTS,
  webUrl: "https://beckon.example/log-requests/r-1",
  createdAt: iso(2),
  updatedAt: iso(1),
  ...more,
});

const needsAttention = (more: Partial<LogRequest>) =>
  belongsToView(requestOf(more), { view: "attention" }, { myId: "alex", now: NOW });

test("needs attention: rejected, missing files, expired within a day, or no installation; and nothing else", () => {
  expect(needsAttention({ state: "rejected" })).toBe(true);
  expect(needsAttention({ state: "linked", fileCounts: { ...COUNTS, missing: 1 } })).toBe(true);
  expect(needsAttention({ state: "linked", fileCounts: { ...COUNTS, refused: 1 } })).toBe(true);
  expect(needsAttention({ state: "linked" })).toBe(false);
  expect(needsAttention({ state: "expired", endedAt: iso(23) })).toBe(true);
  expect(needsAttention({ state: "expired", endedAt: iso(25) })).toBe(false);
  expect(needsAttention({ state: "requested", reach: "no_installation" })).toBe(true);
  expect(needsAttention({ state: "cancelled", reach: "no_installation" })).toBe(false);
  for (const state of ["notified", "seen", "consented", "uploaded", "declined", "withdrawn"] as const)
    expect([state, needsAttention({ state })]).toEqual([state, false]);
});

test("each view and each filter takes what is its own", () => {
  const belongs = (filter: Record<string, string>, more: Partial<LogRequest> = {}) =>
    belongsToView(requestOf(more), filter, { myId: "alex", now: NOW });
  expect([belongs({ view: "mine" }), belongs({ view: "mine" }, { agentId: "lena" })]).toEqual([true, false]);
  expect([belongs({ view: "waiting" }), belongs({ view: "waiting" }, { state: "linked" })]).toEqual([true, false]);
  expect([belongs({ view: "ready" }), belongs({ view: "ready" }, { state: "linked" })]).toEqual([false, true]);
  expect([belongs({ userId: "ann" }), belongs({ userId: "bob" })]).toEqual([true, false]);
  expect([belongs({ ticketId: "t-1" }), belongs({ ticketId: "t-2" })]).toEqual([true, false]);
  expect([belongs({ state: "seen,notified" }), belongs({ state: "linked" })]).toEqual([true, false]);
  expect([belongs({ agentId: "alex" }), belongs({ agentId: "lena" }), belongs({})]).toEqual([true, false, true]);
});

test("what the push service does is no news, what the user does is, until it is read", () => {
  const marks = { since: iso(3), seen: {} };
  expect(isUnread(requestOf({ state: "requested" }), marks)).toBe(false);
  expect(isUnread(requestOf({ state: "notified" }), marks)).toBe(false);
  expect(isUnread(requestOf({ state: "seen" }), marks)).toBe(true);
  expect(isUnread(requestOf({ state: "declined" }), { since: iso(0), seen: {} })).toBe(false);
  expect(isUnread(requestOf({ state: "declined" }), { since: iso(3), seen: { "r-1": iso(1) } })).toBe(false);
  expect(isUnread(requestOf({ state: "declined" }), { since: iso(3), seen: { "r-1": iso(2) } })).toBe(true);
});

function clientWith(lists: Readonly<Record<string, readonly LogRequest[]>>): QueryClient {
  const client = new QueryClient();
  client.setQueryData(["me"], { id: "alex" });
  for (const [view, value] of Object.entries(lists))
    client.setQueryData(["requests", { view }], { pages: [{ value }], pageParams: [""] });
  return client;
}
const idsIn = (client: QueryClient, view: string) =>
  client
    .getQueryData<{ pages: { value: LogRequest[] }[] }>(["requests", { view }])
    ?.pages.flatMap(({ value }) => value.map(({ id, state }) => `${id} ${state}`));

test("a change keeps its row in its place, a new one is counted, and an older word never wins", () => {
  const [one, two] = [requestOf(), requestOf({ id: "r-2" })];
  const client = clientWith({ mine: [one, two] });
  patchRequest(client, { ...one, state: "cancelled", updatedAt: iso(0) });
  expect(idsIn(client, "mine")).toEqual(["r-1 cancelled", "r-2 notified"]);
  patchRequest(client, { ...one, state: "seen", updatedAt: iso(0.5) });
  expect(idsIn(client, "mine")).toEqual(["r-1 cancelled", "r-2 notified"]);
  patchRequest(client, requestOf({ id: "r-3" }));
  patchRequest(client, requestOf({ id: "r-3", state: "seen" }));
  expect(idsIn(client, "mine")).toHaveLength(2);
  expect(newInList.get()[listKey({ view: "mine" })]).toEqual(["r-3"]);
});

test("one's own new request stands on top of the lists that it belongs to, once", () => {
  const client = clientWith({ mine: [requestOf()], ready: [] });
  const mine = requestOf({ id: "r-9" });
  insertRequest(client, mine);
  insertRequest(client, mine);
  expect(idsIn(client, "mine")).toEqual(["r-9 notified", "r-1 notified"]);
  expect(idsIn(client, "ready")).toEqual([]);
});
