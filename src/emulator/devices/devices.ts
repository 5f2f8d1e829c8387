import type { DeliveredMessage } from "./delivered-message.ts";
import type { Inbox } from "./inbox.ts";
import { collapseKey, expiresAt } from "./message-lifetime.ts";

type NewMessage = Omit<DeliveredMessage, "sequence" | "receivedAt">;

interface HeldMessage {
  message: NewMessage;
  /** Milliseconds since 1970; null when it is kept for as long as the device stays away. */
  expiresAt: number | null;
}

/** How many messages the push service keeps for one device that is away; more than any real one does. */
const MAX_HELD_MESSAGES = 100;

/**
 * The devices behind the push services. All are reachable, until one is told to be away: then its messages are held, of
 * those with one collapse key only the newest, and those that expire are dropped, as in life.
 */
export class Devices {
  readonly #inbox: Inbox;
  readonly #now: () => number;
  readonly #away = new Map<string, { handle: string; held: HeldMessage[] }>();

  constructor(inbox: Inbox, now: () => number) {
    this.#inbox = inbox;
    this.#now = now;
  }

  /** Hands a message to its device, or holds it. */
  deliver(message: NewMessage): void {
    const held = this.#away.size === 0 ? undefined : this.#heldFor(message.handle);
    if (!held) return this.#receive(message);
    const now = this.#now();
    const expiry = expiresAt(message, now);
    if (expiry !== null && expiry <= now) return;
    const key = collapseKey(message);
    const older = key === null ? -1 : held.findIndex((each) => collapseKey(each.message) === key);
    if (older >= 0) held.splice(older, 1);
    held.push({ message, expiresAt: expiry });
    if (held.length > MAX_HELD_MESSAGES) held.shift();
  }

  /** Takes a device away from the net, or brings it back: then it gets what has been held and is still good. */
  setOnline(handle: string, online: boolean): void {
    if (!online) {
      if (!this.#heldFor(handle)) this.#away.set(keyOf(handle), { handle, held: [] });
      return;
    }
    const held = this.#heldFor(handle) ?? [];
    this.#away.delete(keyOf(handle));
    const now = this.#now();
    for (const each of held) if (each.expiresAt === null || each.expiresAt > now) this.#receive(each.message);
  }

  /** The devices that are away, with how many messages wait for each. */
  away(): { handle: string; held: number }[] {
    return [...this.#away.values()].map(({ handle, held }) => ({ handle, held: held.length }));
  }

  reset(): void {
    this.#away.clear();
  }

  #receive(message: NewMessage): void {
    this.#inbox.append({ ...message, receivedAt: new Date(this.#now()).toISOString() });
  }

  #heldFor(handle: string): HeldMessage[] | undefined {
    return this.#away.get(keyOf(handle))?.held;
  }
}

// Apple's tokens come from the hub in upper case, from a test in whatever case it has.
function keyOf(handle: string): string {
  return handle.toUpperCase();
}
