import { createStore } from "#console/parts/create-store.ts";
import type { ProblemDocument } from "./shapes.ts";

export type ProblemCode = ProblemDocument["error"]["code"] | "network";

/** What is wrong at a field, by the path of what was sent. */
export type FieldFault = NonNullable<ProblemDocument["error"]["details"]>[number];

/** Trouble that the API told of, or that kept us from reaching it (`network`). */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly code: ProblemCode;
  readonly status: number;
  readonly traceId: string | undefined;
  readonly details: readonly FieldFault[];
  readonly document: ProblemDocument | undefined;

  constructor(code: ProblemCode, status: number, document?: ProblemDocument, cause?: unknown) {
    super(document?.detail ?? document?.title ?? code, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.traceId = document?.traceId;
    this.details = document?.error.details ?? [];
    this.document = document;
  }
}

/** Whether the API said no. Where it said nothing, broke, or is still at it, what was asked for may have been done. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ApiProblem && error.status >= 400 && error.status < 500 && error.code !== "in_progress";
}

export interface Call {
  readonly body?: unknown;
  readonly ifMatch?: string;
  readonly idempotencyKey?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Answer<Body> {
  readonly body: Body;
  readonly etag: string | undefined;
}

/** As `CONSOLE_HEADER` of the contract: a page of another origin cannot set it, so the cookie alone writes nothing. */
const CONSOLE_HEADERS = { "x-beckon-console": "1" };

/** How often a call was refused because nobody is signed in, whatever it was for. */
export const timesSignedOut = createStore(0);

/** Calls the API as the person who is signed in. @throws ApiProblem */
export async function fetchApi(method: string, path: string, call: Call = {}): Promise<Response> {
  const { body, ifMatch, idempotencyKey, headers, signal } = call;
  const response = await fetch(path, {
    method,
    credentials: "same-origin",
    headers: {
      ...CONSOLE_HEADERS,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(ifMatch === undefined ? {} : { "if-match": ifMatch }),
      ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new ApiProblem("network", 0, undefined, error);
  });
  if (response.ok) return response;
  const document = (await response.json().catch(() => undefined)) as ProblemDocument | undefined;
  if (document?.error?.code === "unauthenticated") timesSignedOut.set((before) => before + 1);
  throw new ApiProblem(document?.error?.code ?? "internal", response.status, document);
}

/** Calls the API and reads the JSON that comes back. @throws ApiProblem */
export async function callApi<Body>(method: string, path: string, call: Call = {}): Promise<Answer<Body>> {
  const response = await fetchApi(method, path, call);
  const text = await response.text();
  return {
    body: (text === "" ? undefined : JSON.parse(text)) as Body,
    etag: response.headers.get("etag") ?? undefined,
  };
}

export async function getBody<Body>(path: string, signal?: AbortSignal): Promise<Body> {
  return (await callApi<Body>("GET", path, signal ? { signal } : {})).body;
}

/** A query string of what is there: `undefined` and empty values are left out. */
export function queryOf(values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** `nextLink` is absolute and made from the server's public address; we stay on the origin that we came from. */
export function pathOf(link: string): string {
  const { pathname, search } = new URL(link);
  return pathname + search;
}
