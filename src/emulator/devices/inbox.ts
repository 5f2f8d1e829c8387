import { findPlatform } from "#emulator/hub/platforms.ts";
import type { DeliveredMessage } from "./delivered-message.ts";

/** Which messages are meant. What is left out does not restrict. */
export interface InboxFilter {
  hub?: string;
  /** Either name of a platform: `apple` and `apns` are one. */
  platform?: string;
  /** Apple's device tokens are compared ignoring case. */
  handle?: string;
  notificationId?: string;
  installationId?: string;
  /** Only messages with a greater sequence. */
  after?: number;
}

/** What a device, or everybody, has received. `next` is the `after` for what comes next. */
export interface InboxPage {
  messages: DeliveredMessage[];
  next: number;
}

type Listener = (message: DeliveredMessage) => void;

/** The inboxes of all simulated devices: one sequence, read through filters. */
export class Inbox {
  readonly #maxMessages: number;
  #messages: DeliveredMessage[] = [];
  #lastSequence = 0;
  readonly #listeners = new Set<Listener>();
  // Most listeners follow one device: asking each of a thousand phones about every message would cost more than sending it.
  readonly #listenersByHandle = new Map<string, Set<Listener>>();

  /** @param maxMessages how many are kept over all devices; the oldest go first. */
  constructor(maxMessages: number) {
    this.#maxMessages = maxMessages;
  }

  get lastSequence(): number {
    return this.#lastSequence;
  }

  append(message: Omit<DeliveredMessage, "sequence">): DeliveredMessage {
    const numbered = { sequence: ++this.#lastSequence, ...message };
    this.#messages.push(numbered);
    // Cut in slices: moving 10,000 entries for each message would be felt.
    if (this.#messages.length > this.#maxMessages * 1.1) this.#messages = this.#messages.slice(-this.#maxMessages);
    for (const listener of this.#listeners) listener(numbered);
    for (const listener of this.#listenersByHandle.get(numbered.handle) ?? []) listener(numbered);
    return numbered;
  }

  /** The messages of a filter, oldest first; with `limit` at most so many. */
  list(filter: InboxFilter, limit = Number.POSITIVE_INFINITY): InboxPage {
    const after = this.#effectiveAfter(filter.after);
    const matches = matcher(filter);
    const messages: DeliveredMessage[] = [];
    const oldest = this.#messages[0]?.sequence ?? 1;
    for (let i = Math.max(0, after + 1 - oldest); i < this.#messages.length; i++) {
      const message = this.#messages[i];
      if (!message || !matches(message)) continue;
      messages.push(message);
      if (messages.length >= limit) return { messages, next: message.sequence };
    }
    return { messages, next: this.#lastSequence };
  }

  /** Like `list`, but when there is nothing yet it waits up to `waitMs` for the first message. */
  async wait(filter: InboxFilter, waitMs: number, signal?: AbortSignal): Promise<InboxPage> {
    const page = this.list(filter);
    if (page.messages.length > 0 || waitMs <= 0 || signal?.aborted) return page;
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", finish);
        unfollow();
        resolve(this.list({ ...filter, after: page.next }));
      };
      const timer = setTimeout(finish, waitMs);
      signal?.addEventListener("abort", finish);
      const unfollow = this.follow(filter, finish);
    });
  }

  /** Calls `listener` for every message of the filter from now on; returns what ends it. */
  follow(filter: InboxFilter, listener: Listener): () => void {
    const matches = matcher(filter);
    const filtered: Listener = (message) => {
      if (matches(message)) listener(message);
    };
    const { handle } = filter;
    if (handle === undefined) {
      this.#listeners.add(filtered);
      return () => void this.#listeners.delete(filtered);
    }
    const keys = new Set([handle, handle.toUpperCase()]);
    for (const key of keys)
      this.#listenersByHandle.set(key, (this.#listenersByHandle.get(key) ?? new Set()).add(filtered));
    return () => {
      for (const key of keys) {
        const listeners = this.#listenersByHandle.get(key);
        listeners?.delete(filtered);
        if (listeners?.size === 0) this.#listenersByHandle.delete(key);
      }
    };
  }

  /** Empties the inboxes. The sequence goes on, so that an `after` of before stays good. */
  clear(): void {
    this.#messages = [];
  }

  // An `after` that was never given out comes from an emulator that has been restarted since: whatever is here is new to that client.
  #effectiveAfter(after = 0): number {
    return after > this.#lastSequence ? 0 : after;
  }
}

function matcher(filter: InboxFilter): (message: DeliveredMessage) => boolean {
  const { hub, handle, notificationId, installationId } = filter;
  const hubName = hub?.toLowerCase();
  const platform = filter.platform === undefined ? undefined : (findPlatform(filter.platform)?.name ?? filter.platform);
  const token = handle?.toUpperCase();
  return (message) =>
    (hubName === undefined || message.hub.toLowerCase() === hubName) &&
    (platform === undefined || message.platform === platform) &&
    (handle === undefined || message.handle === handle || (message.platform === "apple" && message.handle === token)) &&
    (notificationId === undefined || message.notificationId === notificationId) &&
    (installationId === undefined || message.installationId === installationId);
}
