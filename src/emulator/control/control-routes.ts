import { HubError } from "#emulator/hub/hub-error.ts";
import type { Hub } from "#emulator/hub/hub.ts";
import { installationToJson } from "#emulator/hub/installation.ts";
import { jsonReply, xmlReply } from "#emulator/wire/reply.ts";
import type { Reply } from "#emulator/wire/reply.ts";
import { element } from "#emulator/wire/xml-text.ts";
import type { ControlCall } from "./control-plane.ts";
import { inboxFilter, numberParameter } from "./inbox-filter.ts";
import { parseFault } from "./parse-fault.ts";
import { streamInbox } from "./stream-inbox.ts";

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
  {
    method: "GET",
    path: ["health"],
    answer: ({ namespace }) =>
      jsonReply(200, { status: "ok", hubs: [...namespace.hubs.values()].map((hub) => hub.name) }),
  },
  { method: "GET", path: ["inbox"], answer: readInbox },
  { method: "GET", path: ["inbox", "stream"], answer: streamInbox },
  { method: "GET", path: ["faults"], answer: ({ namespace }) => jsonReply(200, { faults: namespace.faults.list() }) },
  {
    method: "POST",
    path: ["faults"],
    answer: ({ namespace, json }) => jsonReply(201, namespace.faults.add(parseFault(json))),
  },
  { method: "DELETE", path: ["faults"], answer: clearFaults },
  { method: "DELETE", path: ["faults", "*"], answer: removeFault },
  { method: "GET", path: ["hubs", "*", "installations"], answer: listInstallations },
  { method: "GET", path: ["hubs", "*", "notifications", "*", "feedback"], answer: readFeedback },
  { method: "GET", path: ["hubs", "*", "feedback"], answer: listFeedbackDays },
  { method: "GET", path: ["hubs", "*", "feedback", "*"], answer: readFeedbackDay },
  { method: "POST", path: ["reset"], answer: reset },
];

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

function listInstallations({ namespace, params: [name = ""] }: ControlCall): Reply {
  const hub = requireHub(namespace.hub(name), name);
  return jsonReply(200, { installations: [...hub.installations.values()].map(installationToJson) });
}

/** The feedback container: names of its blobs, one for each day with complaints. */
function listFeedbackDays({ namespace, params: [name = ""] }: ControlCall): Reply {
  const days = new Set(feedbackLines(requireHub(namespace.hub(name), name)).map(({ day }) => day));
  const blobs = [...days].map((day) => `<Blob>${element("Name", day)}</Blob>`).join("");
  return xmlReply(200, `<EnumerationResults><Blobs>${blobs}</Blobs></EnumerationResults>`);
}

function readFeedbackDay({ namespace, params: [name = "", wanted = ""] }: ControlCall): Reply {
  const lines = feedbackLines(requireHub(namespace.hub(name), name)).filter(({ day }) => day === wanted);
  if (lines.length === 0) throw new HubError(404, `There is no feedback of the day ${wanted} (MMddyyyy)`);
  return xmlReply(200, lines.map(({ line }) => `${line}\n`).join(""));
}

/** Every complaint with its day as Azure names the blobs, `MMddyyyy`. */
function feedbackLines(hub: Hub): { day: string; line: string }[] {
  return [...hub.notifications.values()].flatMap((record) => {
    const [year = "", month = "", day = ""] = (record.endedAt ?? record.enqueuedAt).slice(0, 10).split("-");
    return record.feedback.map((line) => ({ day: `${month}${day}${year}`, line }));
  });
}

function readFeedback({ namespace, params: [name = "", id = ""] }: ControlCall): Reply {
  const record = requireHub(namespace.hub(name), name).notifications.get(id);
  if (!record) throw new HubError(404, `There is no notification ${id}`);
  return {
    status: 200,
    headers: { "Content-Type": "application/xml; charset=utf-8" },
    body: record.feedback.map((line) => `${line}\n`).join(""),
  };
}

function reset({ namespace }: ControlCall): Reply {
  namespace.reset();
  return { status: 204 };
}

function requireHub(hub: Hub | undefined, name: string): Hub {
  if (!hub) throw new HubError(404, `There is no hub '${name}'`);
  return hub;
}
