/** An answer before it is written: what a handler returns. */
export interface Reply {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export function jsonReply(status: number, value: unknown): Reply {
  return { status, headers: { "Content-Type": "application/json; charset=utf-8" }, body: JSON.stringify(value) };
}

export function xmlReply(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers: { "Content-Type": "application/xml; charset=utf-8", ...headers }, body };
}
