import type { IncomingMessage, ServerResponse } from "node:http";
import { HubError } from "#emulator/hub/hub-error.ts";
import type { Namespace } from "#emulator/hub/namespace.ts";
import { readBody } from "#emulator/wire/read-body.ts";
import { jsonReply } from "#emulator/wire/reply.ts";
import type { Reply } from "#emulator/wire/reply.ts";
import { CONTROL_ROUTES } from "./control-routes.ts";
import { loopbackOrigin, refuseForeignCaller } from "./loopback-only.ts";

/** First path segment of everything that is the emulator's own: no hub's name can begin with `$`. */
export const CONTROL_PREFIX = "/$emulator";

/** A seed of many installations is the largest thing that is ever sent here. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** One request to the control plane: what a route is given. */
export interface ControlCall {
  namespace: Namespace;
  /** Path after `/$emulator`. */
  path: string;
  /** Path segments that the route left open, decoded. */
  params: readonly string[];
  query: URLSearchParams;
  /** The parsed JSON of the body; undefined when there was none. */
  json: unknown;
  /** Header Last-Event-ID of a stream that is resumed. */
  lastEventId: string | undefined;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
  /** For routes that stream and write their answer themselves. */
  response: ServerResponse;
  /** `http://host:port` as the client knows it. */
  origin: string;
}

/** Whether a request is for the control plane. */
export function isControlRequest(url: string): boolean {
  const path = url.split("?", 1)[0] ?? "";
  return path === CONTROL_PREFIX || path.startsWith(`${CONTROL_PREFIX}/`);
}

/**
 * Answers one request under `/$emulator/`. Only pages of this machine may call it from a browser.
 *
 * @param loopbackOnly whether the emulator listens on loopback alone, so that another Host is a rebound name.
 */
export async function answerControlPlane(
  namespace: Namespace,
  request: IncomingMessage,
  response: ServerResponse,
  loopbackOnly: boolean,
): Promise<void> {
  const cors = corsHeaders(request);
  const abort = new AbortController();
  response.once("close", () => abort.abort());
  for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
  let reply: Reply | "streaming";
  try {
    refuseForeignCaller(request, loopbackOnly);
    reply = request.method === "OPTIONS" ? { status: 204 } : await answer(namespace, request, response, abort.signal);
  } catch (error) {
    reply = errorReply(error);
  }
  if (reply === "streaming" || response.headersSent) return;
  const body = reply.body ?? "";
  response.writeHead(reply.status, {
    ...reply.headers,
    "Cache-Control": "no-store",
    ...(reply.status !== 204 && { "Content-Length": Buffer.byteLength(body) }),
  });
  response.end(body);
}

async function answer(
  namespace: Namespace,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<Reply | "streaming"> {
  const url = new URL(request.url ?? "/", "http://emulator");
  const segments = url.pathname.slice(CONTROL_PREFIX.length).split("/").filter(Boolean).map(decodeURIComponent);
  const found = CONTROL_ROUTES.map((route) => ({ route, params: match(route.path, segments) })).filter(
    (each) => each.params !== undefined,
  );
  if (found.length === 0) throw new HubError(404, `There is no ${url.pathname}`);
  const fit = found.find(({ route }) => route.method === request.method);
  if (!fit)
    throw new HubError(405, `${url.pathname} takes ${found.map(({ route }) => route.method).join(", ")}`, {
      Allow: found.map(({ route }) => route.method).join(", "),
    });
  const text = await readBody(request, MAX_BODY_BYTES);
  const lastEventId = request.headers["last-event-id"];
  return fit.route.answer({
    namespace,
    path: url.pathname.slice(CONTROL_PREFIX.length),
    params: fit.params ?? [],
    query: url.searchParams,
    json: text === "" ? undefined : parseBody(text),
    lastEventId: typeof lastEventId === "string" ? lastEventId : undefined,
    signal,
    response,
    origin: `http://${request.headers.host ?? "localhost"}`,
  });
}

/** The open segments (`*`) of a path, or undefined when it does not fit. */
function match(path: readonly string[], segments: readonly string[]): string[] | undefined {
  if (path.length !== segments.length || !path.every((part, i) => part === "*" || part === segments[i]))
    return undefined;
  return segments.filter((_, i) => path[i] === "*");
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HubError(400, `The body is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function errorReply(error: unknown): Reply {
  if (error instanceof HubError)
    return {
      ...jsonReply(error.status, { error: { message: error.message } }),
      headers: { "Content-Type": "application/json; charset=utf-8", ...error.headers },
    };
  // What a caller names wrongly (operation, hub, platform) comes up as RangeError, a bad percent escape as URIError.
  if (error instanceof RangeError || error instanceof URIError)
    return jsonReply(400, { error: { message: error.message } });
  return jsonReply(500, {
    error: { message: error instanceof Error ? (error.stack ?? error.message) : String(error) },
  });
}

function corsHeaders(request: IncomingMessage): Record<string, string> {
  const origin = loopbackOrigin(request.headers.origin);
  if (origin === undefined) return { Vary: "Origin" };
  return {
    Vary: "Origin",
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Content-Type, Last-Event-ID, Cache-Control",
    "Access-Control-Max-Age": "600",
  };
}
