import { HubError } from "#emulator/hub/hub-error.ts";
import type { Hub } from "#emulator/hub/hub.ts";
import { installationToJson, objectOf, textOf } from "#emulator/hub/installation.ts";
import { findPlatform } from "#emulator/hub/platforms.ts";
import { kindOf, tagsOf } from "#emulator/hub/registration.ts";
import type { Registration } from "#emulator/hub/registration.ts";
import type { Audience } from "#emulator/hub/registration-store.ts";
import type { NotificationRecord } from "#emulator/send/notification-record.ts";
import { jsonReply, xmlReply } from "#emulator/wire/reply.ts";
import type { Reply } from "#emulator/wire/reply.ts";
import { element } from "#emulator/wire/xml-text.ts";
import type { ControlCall } from "./control-plane.ts";
import { explainExpression } from "./explain.ts";
import { numberParameter } from "./inbox-filter.ts";
import { tierOf } from "./snapshot.ts";

/** Rows of a list unless `limit` says otherwise: a page of 100,000 installations helps nobody. */
const DEFAULT_ROWS = 1_000;

export function listHubs({ namespace }: ControlCall): Reply {
  const hubs = [...namespace.hubs.values()].map((hub) => ({
    name: hub.name,
    tier: hub.tier,
    installations: hub.installations.size,
    registrations: hub.registrations.size,
    notifications: hub.notifications.size,
    scheduled: hub.scheduled.size,
    policies: [...hub.policies, ...namespace.policies].map(({ name, rights }) => ({ name, rights })),
  }));
  return jsonReply(200, { hubs });
}

/** `POST /$emulator/hubs { name, tier? }`. */
export function createHub({ namespace, json }: ControlCall): Reply {
  const body = objectOf(json, "A hub");
  const hub = namespace.createHub(textOf(body["name"], "name"), tierOf(body["tier"]));
  return jsonReply(201, { name: hub.name, tier: hub.tier });
}

/** Without `limit` all of them: tests compare the whole. */
export function listInstallations(call: ControlCall): Reply {
  const limit = numberParameter(call.query, "limit") ?? Number.POSITIVE_INFINITY;
  return jsonReply(200, {
    installations: [...hubOf(call).installations.values()].slice(0, limit).map(installationToJson),
  });
}

/** `?tag=` restricts to those that carry it. */
export function listHubRegistrations(call: ControlCall): Reply {
  const hub = hubOf(call);
  const tag = call.query.get("tag");
  const found = tag ? hub.registrations.withTag(tag) : [...hub.registrations.entries()].map(([, each]) => each);
  return jsonReply(200, {
    registrations: found.slice(0, numberParameter(call.query, "limit") ?? DEFAULT_ROWS).map(registrationToJson),
  });
}

/** The latest sends, newest first. */
export function listNotifications(call: ControlCall): Reply {
  const records = [...hubOf(call).notifications.values()]
    .toReversed()
    .slice(0, numberParameter(call.query, "limit") ?? DEFAULT_ROWS);
  return jsonReply(200, { notifications: records.map(recordToJson) });
}

/** `?expression=&platform=`: who would be reached, who would not, and why. */
export function explain(call: ControlCall): Reply {
  const expression = call.query.get("expression");
  if (expression === null) throw new HubError(400, "explain needs the query parameter expression");
  return jsonReply(200, explainExpression(hubOf(call), expression, audienceOf(call.query.get("platform"))));
}

/** The feedback container: names of its blobs, one for each day with complaints. */
export function listFeedbackDays(call: ControlCall): Reply {
  const days = new Set(feedbackLines(hubOf(call)).map(({ day }) => day));
  return xmlReply(
    200,
    `<EnumerationResults><Blobs>${[...days].map((day) => `<Blob>${element("Name", day)}</Blob>`).join("")}</Blobs></EnumerationResults>`,
  );
}

export function readFeedbackDay(call: ControlCall): Reply {
  const [, wanted = ""] = call.params;
  const lines = feedbackLines(hubOf(call)).filter(({ day }) => day === wanted);
  if (lines.length === 0) throw new HubError(404, `There is no feedback of the day ${wanted} (MMddyyyy)`);
  return xmlReply(200, lines.map(({ line }) => `${line}\n`).join(""));
}

/** `Output.txt` and `Failed.txt` of a job: for one whose container is elsewhere there is no other way to see them. */
export function readJobOutput(call: ControlCall): Reply {
  const [, id = "", file = ""] = call.params;
  const job = hubOf(call).jobs.get(id);
  const text = file === "Output.txt" ? job?.output : file === "Failed.txt" ? job?.failed : undefined;
  if (text === undefined) throw new HubError(404, `There is no file ${file} of a job ${id}`);
  return { status: 200, headers: { "Content-Type": "text/plain; charset=utf-8" }, body: text };
}

/** What `PnsErrorDetailsUri` of one notification shows. */
export function readNotificationFeedback(call: ControlCall): Reply {
  const [, id = ""] = call.params;
  const record = hubOf(call).notifications.get(id);
  if (!record) throw new HubError(404, `There is no notification ${id}`);
  return xmlReply(200, record.feedback.map((line) => `${line}\n`).join(""));
}

/** Every complaint with its day as Azure names the blobs, `MMddyyyy`. */
function feedbackLines(hub: Hub): { day: string; line: string }[] {
  return [...hub.notifications.values()].flatMap((record) => {
    const [year = "", month = "", day = ""] = (record.endedAt ?? record.enqueuedAt).slice(0, 10).split("-");
    return record.feedback.map((line) => ({ day: `${month}${day}${year}`, line }));
  });
}

function registrationToJson(registration: Registration): Record<string, unknown> {
  const { id, etag, platform, handle, installationId, template, pushVariables } = registration;
  return {
    registrationId: id,
    etag,
    kind: kindOf(registration),
    platform: platform.name,
    handle,
    tags: tagsOf(registration),
    installationId: installationId ?? null,
    template: template ?? null,
    pushVariables: pushVariables ?? null,
  };
}

function recordToJson(record: NotificationRecord): Record<string, unknown> {
  return { ...record, feedback: record.feedback.length };
}

function audienceOf(word: string | null): Audience | undefined {
  if (word === null || word === "") return undefined;
  const audience = word.toLowerCase() === "template" ? "template" : findPlatform(word);
  if (!audience) throw new HubError(400, `There is no platform '${word}'`);
  return audience;
}

function hubOf({ namespace, params: [name = ""] }: ControlCall): Hub {
  const hub = namespace.hub(name);
  if (!hub) throw new HubError(404, `There is no hub '${name}'`);
  return hub;
}
