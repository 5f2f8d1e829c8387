import { createHmac } from "node:crypto";
import { request } from "node:http";
import type { Emulator } from "#emulator/start-emulator.ts";

/** An answer of raw HTTP; header names are in lower case. */
export interface RawAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** One raw request. `path` is under the hub, or whole when it begins with a slash. */
export interface RawRequest {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Default: a good token of the root policy; null sends none. */
  authorization?: string | null;
}

export interface RawHub {
  send(raw: RawRequest): Promise<RawAnswer>;
  token(options?: Partial<TokenOptions>): string;
}

interface TokenOptions {
  audience: string;
  policy: string;
  key: string;
  expiresAt: number;
  /** Order and spelling are the client's; documentation and SDKs differ. */
  escape: (text: string) => string;
}

/** Speaks to one hub of an emulator with nothing but sockets: what the SDK cannot say. */
export function rawHub(emulator: Emulator, hub = "beckon"): RawHub {
  const key = /SharedAccessKey=([^;]+)/.exec(emulator.connectionString)?.[1] ?? "";
  const token: RawHub["token"] = (options = {}) =>
    sasToken({
      audience: `${emulator.url}/`,
      policy: "RootManageSharedAccessKey",
      key,
      expiresAt: Math.floor(Date.now() / 1000) + 3600,
      escape: encodeURIComponent,
      ...options,
    });
  return {
    token,
    send: ({ method, path, headers = {}, body, authorization = token() }) =>
      rawRequest(
        `${emulator.url}${path.startsWith("/") ? path : `/${hub}/${path}`}`,
        method,
        { ...headers, ...(authorization !== null && { Authorization: authorization }) },
        body,
      ),
  };
}

function sasToken({ audience, policy, key, expiresAt, escape }: TokenOptions): string {
  const sr = escape(audience);
  const signature = createHmac("sha256", key).update(`${sr}\n${expiresAt}`).digest("base64");
  return `SharedAccessSignature sig=${escape(signature)}&se=${expiresAt}&skn=${escape(policy)}&sr=${sr}`;
}

/** One HTTP request whose URL is sent as it is written: `fetch` would tidy it up. */
export function rawRequest(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: string | Uint8Array,
): Promise<RawAnswer> {
  const [, host = "", port = "", path = "/"] = /^http:\/\/([^:/]+):(\d+)(\/.*)?$/.exec(url) ?? [];
  return new Promise((resolve, reject) => {
    const outgoing = request({ host, port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const received = Object.entries(response.headers).map(
          ([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")] as const,
        );
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(received),
          body: Buffer.concat(chunks).toString(),
        });
      });
      response.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
