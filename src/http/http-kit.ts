/**
 * Serves a route as its row in `contract/` says: credential, rate limit, body, parameters, time limit, answer. A step hands over
 * a function from parsed input to a reply, and never sees Express.
 */
import express, { Router, type Request, type RequestHandler, type Response } from "express";
import type { z } from "zod";
import type { Audience, Route } from "#contract/route.ts";
import { Problem } from "#domain/problems.ts";
import { callerKey, type Caller, type CallerOf } from "./caller.ts";
import { isKeepable, parseInput } from "./parse-input.ts";
import type { RateLimits } from "./rate-limits.ts";
import { bodyOf, letGo } from "./body-stream.ts";
import { fingerprintOf, idempotencyKeyOf, keyScopeOf, type IdempotencyKey, type KeyScope } from "./idempotency.ts";

export interface Input<R extends Route> {
  readonly params: z.output<R["params"]>;
  readonly query: z.output<R["query"]>;
  readonly body: z.output<Exclude<R["body"], undefined>>;
  readonly caller: CallerOf<R["audience"]>;
  /** The version named by If-Match; always there where the route needs it. */
  readonly ifMatch: number | undefined;
  readonly idempotency: IdempotencyKey | undefined;
  readonly traceId: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export type Handler<R extends Route> = (input: Input<R>) => Promise<Reply>;

/** For what is not one JSON answer, such as the feed: authenticated and limited like any other route, then left to itself. */
export type RawHandler = (request: Request, response: Response, caller: Caller) => Promise<void> | void;

/** What a step gets of a body that streams. */
export interface StreamInput<R extends Route> {
  readonly params: z.output<R["params"]>;
  readonly query: z.output<R["query"]>;
  /** As it arrives, never faster than it is taken; throws when the sender is gone, or too slow. */
  readonly body: AsyncIterable<Uint8Array>;
  readonly contentType: string | undefined;
  /** What the sender says that it will send; absent where it streams itself. */
  readonly lengthBytes: number | undefined;
  readonly caller: CallerOf<R["audience"]>;
  /** The key without its fingerprint, which only the whole body gives. */
  readonly idempotency: KeyScope | undefined;
  /** The fingerprint of what the body said, for the key. */
  readonly fingerprintOf: (content: unknown) => string;
}

export type StreamHandler<R extends Route> = (input: StreamInput<R>) => Promise<Reply>;

export interface HttpKitOptions {
  /** Resolves to the caller or throws `unauthenticated`. */
  readonly authenticate: (request: Request, audience: Audience) => Promise<Caller>;
  readonly limits: RateLimits;
  /** Told of every agent who may do what they ask for; must return at once. */
  readonly onAgent?: (agent: CallerOf<"agent">) => void;
  /** How long a JSON body may take to arrive; a minute unless told. */
  readonly readTimeoutMs?: number;
}

export interface HttpKit {
  readonly router: Router;
  serve<R extends Route>(route: R, handler: Handler<R>): void;
  serveRaw(route: Route, handler: RawHandler): void;
  /** For a body that is not JSON: authenticated and limited like any other route, then handed on as it arrives. */
  serveStream<R extends Route>(route: R, handler: StreamHandler<R>): void;
  /** After the last route: what is served, but not with this method, is answered 405 with Allow. */
  refuseOtherMethods(): void;
}

/** Bodies are small: what has not come by then is held back on purpose. */
const READ_TIMEOUT_MS = 60_000;

/** Makes the router that every step hangs its routes on. */
export function createHttpKit({
  authenticate,
  limits,
  onAgent,
  readTimeoutMs = READ_TIMEOUT_MS,
}: HttpKitOptions): HttpKit {
  const router = Router({ caseSensitive: true });
  const admit = async (request: Request, response: Response, route: Route): Promise<Caller> => {
    response.locals["route"] = route.name;
    const caller = await authenticate(request, route.audience);
    if (caller.kind === "agent" && route.roles && !caller.roles.some((role) => route.roles?.includes(role))) {
      throw new Problem("forbidden", { detail: `This needs one of the roles: ${route.roles.join(", ")}.` });
    }
    if (caller.kind === "agent") onAgent?.(caller);
    if (caller.kind !== "public") await limits.take(caller.kind, callerKey(caller), response);
    return caller;
  };

  const served: Route[] = [];
  const mount = (route: Route, handler: RequestHandler) => {
    served.push(route);
    router[route.method](expressPath(route.path), handler);
  };

  return {
    router,
    serve(route, handler) {
      const readBody = route.body
        ? express.json({ limit: route.bodyLimitBytes, inflate: false, strict: false, type: () => true })
        : undefined;
      mount(route, async (request, response, next) => {
        try {
          const caller = await admit(request, response, route);
          if (readBody) {
            requireJson(request);
            await read(readBody, request, response, readTimeoutMs);
          }
          const input = parseRequest(route, request, caller, response);
          send(response, await withinTime(route, handler(input as never)));
        } catch (error) {
          if (response.headersSent) response.destroy();
          else next(new RouteError(error, route.name));
        }
      });
    },
    serveRaw(route, handler) {
      mount(route, async (request, response, next) => {
        try {
          await handler(request, response, await admit(request, response, route));
        } catch (error) {
          if (response.headersSent) response.destroy();
          else next(new RouteError(error, route.name));
        }
      });
    },
    serveStream(route, handler) {
      mount(route, async (request, response, next) => {
        try {
          const caller = (await admit(request, response, route)) as never;
          if ((request.get("content-encoding") ?? "identity") !== "identity")
            throw new Problem("unsupported_media_type", { detail: "Send the body without Content-Encoding." });
          const input = {
            ...parseAddress(route, request),
            body: bodyOf(request),
            contentType: request.get("content-type"),
            lengthBytes: lengthOf(request),
            caller,
            idempotency: route.idempotent ? keyScopeOf(request, route, caller) : undefined,
            fingerprintOf: (content: unknown) => fingerprintOf(request, content),
          };
          send(response, await handler(input as never));
        } catch (error) {
          letGo(request);
          if (response.headersSent || request.socket.destroyed) response.destroy();
          else next(new RouteError(error, route.name));
        }
      });
    },
    refuseOtherMethods() {
      for (const [path, routes] of Map.groupBy(served, (route) => route.path)) {
        const allow = routes.map(({ method }) => method.toUpperCase()).join(", ");
        router.all(expressPath(path), (request, response, next) => {
          // `…/{id}` also matches `…/{id}:verb`: only what could be this resource is told of its methods.
          if (!routes.some((route) => route.params.safeParse(request.params).success)) return next();
          response.setHeader("Allow", allow);
          return next(new Problem("method_not_allowed", { detail: `This resource takes: ${allow}.` }));
        });
      }
    },
  };

  function parseRequest(route: Route, request: Request, caller: Caller, response: Response) {
    return {
      ...parseAddress(route, request),
      body: route.body ? parseInput(route.body, request.body, "body") : undefined,
      caller,
      ifMatch: route.ifMatch ? versionOf(request) : undefined,
      idempotency: route.idempotent ? idempotencyKeyOf(request, route, caller) : undefined,
      traceId: traceIdOf(response),
    };
  }
}

function parseAddress(route: Route, request: Request) {
  const params = route.params.safeParse(request.params);
  // A malformed id names nothing: the same answer as for what does not exist.
  if (!params.success || !Object.values(request.params).every(isKeepableParam)) throw new Problem("not_found");
  return { params: params.data, query: parseInput(route.query, request.query, "query") };
}

async function withinTime(route: Route, work: Promise<Reply>): Promise<Reply> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Problem("timeout")), route.timeoutSeconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Carries the route's name to the error handler. */
export class RouteError extends Error {
  readonly route: string;
  constructor(cause: unknown, route: string) {
    super(`in ${route}`, { cause });
    this.route = route;
  }
}

