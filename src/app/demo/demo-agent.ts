import type { z } from "zod";
import type { file, downloadUrl } from "#contract/files.ts";
import type { logRequest, logRequestDetail } from "#contract/log-requests.ts";
import type { installation } from "#contract/devices.ts";
import type { ticket, timelineEntry } from "#contract/tickets.ts";
import type { user } from "#contract/users.ts";
import { followEventStream } from "#phone/read-event-stream.ts";

export type DemoTicket = z.output<typeof ticket>;
export type DemoFile = z.output<typeof file>;
export type DemoRequest = z.output<typeof logRequest>;
export type DemoRequestDetail = z.output<typeof logRequestDetail>;
export type DemoUser = z.output<typeof user>;
export type DemoInstallation = z.output<typeof installation>;
export type DemoDownloadUrl = z.output<typeof downloadUrl>;
export type Entry = z.output<typeof timelineEntry>;

interface Page<T> {
  readonly value: readonly T[];
  readonly nextLink?: string;
}

export interface DemoAgent {
  /** @throws Error with the API's own words */
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** All pages. */
  list<T>(path: string): Promise<T[]>;
  /** The first fact of the feed that this is true of, also one that came before the call. @throws Error when none came in time */
  until(isIt: (entry: Entry) => boolean, what: string, timeoutMs: number): Promise<Entry>;
}

/**
 * An agent with nothing but the public API: calls, and the live feed.
 *
 * @param options.onEntry told of every fact, in its order
 */
export async function openDemoAgent({
  apiUrl,
  getToken,
  onEntry,
  signal,
}: {
  apiUrl: string;
  getToken: () => Promise<string>;
  onEntry: (entry: Entry) => void;
  signal: AbortSignal;
}): Promise<DemoAgent> {
  const entries: Entry[] = [];
  const listeners = new Set<() => void>();

  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(new URL(path, apiUrl), {
      method,
      headers: {
        Authorization: `Bearer ${await getToken()}`,
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text.slice(0, 600)}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  };

  await new Promise<void>((resolve) => {
    void followEventStream({
      open: async (headers) =>
        fetch(new URL("/v1/feed", apiUrl), {
          headers: { ...headers, Authorization: `Bearer ${await getToken()}` },
          signal,
        }),
      onOpen: resolve,
      onEvent: (data) => {
        const entry = JSON.parse(data) as Entry;
        entries.push(entry);
        onEntry(entry);
        for (const listener of listeners) listener();
      },
      signal,
    });
  });

  return {
    call,

    async list<T>(path: string) {
      const all: T[] = [];
      for (let next: string | undefined = path; next !== undefined;) {
        const page: Page<T> = await call<Page<T>>("GET", next);
        all.push(...page.value);
        next = page.nextLink;
      }
      return all;
    },

    until: (isIt, what, timeoutMs) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = entries.find(isIt);
          if (found) end(() => resolve(found));
        };
        const timer = setTimeout(
          () => end(() => reject(new Error(`${what} did not happen within ${timeoutMs / 1000} s.`))),
          timeoutMs,
        );
        const end = (settle: () => void) => {
          clearTimeout(timer);
          listeners.delete(look);
          settle();
        };
        listeners.add(look);
        look();
      }),
  };
}
