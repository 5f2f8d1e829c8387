import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type NextFunction, type Request, type Response, Router } from "express";
import type { Caller } from "#http/caller.ts";
import { createApp } from "#http/create-app.ts";
import { createHttpKit } from "#http/http-kit.ts";
import { Problem } from "#domain/problems.ts";
import type { Desk } from "./desk.ts";
import { findDeviceCall } from "./device-routes.ts";
import { serveBlobs } from "./serve-blobs.ts";
import { serveDeviceHalf } from "./serve-device-half.ts";

/** No limit: whoever conforms is alone here. */
const UNLIMITED = { take: () => Promise.resolve() };

/**
 * Serves the device half of the API with the product's own HTTP kit (schemas, problems, headers), upload links, and whatever
 * `controls` adds, and writes down every call.
 *
 * @param port 0 takes a free one
 */
export async function startConformServer({
  desk,
  controls,
  host,
  port,
  onError,
}: {
  readonly desk: Desk;
  readonly controls: Router;
  readonly host: string;
  readonly port: number;
  readonly onError: (error: unknown) => void;
}): Promise<{ readonly url: string; close(): Promise<void> }> {
  const kit = createHttpKit({ authenticate: (request) => Promise.resolve(identify(request)), limits: UNLIMITED });
  serveDeviceHalf(kit, desk);
  kit.refuseOtherMethods();
  const app = createApp({
    routers: [controls, writeDown(desk), serveBlobs(desk), kit.router],
    limits: UNLIMITED,
    corsOrigins: [],
    trustProxy: 0,
    onAnswered: () => undefined,
    // A Problem here is one that the script wants, or the app's own: it stands in the answer. Anything else is our bug.
    onError: (error) => {
      if (!(error instanceof Problem)) onError(error);
    },
  });
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * Who calls: the subject of a JWT, which is read and not verified, as this server knows nobody's keys; a token that is no JWT
 * is itself the person.
 */
function identify(request: Request): Caller {
  const token = tokenOf(request);
  if (token === undefined)
    throw new Problem("unauthenticated", { detail: "Send 'Authorization: Bearer …' with a credential for this API." });
  return { kind: "device", userId: subjectOf(token) };
}

function tokenOf(request: Request): string | undefined {
  return /^Bearer +([\x21-\x7e]{1,8192})$/i.exec(request.get("authorization") ?? "")?.[1];
}

function subjectOf(token: string): string {
  const [, payload, signature] = token.split(".");
  if (payload === undefined || signature === undefined) return token;
  try {
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as { sub?: unknown };
    return typeof claims.sub === "string" && claims.sub !== "" ? claims.sub : token;
  } catch {
    return token;
  }
}

/** Writes each call down as it is answered and before the app can know of it; refuses and loses what the script says. */
function writeDown(desk: Desk): Router {
  const router = Router();
  router.use(sayTime(desk));
  router.use("/v1", (request: Request, response: Response, next: NextFunction) => {
    const { journal } = desk;
    const begun = journal.begin();
    const path = request.originalUrl.split("?", 1)[0] ?? "";
    const call = findDeviceCall(request.method, path);
    const token = tokenOf(request);
    const end = response.end.bind(response) as (...given: unknown[]) => Response;
    response.end = ((...given: unknown[]) => {
      response.end = end as typeof response.end;
      const retryAfter = response.getHeader("retry-after");
      const code = response.getHeader("x-ms-error-code");
      const lost = call !== undefined && response.statusCode < 400 && desk.losesAnswer(call.name);
      journal.add({
        ...begun,
        kind: "call",
        name: call?.name,
        method: request.method,
        path,
        id: call?.id,
        userId: token === undefined ? undefined : subjectOf(token),
        body: request.body as unknown,
        status: response.statusCode,
        code: typeof code === "string" ? code : undefined,
        retryAfterSeconds: retryAfter === undefined ? undefined : Number(retryAfter),
        answer: parseJson(given[0]),
        lost,
      });
      if (lost) return response.destroy();
      return end(...given);
    }) as typeof response.end;
    try {
      if (call) desk.meet(call.name);
      next();
    } catch (error) {
      next(error);
    }
  });
  return router;
}

function sayTime(desk: Desk) {
  return (request: Request, response: Response, next: NextFunction): void => {
    desk.address = `http://${request.get("host") ?? "127.0.0.1"}`;
    response.setHeader("Date", new Date(desk.now()).toUTCString());
    next();
  };
}

function parseJson(chunk: unknown): unknown {
  if (typeof chunk !== "string" && !Buffer.isBuffer(chunk)) return undefined;
  try {
    return JSON.parse(chunk.toString());
  } catch {
    return undefined;
  }
}
