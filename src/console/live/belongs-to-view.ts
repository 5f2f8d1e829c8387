import type { LogRequest } from "#console/api/shapes.ts";

const OPEN: readonly LogRequest["state"][] = ["requested", "notified", "seen"];
const DAY_MS = 24 * 60 * 60 * 1000;

export function isOpen(request: Pick<LogRequest, "state">): boolean {
  return OPEN.includes(request.state);
}

/** Still under way: the user may answer, or files are on their way. */
export function isUnderWay(request: Pick<LogRequest, "state">): boolean {
  return isOpen(request) || request.state === "consented" || request.state === "uploaded";
}

/** As the server's `view=` decides, so that a request that changed can be counted without asking again. */
export function belongsToView(
  request: LogRequest,
  filter: Readonly<Record<string, string | undefined>>,
  { myId, now }: { readonly myId: string; readonly now: number },
): boolean {
  if (filter["ticketId"] !== undefined && filter["ticketId"] !== request.ticketId) return false;
  if (filter["userId"] !== undefined && filter["userId"] !== request.userId) return false;
  if (filter["agentId"] !== undefined && filter["agentId"] !== request.agentId) return false;
  if (filter["state"] !== undefined && !filter["state"].split(",").includes(request.state)) return false;
  switch (filter["view"]) {
    case "mine":
      return request.agentId === myId;
    case "waiting":
      return isUnderWay(request);
    case "ready":
      return request.state === "linked";
    case "attention":
      return needsAttention(request, now);
    default:
      return true;
  }
}

/** As the server's view: rejected; linked without every file; expired within a day; open with no installation to push to. */
function needsAttention(request: LogRequest, now: number): boolean {
  const { state, reach, fileCounts } = request;
  if (state === "rejected") return true;
  if (state === "linked") return fileCounts.missing + fileCounts.refused > 0;
  if (state === "expired") return now - Date.parse(request.endedAt ?? request.updatedAt) < DAY_MS;
  return isOpen(request) && reach === "no_installation";
}