function lengthOf(request: Request): number | undefined {
  const header = request.get("content-length");
  return header === undefined ? undefined : Number(header);
}

function isKeepableParam(value: unknown): boolean {
  return typeof value === "string" && isKeepable(value);
}

/** The id of this HTTP request: `x-request-id`, and `traceId` in problem documents. */
export function traceIdOf(response: Response): string {
  return String(response.locals["traceId"] ?? "");
}

/** By Node's own means: what Express's `send` asks of a response (its type, its charset, its ETag) is known here. */
function send(response: Response, { status, headers = {}, body }: Reply): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader("Cache-Control", "no-store");
  if (body === undefined) {
    response.end();
    return;
  }
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.setHeader("Content-Type", "application/json; charset=utf-8");
  response.setHeader("Content-Length", Buffer.byteLength(text));
  response.end(text);
}

function requireJson(request: Request): void {
  const hasBody =
    request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;
  if (hasBody && !request.is(["application/json", "application/*+json"])) {
    throw new Problem("unsupported_media_type", { detail: "Send the body as application/json." });
  }
}

/** @throws body_too_slow; the connection ends with that answer, because the rest of the body is not waited for */
async function read(parser: RequestHandler, request: Request, response: Response, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => {
        response.setHeader("Connection", "close");
        reject(new Problem("body_too_slow", { detail: `A body of this size may take ${timeoutMs / 1000} s.` }));
      }, timeoutMs);
      void parser(request, response, (error?: unknown) => (error ? reject(error as Error) : resolve()));
    });
  } finally {
    clearTimeout(timer);
  }
}

/** `If-Match: "7"` or `W/"7"`: the ETag that a read gave. */
function versionOf(request: Request): number {
  const header = request.get("if-match");
  if (header === undefined) throw new Problem("precondition_required");
  const match = /^(?:W\/)?"(\d{1,15})"$/.exec(header.trim());
  if (!match)
    throw new Problem("precondition_failed", {
      detail: "If-Match must be the ETag that a read of this resource gave.",
    });
  return Number(match[1]);
}

/** A strong ETag (RFC 9110, section 8.8.3) of a version; what If-Match takes. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/** `/v1/log-requests/{requestId}:cancel` as Express writes it: `/v1/log-requests/:requestId\:cancel`. */
export function expressPath(path: string): string {
  return path.replaceAll(":", "\\:").replaceAll(/\{(\w+)\}/g, ":$1");
}
