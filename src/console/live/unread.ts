import { createKeptStore } from "#console/parts/create-kept-store.ts";
import { isUnread, type Changed, type Marks } from "./is-unread.ts";

const KEEP = 500;

/** What this person has read, in this browser. */
export const readMarks = createKeptStore<Marks>(
  "beckon.read",
  { since: new Date().toISOString(), seen: {} },
  (given) => typeof given === "object" && given !== null && "since" in given && "seen" in given,
);
// Kept from the first visit on, or a reload would call everything read.
readMarks.set((marks) => ({ ...marks }));

export function markRead({ id, updatedAt, state }: Changed): void {
  readMarks.set((marks) => {
    if (!isUnread({ id, updatedAt, state }, marks)) return marks;
    const { [id]: _, ...others } = marks.seen;
    const kept = Object.entries(others).slice(-KEEP);
    return { ...marks, seen: { ...Object.fromEntries(kept), [id]: updatedAt } };
  });
}
