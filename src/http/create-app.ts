import { randomUUID } from "node:crypto";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import cors from "cors";
import express, { type Express, type NextFunction, type Request, type Response, type Router } from "express";
import helmet from "helmet";
import { Problem } from "#domain/problems.ts";
import { RouteError, traceIdOf } from "./http-kit.ts";
import { limitedAddress } from "./limited-address.ts";
import { asProblem, sendProblem } from "./problem-response.ts";
import type { RateLimits } from "./rate-limits.ts";

export interface RequestRecord {
  readonly traceId: string;
  readonly method: string;
  /** The route's name: a path may hold a user's id, and a query what is personal. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
}

export interface AppOptions {
  readonly routers: readonly Router[];
  readonly limits: RateLimits;
  /** Web origins whose pages may call the API with a bearer token, such as a customer's web app with the SDK in it. */
  readonly corsOrigins: readonly string[];
  /** How many proxies in front are ours (Express `trust proxy`): decides whose address is limited. */
  readonly trustProxy: number;
  readonly onAnswered: (record: RequestRecord) => void;
  /** Called for 5xx only, with the cause. */
  readonly onError: (error: unknown, context: { readonly traceId: string; readonly route: string }) => void;
}

const SECURITY_HEADERS = securityHeaders();

/** What helmet sets on every response, asked once: its steps were 4 % of an accept's profile in Node. */
function securityHeaders(): Map<string, string> {
  const sample = new ServerResponse(new IncomingMessage(new Socket()));
  const setHeaders = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        "default-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
      },
    },
    referrerPolicy: { policy: "no-referrer" },
  });
  setHeaders(sample.req, sample, (trouble) => {
    if (trouble) throw trouble;
  });
  return new Map(Object.entries(sample.getHeaders()).map(([name, value]) => [name, String(value)] as const));
}

/** The Express application around the routes: trace id, headers, limit by address, and one way for trouble to leave. */
export function createApp({ routers, limits, corsOrigins, trustProxy, onAnswered, onError }: AppOptions): Express {
  const app = express();
  app.disable("x-powered-by");
  app.set("trust proxy", trustProxy);
  app.set("etag", false);
  app.set("query parser", "simple");
  app.set("case sensitive routing", true);

  app.use((request, response, next) => {
    const given = request.get("x-request-id");
    const traceId = given !== undefined && /^[A-Za-z0-9._-]{1,64}$/.test(given) ? given : randomUUID();
    response.locals["traceId"] = traceId;
    response.setHeader("x-request-id", traceId);
    const from = performance.now();
    response.once("finish", () =>
      onAnswered({
        traceId,
        method: request.method,
        route: String(response.locals["route"] ?? "none"),
        status: response.statusCode,
        ms: performance.now() - from,
      }),
    );
    next();
  });
  app.use((_request, response, next) => {
    response.setHeaders(SECURITY_HEADERS);
    next();
  });
  // Tokens travel in a header that a page must add itself: no cookie is ever allowed across origins.
  app.use(
    cors({
      origin: [...corsOrigins],
      credentials: false,
      methods: ["GET", "POST", "PUT", "DELETE"],
      allowedHeaders: ["Authorization", "Content-Type", "Idempotency-Key", "x-request-id"],
      exposedHeaders: ["Date", "Retry-After", "RateLimit", "x-request-id", "x-ms-error-code"],
      maxAge: 300,
    }),
  );
  app.use((request, response, next) => {
    limits.take("address", `address:${limitedAddress(request.ip)}`, response).then(() => next(), next);
  });
  for (const router of routers) app.use(router);
  app.use((_request: Request, _response: Response, next: NextFunction) => next(new Problem("not_found")));
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const [cause, route] = error instanceof RouteError ? [error.cause, error.route] : [error, "none"];
    const problem = asProblem(cause);
    const traceId = traceIdOf(response);
    if (problem.status >= 500) onError(problem.code === "internal" ? problem.cause : problem, { traceId, route });
    if (response.headersSent) response.destroy();
    else sendProblem(response, problem, traceId);
  });
  return app;
}
