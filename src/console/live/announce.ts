import { createStore } from "#console/parts/create-store.ts";

/** What the one polite live region says. */
export const announcement = createStore("");

/** A reader of screens is told at most this often, and then everything that was left, joined. */
const EVERY_MS = 5_000;
const MOST = 3;

let queue: string[] = [];
let lastAt = -EVERY_MS;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says something politely to those who do not see the page. */
export function announce(text: string): void {
  queue = [...queue.filter((waiting) => waiting !== text), text];
  timer ??= setTimeout(say, Math.max(50, lastAt + EVERY_MS - performance.now()));
}

function say(): void {
  timer = undefined;
  lastAt = performance.now();
  announcement.set(queue.slice(-MOST).join(". "));
  queue = [];
}

/** Requests that are on screen: only their changes are announced (WCAG 4.1.3). */
export const onScreen = new Set<string>();
