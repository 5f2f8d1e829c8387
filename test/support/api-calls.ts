/** What came back, read whole. */
export interface ApiAnswer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON of it; undefined where there is none. */
  readonly body: Body;
}

export interface ApiCall {
  readonly token?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A problem as its reader sees it. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly traceId: string;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly target?: string;
    readonly details?: readonly { readonly code: string; readonly target: string; readonly message: string }[];
  };
}

/** One HTTP request, as any client would send it. */
export async function callApi(
  baseUrl: string,
  method: string,
  path: string,
  { token, body, raw, headers }: ApiCall = {},
): Promise<ApiAnswer> {
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(new URL(path, baseUrl), {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(content === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== "" ? JSON.parse(text) : undefined,
  };
}

/** What a call that has to work answered. @throws Error with the answer, when it did not */
export async function succeeded<Body>(answer: Promise<ApiAnswer>): Promise<Body> {
  const { status, text, body } = await answer;
  if (status >= 400) throw new Error(`The API answered ${status}: ${text}`);
  return body as Body;
}
