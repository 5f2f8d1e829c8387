import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Fault } from "#emulator/control/fault-book.ts";
import { allows } from "#emulator/hub/access-policy.ts";
import { HubError } from "#emulator/hub/hub-error.ts";
import type { Hub } from "#emulator/hub/hub.ts";
import type { Namespace } from "#emulator/hub/namespace.ts";
import { addressedHandles } from "./addressed-handles.ts";
import type { Call } from "./call.ts";
import { warnOfTraps } from "./warn-of-traps.ts";
import { errorBody } from "./error-body.ts";
import { HANDLERS } from "./handlers.ts";
import { OPERATION_RIGHTS, TIER_REFUSALS } from "./operation.ts";
import { readBody } from "./read-body.ts";
import type { Reply } from "./reply.ts";
import { routeRequest } from "./route-request.ts";
import type { Route } from "./route-request.ts";
import { checkSasToken } from "./sas-token.ts";

/** Documented size of a request body. */
const MAX_BODY_BYTES = 64 * 1024;

/** A batch of 1,000 channel URIs is larger than the documented 64 KB, so that limit is applied to its notification alone. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

/** What one request has come to so far; the log is written from it. */
interface Progress {
  trackingId: string;
  operation: string | null;
  policy: string | null;
  detail: string | null;
  warnings: string[];
}

/** Answers one request of the data plane, whatever it is; nothing that a client sends makes it throw. */
export async function answerDataPlane(
  namespace: Namespace,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const startedAt = performance.now();
  const progress: Progress = { trackingId: randomUUID(), operation: null, policy: null, detail: null, warnings: [] };
  let reply: Reply | "cut";
  try {
    reply = await answer(namespace, request, progress);
  } catch (error) {
    // A client that went away in the middle of its request is nobody to answer.
    reply = request.socket.destroyed ? "cut" : refusal(namespace, error, progress);
  }
  if (reply === "cut") request.socket.destroy();
  else writeReply(response, reply, progress.trackingId);
  const clientRequestId = request.headers["x-ms-client-request-id"];
  namespace.requestLog.append({
    at: namespace.clock.nowText(),
    method: request.method ?? "",
    url: request.url ?? "",
    status: reply === "cut" ? 0 : reply.status,
    durationMs: Math.round((performance.now() - startedAt) * 100) / 100,
    clientRequestId: typeof clientRequestId === "string" ? clientRequestId : null,
    ...progress,
  });
}

async function answer(namespace: Namespace, request: IncomingMessage, progress: Progress): Promise<Reply | "cut"> {
  const [path, search] = splitUrl(request.url ?? "/");
  const query = new URLSearchParams(search);
  const route = routeRequest(request.method ?? "", path, query, request.headers["if-match"] !== undefined);
  progress.operation = route.operation;
  const hub = namespace.hub(route.hub);
  const body = await readBody(request, route.operation === "sendBatchNotification" ? MAX_BATCH_BYTES : MAX_BODY_BYTES);
  const call = hub && toCall(namespace, hub, route, query, body, request, progress);
  const fault =
    call &&
    namespace.faults.hitRequest({
      operation: route.operation,
      hub: call.hub.name,
      handles: () => addressedHandles(call),
    });
  if (fault?.latencyMs !== undefined) await delay(fault.latencyMs, request);
  if (fault?.reset === "before") return "cut";
  if (fault?.status !== undefined && fault.reset === undefined)
    return faultReply(namespace, fault, fault.status, progress);
  authorise(namespace, hub, route, path, request, progress);
  if (!call) throw new HubError(404, `The hub '${route.hub}' does not exist`);
  const gate = TIER_REFUSALS[route.operation];
  if (gate?.tiers.includes(call.hub.tier))
    throw new HubError(403, `${gate.what} is not available in the ${call.hub.tier} tier`);
  warnOfTraps(call);
  const reply = await HANDLERS[route.operation](call);
  return fault?.reset === "after" ? "cut" : reply;
}

function splitUrl(url: string): [string, string] {
  const mark = url.indexOf("?");
  return mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
}

function toCall(
  namespace: Namespace,
  hub: Hub,
  route: Route,
  query: URLSearchParams,
  body: string,
  request: IncomingMessage,
  progress: Progress,
): Call {
  return {
    namespace,
    hub,
    operation: route.operation,
    id: route.id,
    query,
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    body,
    origin: `http://${request.headers.host ?? "localhost"}`,
    warn: (text) => void progress.warnings.push(text),
  };
}

function authorise(
  namespace: Namespace,
  hub: Hub | undefined,
  route: Route,
  path: string,
  request: IncomingMessage,
  progress: Progress,
): void {
  const policy = checkSasToken({
    authorization: request.headers.authorization,
    host: request.headers.host ?? "localhost",
    path,
    policiesNamed: (name) => namespace.policiesNamed(name, hub),
    now: namespace.clock.tokenNow(),
  });
  progress.policy = policy.name;
  // Recorded: a listen-only policy that sends gets 403 with an empty body.
  if (!allows(policy, OPERATION_RIGHTS[route.operation])) throw new HubError(403, null);
}

function faultReply(namespace: Namespace, fault: Fault, status: number, progress: Progress): Reply {
  const headers = fault.retryAfterSeconds === undefined ? {} : { "Retry-After": String(fault.retryAfterSeconds) };
  return refusal(
    namespace,
    new HubError(status, fault.detail ?? "The emulator was told to answer so", headers),
    progress,
  );
}

function refusal(namespace: Namespace, error: unknown, progress: Progress): Reply {
  const known =
    error instanceof HubError
      ? error
      : new HubError(
          500,
          `The emulator failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
  progress.detail = known.hasBody ? known.message : null;
  if (!known.hasBody) return { status: known.status, headers: known.headers };
  const body = errorBody(known.status, known.message, progress.trackingId, namespace.clock.now());
  return {
    status: known.status,
    headers: { "Content-Type": "application/xml; charset=utf-8", ...known.headers },
    body,
  };
}

function writeReply(response: ServerResponse, { status, headers = {}, body = "" }: Reply, trackingId: string): void {
  response.writeHead(status, {
    ...headers,
    TrackingId: trackingId,
    "x-ms-correlation-request-id": randomUUID(),
    // A 204 has no body and may not speak of its length (RFC 9110).
    ...(status !== 204 && { "Content-Length": Buffer.byteLength(body) }),
  });
  response.end(body);
}

/** Waits, but not for a client that has gone. */
async function delay(ms: number, request: IncomingMessage): Promise<void> {
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      request.socket.off("close", finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    request.socket.once("close", finish);
  });
}
