import { BeckonError } from "./beckon-error.ts";
import type { Bytes } from "./frozen-file.ts";
import { onAbort, throwIfAborted } from "./on-abort.ts";
import { parseJson } from "./parse-json.ts";
import type { Page, ProblemDocument } from "./wire.ts";
import { ANSWER_TIMEOUT_MS, CALL_TRIES, LONGEST_CALL_WAIT_MS } from "./policy.ts";

/** As much of `fetch` as the SDK uses: the global one fits, and so does any wrapper of it. */
export type Fetch = (
  url: string,
  init?: {
    method?: string;
    headers?: Record<string, string>;
    body?: string | Blob | Bytes | ReadableStream<Bytes>;
    duplex?: "half";
    signal?: AbortSignal;
  },
) => Promise<{ status: number; headers: { get(name: string): string | null }; text(): Promise<string> }>;

/** Time as the SDK takes it; tests bring their own. */
export interface SdkClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`, rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: SdkClock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        leave();
        resolve();
      }, ms);
      const leave = onAbort(signal, () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    }),
};

/** Milliseconds before the next attempt after `failures`: doubles from 1 s to 60 s, never less than what was asked for. */
export function backoffMs(failures: number, askedMs = 0): number {
  const doubled = Math.min(60_000, 1000 * 2 ** Math.min(failures - 1, 6));
  return Math.max(askedMs, doubled * (1 + Math.random() / 4));
}

/** @returns milliseconds that a Retry-After header asks for, in seconds or as a date; undefined for one that has passed */
export function retryAfterMs(header: string | null | undefined, now: number): number | undefined {
  if (!header) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return ms >= 0 ? ms : undefined;
}

export interface ApiClient {
  /**
   * Calls an operation; tries again where that can help, as every device operation may be repeated.
   *
   * @param idempotencyKey for what would otherwise be done again: the same for every try, also after a restart
   * @throws BeckonError with the server's code, `network`, `unexpected_answer` or `stopped`
   */
  call<Result>(
    method: string,
    path: string,
    body?: unknown,
    idempotencyKey?: string,
  ): Promise<{ status: number; body: Result; retryAfterMs: number | undefined }>;
  /** All pages of a list. */
  list<Item>(path: string): Promise<Item[]>;
  /** The server's time as far as its answers tell, in milliseconds since 1970. */
  serverNow(): number;
}

export function createApiClient({
  baseUrl,
  getToken,
  fetch,
  clock,
  signal,
}: {
  baseUrl: string;
  getToken: (why: { refresh: boolean }) => string | Promise<string>;
  fetch: Fetch;
  clock: SdkClock;
  signal: AbortSignal;
}): ApiClient {
  const base = baseUrl.replace(/\/+$/, "");
  let serverAheadMs = 0;
  const serverNow = (): number => clock.now() + serverAheadMs;

  async function once(method: string, path: string, body: unknown, key: string | undefined, refresh: boolean) {
    const token = await Promise.resolve()
      .then(() => getToken({ refresh }))
      .catch((cause: unknown) => {
        throw new BeckonError("no_token", "getToken failed.", { retryable: true, cause });
      });
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(new Error("no answer in time")), ANSWER_TIMEOUT_MS);
    const leave = onAbort(signal, () => waiting.abort(signal.reason));
    try {
      throwIfAborted(signal);
      const response = await fetch(base + path, {
        method,
        headers: {
          Accept: "application/json",
          Authorization: `Bearer ${token}`,
          ...(body !== undefined && { "Content-Type": "application/json" }),
          ...(key && { "Idempotency-Key": key }),
        },
        body: JSON.stringify(body), // undefined where there is none
        signal: waiting.signal,
      });
      const text = await response.text();
      const date = Date.parse(response.headers.get("date") ?? "");
      const aheadMs = date - clock.now();
      // The header has whole seconds; a clock that is right to a minute, or was set right, needs no correction.
      if (date) serverAheadMs = Math.abs(aheadMs) > 60_000 ? aheadMs : 0;
      return { response, text };
    } catch (cause) {
      if (signal.aborted) throw new BeckonError("stopped", "The SDK was stopped.", { cause });
      throw new BeckonError("network", `No answer from ${base}.`, { retryable: true, cause });
    } finally {
      clearTimeout(timer);
      leave();
    }
  }

  async function attempt<Result>(method: string, path: string, body: unknown, key: string | undefined) {
    let { response, text } = await once(method, path, body, key, false);
    if (response.status === 401) ({ response, text } = await once(method, path, body, key, true));
    const { status } = response;
    const askedMs = retryAfterMs(response.headers.get("retry-after"), serverNow());
    const parsed = parseJson(text) as (Partial<ProblemDocument> & Result) | undefined;
    if (status >= 200 && status < 300 && (status === 204 || parsed !== undefined)) {
      return { status, body: parsed as Result, retryAfterMs: askedMs };
    }
    const { code, message } = parsed?.error ?? {};
    const retryable =
      status >= 500 || status === 429 || status === 408 || code === "in_progress" || code === "conflict";
    const traceId = parsed?.traceId ?? response.headers.get("x-request-id") ?? undefined;
    throw new BeckonError(
      code ?? "unexpected_answer",
      (code && message) ?? `${base} answered ${status} with what is not the API's.`,
      { status, retryable, retryAfterMs: askedMs, traceId },
    );
  }

  async function call<Result>(method: string, path: string, body?: unknown, key?: string) {
    for (let failures = 1; ; failures++) {
      try {
        return await attempt<Result>(method, path, body, key);
      } catch (error) {
        if (!(error instanceof BeckonError) || !error.retryable || failures >= CALL_TRIES) throw error;
        const wait = backoffMs(failures, error.retryAfterMs);
        if (wait > LONGEST_CALL_WAIT_MS) throw error;
        await clock.sleep(wait, signal).catch(() => {
          throw new BeckonError("stopped", "The SDK was stopped.", { cause: error });
        });
      }
    }
  }

  return {
    call,
    async list<Item>(path: string) {
      const items: Item[] = [];
      for (let next: string | undefined = path; next;) {
        const page: Page<Item> = (await call<Page<Item>>("GET", next)).body;
        items.push(...page.value);
        // Only the link's query is taken: the token goes to `baseUrl` and nowhere else.
        next = page.nextLink && path.replace(/\?.*/, "") + page.nextLink.replace(/^[^?]*/, "");
      }
      return items;
    },
    serverNow,
  };
}
