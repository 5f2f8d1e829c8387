import type { LogRequest } from "#console/api/shapes.ts";
import { createKeptStore } from "#console/parts/create-store.ts";

interface Marks {
  /** What had changed before the console was first opened here counts as read. */
  readonly since: string;
  /** When each request was last looked at: its `updatedAt` then. */
  readonly seen: Readonly<Record<string, string>>;
}

const KEEP = 500;

/** What this person has read, in this browser. */
export const readMarks = createKeptStore<Marks>(
  "beckon.read",
  { since: new Date().toISOString(), seen: {} },
  (given) => typeof given === "object" && given !== null && "since" in given && "seen" in given,
);
// Kept from the first visit on, or a reload would call everything read.
readMarks.set((marks) => ({ ...marks }));

type Changed = Pick<LogRequest, "id" | "updatedAt" | "state">;

/** What the push service does with a question is no news; what its user does, or what became of it, is. */
const NO_NEWS: readonly LogRequest["state"][] = ["requested", "notified"];

export function isUnread(request: Changed, marks: Marks): boolean {
  return !NO_NEWS.includes(request.state) && request.updatedAt > (marks.seen[request.id] ?? marks.since);
}

export function markRead({ id, updatedAt, state }: Changed): void {
  readMarks.set((marks) => {
    if (!isUnread({ id, updatedAt, state }, marks)) return marks;
    const { [id]: _, ...others } = marks.seen;
    const kept = Object.entries(others).slice(-KEEP);
    return { ...marks, seen: { ...Object.fromEntries(kept), [id]: updatedAt } };
  });
}
