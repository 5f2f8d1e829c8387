/** The app's own back end: its built pages under a strict policy, and a token for who is signed in. */
import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

interface Environment {
  readonly beckonUrl: string;
  readonly apiKey: string;
  readonly blobOrigin: string;
  readonly vapidPublicKey: string | undefined;
  readonly pushStandIn: string | undefined;
  readonly port: number;
}

/** Who is signed in. In a product the session says it, never the request: who may choose this is everybody. */
const USER = { id: "maria", label: "Maria Example", contacts: ["maria@example.com"], locale: "en" };

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
};

const environment = readEnvironment(process.env);
const policy = contentSecurityPolicy(environment);

const server = createServer((request, response) => {
  // What a client asks for may be no path at all.
  const url = URL.parse(`http://any${request.url ?? "/"}`);
  if (!url) return void response.writeHead(400).end();
  answer(`${request.method ?? ""} ${url.pathname}`, url.searchParams, response).catch((error: unknown) => {
    console.error(error);
    response.writeHead(502).end();
  });
});

async function answer(call: string, query: URLSearchParams, response: ServerResponse): Promise<void> {
  switch (call) {
    case "GET /settings": {
      const { beckonUrl, vapidPublicKey, pushStandIn } = environment;
      return sendJson(response, { beckonUrl, vapidPublicKey, pushStandIn, userId: USER.id });
    }
    case "POST /beckon-token": {
      const installationId = query.get("installationId") ?? undefined;
      const wanted = { userId: USER.id, installationId, ttlSeconds: 3600 };
      return sendJson(response, await callBeckon("POST", "/v1/installation-tokens", wanted));
    }
    default:
      return sendFile(response, call === "GET /" ? "/index.html" : call.replace(/^GET /, ""));
  }
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { "Content-Type": "application/json", "Cache-Control": "no-store" });
  response.end(JSON.stringify(body));
}

async function sendFile(response: ServerResponse, path: string): Promise<void> {
  const content = await readFile(join(import.meta.dirname, "dist", path)).catch(() => undefined);
  if (!content) return void response.writeHead(404).end();
  const type = TYPES[extname(path)] ?? "application/octet-stream";
  response.writeHead(200, { "Content-Type": type, "Content-Security-Policy": policy }).end(content);
}

/** Nothing inline, and connections to where Beckon and its files are. */
function contentSecurityPolicy({ beckonUrl, blobOrigin, pushStandIn }: Environment): string {
  const connect = ["'self'", new URL(beckonUrl).origin, blobOrigin];
  if (pushStandIn !== undefined) connect.push(new URL(pushStandIn).origin);
  return [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "style-src 'self'",
    `connect-src ${connect.join(" ")}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

async function callBeckon(method: string, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(environment.beckonUrl + path, {
    method,
    headers: { Authorization: `Bearer ${environment.apiKey}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${await response.text()}`);
  return response.json();
}

function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const need = (name: string): string => {
    const value = env[name];
    if (!value) throw new Error(`${name} is not set. Copy .env.example to .env and fill it in.`);
    return value;
  };
  return {
    beckonUrl: need("BECKON_URL"),
    apiKey: need("BECKON_API_KEY"),
    blobOrigin: need("BLOB_ORIGIN"),
    vapidPublicKey: env["VAPID_PUBLIC_KEY"] || undefined,
    pushStandIn: env["PUSH_STAND_IN"] || undefined,
    port: Number(env["PORT"] ?? 4000),
  };
}

// So that agents find the person by name.
const { id, ...known } = USER;
await callBeckon("PUT", `/v1/users/${id}`, known);
server.listen(environment.port, "localhost", () => {
  console.log(`The app is at http://localhost:${(server.address() as AddressInfo).port}/`);
});
