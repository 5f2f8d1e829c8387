import type { PhoneNotification } from "#phone/handle-push.ts";

/** A notification that is on the lock screen, and since when. */
export interface ShownNotification extends PhoneNotification {
  readonly at: number;
}

/** The notifications of the lock screen. They are the system's: they outlive the app. */
export interface Shade {
  list(): readonly ShownNotification[];
  /** Puts it in the place of the one with its tag. @returns false for one that ends a prompt that is not there */
  show(notification: PhoneNotification): boolean;
  /** The app takes its prompt down. One that already says that it is over stays until somebody has looked. */
  closePrompt(requestId: string): void;
  /** Somebody has looked: what is over goes. */
  clearOver(): void;
  follow(listener: () => void): void;
}

/** @param storage keeps them over a reload of the page, such as `sessionStorage` */
export function createShade(storage: Pick<Storage, "getItem" | "setItem">, key: string, now: () => number): Shade {
  let shown = JSON.parse(storage.getItem(key) ?? "[]") as readonly ShownNotification[];
  const listeners = new Set<() => void>();

  function keep(next: readonly ShownNotification[]): void {
    if (next.length === shown.length && next.every((one, index) => one === shown[index])) return;
    shown = next;
    storage.setItem(key, JSON.stringify(shown));
    for (const listener of listeners) listener();
  }

  return {
    list: () => shown,
    show(notification) {
      const isThere = shown.some(({ tag }) => tag === notification.tag);
      if (notification.isOver && !isThere) return false;
      keep([{ ...notification, at: now() }, ...shown.filter(({ tag }) => tag !== notification.tag)]);
      return true;
    },
    closePrompt: (requestId) => keep(shown.filter(({ push, isOver }) => isOver || push?.requestId !== requestId)),
    clearOver: () => keep(shown.filter(({ isOver }) => !isOver)),
    follow: (listener) => void listeners.add(listener),
  };
}
