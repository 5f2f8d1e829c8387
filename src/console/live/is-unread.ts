import type { LogRequest } from "#console/api/shapes.ts";

export interface Marks {
  /** What had changed before the console was first opened here counts as read. */
  readonly since: string;
  /** When each request was last looked at: its `updatedAt` then. */
  readonly seen: Readonly<Record<string, string>>;
}

export type Changed = Pick<LogRequest, "id" | "updatedAt" | "state">;

/** What the push service does with a question is no news; what its user does, or what became of it, is. */
const NO_NEWS: readonly LogRequest["state"][] = ["requested", "notified"];

export function isUnread(request: Changed, marks: Marks): boolean {
  return !NO_NEWS.includes(request.state) && request.updatedAt > (marks.seen[request.id] ?? marks.since);
}
