import { HubError } from "#emulator/hub/hub-error.ts";
import { objectOf, textOf } from "#emulator/hub/installation.ts";
import { jsonReply } from "#emulator/wire/reply.ts";
import { parseStrictness } from "#emulator/hub/strictness.ts";
import type { Reply } from "#emulator/wire/reply.ts";
import type { ControlCall } from "./control-plane.ts";
import { controlPage } from "./control-page.ts";
import {
  createHub,
  explain,
  listFeedbackDays,
  listHubRegistrations,
  listHubs,
  listInstallations,
  listNotifications,
  readFeedbackDay,
  readJobOutput,
  readNotificationFeedback,
} from "./hub-routes.ts";
import { inboxFilter, numberParameter } from "./inbox-filter.ts";
import { parseFault } from "./parse-fault.ts";
import { startEvents } from "./server-sent-events.ts";
import { loadSnapshot, takeSnapshot } from "./snapshot.ts";
import { streamEndpoint, streamInbox } from "./stream-inbox.ts";

/** Longest wait of a long poll, in milliseconds: below the 60 s at which many clients and proxies give up. */
const MAX_WAIT_MS = 55_000;

/** One route of the control plane; `*` in the path is handed to it. */
interface ControlRoute {
  method: string;
  path: readonly string[];
  answer: (call: ControlCall) => Reply | "streaming" | Promise<Reply | "streaming">;
}

/** Everything under `/$emulator/`. */
export const CONTROL_ROUTES: readonly ControlRoute[] = [
  route("GET", "", controlPage),
  route("GET", "page.js", controlPage),
  route("GET", "page.css", controlPage),
  route("GET", "health", health),
  route("GET", "inbox", readInbox),
  route("GET", "inbox/stream", streamInbox),
  route("GET", "push/*", streamEndpoint),
  route("GET", "faults", ({ namespace }) => jsonReply(200, { faults: namespace.faults.list() })),
  route("POST", "faults", ({ namespace, json }) => jsonReply(201, namespace.faults.add(parseFault(json)))),
  route("DELETE", "faults", clearFaults),
  route("DELETE", "faults/*", removeFault),
  route("GET", "hubs", listHubs),
  route("POST", "hubs", createHub),
  route("GET", "hubs/*/installations", listInstallations),
  route("GET", "hubs/*/registrations", listHubRegistrations),
  route("GET", "hubs/*/notifications", listNotifications),
  route("GET", "hubs/*/notifications/*/feedback", readNotificationFeedback),
  route("GET", "hubs/*/jobs/*/*", readJobOutput),
  route("GET", "hubs/*/explain", explain),
  route("GET", "hubs/*/feedback", listFeedbackDays),
  route("GET", "hubs/*/feedback/*", readFeedbackDay),
  route("GET", "requests", ({ namespace }) => jsonReply(200, { requests: namespace.requestLog.list() })),
  route("GET", "requests/stream", streamRequests),
  route("GET", "devices", ({ namespace }) => jsonReply(200, { away: namespace.devices.away() })),
  route("POST", "devices", setDevice),
  route("GET", "strict", ({ namespace }) => jsonReply(200, namespace.strict)),
  route("POST", "strict", setStrict),
  route("GET", "vapid", vapid),
  route("GET", "clock", ({ namespace }) => jsonReply(200, { now: namespace.clock.nowText() })),
  route("POST", "clock", advanceClock),
  route("GET", "snapshot", ({ namespace }) => jsonReply(200, takeSnapshot(namespace))),
  route("POST", "seed", seed),
  route("POST", "reset", reset),
];

function route(method: string, path: string, answer: ControlRoute["answer"]): ControlRoute {
  return { method, path: path.split("/").filter(Boolean), answer };
}

function health({ namespace }: ControlCall): Reply {
  return jsonReply(200, { status: "ok", hubs: [...namespace.hubs.values()].map((hub) => hub.name) });
}

async function readInbox({ namespace, query, signal }: ControlCall): Promise<Reply> {
  const waitMs = Math.min(numberParameter(query, "waitMs") ?? 0, MAX_WAIT_MS);
  return jsonReply(200, await namespace.inbox.wait(inboxFilter(query), waitMs, signal));
}

function clearFaults({ namespace }: ControlCall): Reply {
  namespace.faults.clear();
  return { status: 204 };
}

function removeFault({ namespace, params: [id = ""] }: ControlCall): Reply {
  if (!namespace.faults.remove(Number(id))) throw new HubError(404, `There is no fault ${id}`);
  return { status: 204 };
}

function streamRequests({ namespace: { requestLog }, lastEventId, signal, response }: ControlCall): "streaming" {
  const write = startEvents(response, signal);
  const after = Number(lastEventId ?? 0);
  for (const request of requestLog.list()) if (request.number > after) write(request.number, request);
  signal.addEventListener(
    "abort",
    requestLog.follow((request) => write(request.number, request)),
  );
  return "streaming";
}

/** `POST /$emulator/devices { handle, online }`. */
function setDevice({ namespace, json }: ControlCall): Reply {
  const body = objectOf(json, "A device");
  const { online } = body;
  if (typeof online !== "boolean") throw new HubError(400, "online must be true or false");
  namespace.devices.setOnline(textOf(body["handle"], "handle"), online);
  return jsonReply(200, { away: namespace.devices.away() });
}

/** `POST /$emulator/strict`: some of the switches of documented limits. */
function setStrict({ namespace, json }: ControlCall): Reply {
  Object.assign(namespace.strict, parseStrictness(objectOf(json, "The switches")));
  return jsonReply(200, namespace.strict);
}

/** `GET /$emulator/vapid`: what a page subscribes with. */
function vapid({ namespace }: ControlCall): Reply {
  const { publicKey, subject } = namespace.webPush.vapid;
  return jsonReply(200, { publicKey, subject });
}

/** `POST /$emulator/clock { advanceMs, tokens? }`. */
function advanceClock({ namespace, json }: ControlCall): Reply {
  const { advanceMs, tokens } = objectOf(json, "The clock");
  if (typeof advanceMs !== "number" || !Number.isSafeInteger(advanceMs) || advanceMs < 0)
    throw new HubError(400, "advanceMs must be a whole number that is not negative");
  namespace.clock.advance(advanceMs, { tokens: tokens === true });
  return jsonReply(200, { now: namespace.clock.nowText() });
}

function seed({ namespace, json }: ControlCall): Reply {
  loadSnapshot(namespace, json);
  return { status: 204 };
}

function reset({ namespace }: ControlCall): Reply {
  namespace.reset();
  return { status: 204 };
}
