import type { RecentCall } from "beckon-sdk/report-screens";

const KEY = "recent-calls";
const KEPT = 5;

interface Kept extends Omit<RecentCall, "startedAt"> {
  readonly startedAt: string;
}

/** The latest calls, newest first: what a report may be about. */
export function recentCalls(): RecentCall[] {
  const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]") as Kept[];
  return kept.map((call) => ({ ...call, startedAt: new Date(call.startedAt) }));
}

/** @param call with an `incidentId` where it failed and its logs were kept */
export function rememberCall(call: RecentCall): void {
  const others = recentCalls().filter(({ id }) => id !== call.id);
  localStorage.setItem(KEY, JSON.stringify([call, ...others].slice(0, KEPT)));
}
