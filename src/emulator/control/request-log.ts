/** One request as the page and the log show it; no key and no signature is ever in it. */
export interface LoggedRequest {
  /** Counts up from 1. */
  number: number;
  at: string;
  method: string;
  /** Path and query as they came. */
  url: string;
  /** Null when no operation of the data plane was meant. */
  operation: string | null;
  /** Name of the policy that signed the token; null when the token was not good. */
  policy: string | null;
  /** Zero when the connection was cut by a fault. */
  status: number;
  durationMs: number;
  trackingId: string;
  clientRequestId: string | null;
  /** Words of the answer's `Detail`. */
  detail: string | null;
  /** What a client should know: it fell into a trap of its SDK, or leans on what the service does not promise. */
  warnings: readonly string[];
}

const MAX_REQUESTS = 500;

/** The latest requests of the data plane, and who follows them. */
export class RequestLog {
  #requests: LoggedRequest[] = [];
  #lastNumber = 0;
  readonly #numbers = new Map<string, number>();
  readonly #listeners = new Set<(request: LoggedRequest) => void>();

  append(request: Omit<LoggedRequest, "number">): void {
    const numbered = { number: ++this.#lastNumber, ...request };
    this.#requests.push(numbered);
    const { clientRequestId } = request;
    if (clientRequestId !== null && !this.#numbers.has(clientRequestId))
      this.#numbers.set(clientRequestId, numbered.number);
    if (this.#numbers.size > MAX_REQUESTS * 2) this.#numbers.delete(this.#numbers.keys().next().value ?? "");
    if (this.#requests.length > MAX_REQUESTS * 2) this.#requests = this.#requests.slice(-MAX_REQUESTS);
    for (const listener of this.#listeners) listener(numbered);
  }

  /** The number of an earlier request with that `x-ms-client-request-id`: the SDK keeps it over the retries of one call. */
  earlierTry(clientRequestId: string): number | undefined {
    return this.#numbers.get(clientRequestId);
  }

  /** The latest requests, oldest first. */
  list(): LoggedRequest[] {
    return this.#requests.slice(-MAX_REQUESTS);
  }

  follow(listener: (request: LoggedRequest) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  clear(): void {
    this.#requests = [];
    this.#numbers.clear();
  }
}
