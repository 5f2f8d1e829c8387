import { HubError } from "#emulator/hub/hub-error.ts";
import { newRegistrationId } from "#emulator/hub/new-id.ts";
import type { Registration } from "#emulator/hub/registration.ts";
import { parseChannelFilter } from "#emulator/registration/channel-filter.ts";
import { parseRegistrationEntry } from "#emulator/registration/parse-registration.ts";
import { registrationEntry, registrationFeed } from "#emulator/registration/write-registration.ts";
import { hubUrl } from "./call.ts";
import { warnOfManyTags } from "./warn-of-traps.ts";
import type { Call } from "./call.ts";
import type { Reply } from "./reply.ts";

/** Most rows of one answer; neither default nor maximum of the service is documented. */
const MAX_PAGE_ROWS = 100;

/** `POST /registrationIDs`: an id and nothing else. The SDK takes no Location that does not begin with https, though this is http. */
export function createRegistrationId(call: Call): Reply {
  const location = hubUrl(call, `registrationids/${newRegistrationId()}`).replace(/^http:/, "https:");
  return { status: 201, headers: { Location: location } };
}

/** `POST /registrations`: 200, for so it is recorded where the documentation says 201. */
export function createRegistration(call: Call): Reply {
  return write(call, newRegistrationId());
}

/** `PUT /registrations/{id}` without If-Match: writes it whether or not it is there; the client may choose the id. */
export function createOrUpdateRegistration(call: Call): Reply {
  return write(call, call.id);
}

/** `PUT /registrations/{id}` with If-Match: 404 when it is not there, 412 when it has changed. */
export function updateRegistration(call: Call): Reply {
  requireMatch(call, requireRegistration(call));
  return write(call, call.id);
}

export function getRegistration(call: Call): Reply {
  return entryReply(call, requireRegistration(call));
}

/** `DELETE /registrations/{id}`: 200. */
export function deleteRegistration(call: Call): Reply {
  requireMatch(call, requireRegistration(call));
  call.hub.registrations.delete(call.id);
  return { status: 200 };
}

export function listRegistrations(call: Call): Reply {
  return list(call, () => true);
}

/** `GET /registrations?$filter=…`: the registrations of one handle. */
export function listRegistrationsByChannel(call: Call): Reply {
  return list(call, parseChannelFilter(call.query.get("$filter") ?? ""));
}

/** `GET /tags/{tag}/registrations`: an unknown tag is an empty feed, as SDK tests rely on, where the documentation says 404. */
export function listRegistrationsByTag(call: Call): Reply {
  const carrying = new Set(call.hub.registrations.withTag(call.id));
  return list(call, (registration) => carrying.has(registration));
}

function write(call: Call, id: string): Reply {
  const { draft } = parseRegistrationEntry(call.body, call.namespace.strict.tags);
  if (draft.platform.name === "apple" && !/^([0-9A-F]{2})+$/.test(draft.handle))
    call.warn(`The device token '${draft.handle}' is not an even number of hex digits: APNs would not know it`);
  if (!call.hub.registrations.get(id)) call.hub.requireRoom(call.namespace.strict);
  warnOfManyTags(call, draft.ownTags);
  const registration = { id, etag: (call.hub.registrations.get(id)?.etag ?? 0) + 1, ...draft };
  call.hub.registrations.put(registration);
  return entryReply(call, registration);
}

function list(call: Call, isMeant: (registration: Registration) => boolean): Reply {
  const rows = Math.min(positive(call.query.get("$top")) ?? MAX_PAGE_ROWS, MAX_PAGE_ROWS);
  const entries: string[] = [];
  let next: number | undefined;
  for (const [slot, registration] of call.hub.registrations.entries(startOf(call.query.get("continuationtoken")))) {
    if (!isMeant(registration)) continue;
    if (entries.length === rows) {
      next = slot;
      break;
    }
    entries.push(registrationEntry(registration, urlOf(call, registration), call.namespace.clock.nowText()));
  }
  const body = registrationFeed(entries, hubUrl(call, "registrations"), call.namespace.clock.nowText());
  return {
    status: 200,
    headers: {
      "Content-Type": "application/atom+xml;type=feed;charset=utf-8",
      ...(next !== undefined && { "x-ms-continuationtoken": `s${next}` }),
    },
    body,
  };
}

function positive(text: string | null): number | undefined {
  if (text === null) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new HubError(400, `$top must be a whole number from 1, not '${text}'`);
  return value;
}

// Letters and digits only: the SDK encodes the token once more on its way back.
function startOf(token: string | null): number {
  if (token === null) return 0;
  const [, slot] = /^s(\d{1,9})$/.exec(token) ?? [];
  if (slot === undefined) throw new HubError(400, `The continuation token '${token}' is not valid`);
  return Number(slot);
}

function entryReply(call: Call, registration: Registration): Reply {
  const url = urlOf(call, registration);
  return {
    status: 200,
    headers: {
      "Content-Type": "application/atom+xml;type=entry;charset=utf-8",
      "Content-Location": url,
      ETag: `W/"${registration.etag}"`,
    },
    body: registrationEntry(registration, url, call.namespace.clock.nowText()),
  };
}

function urlOf(call: Call, { id }: Registration): string {
  return hubUrl(call, `registrations/${encodeURIComponent(id)}`);
}

function requireRegistration({ hub, id }: Call): Registration {
  const registration = hub.registrations.get(id);
  // Recorded: the detail of this refusal is nothing but a full stop.
  if (!registration) throw new HubError(404, "");
  return registration;
}

/** `*`, `"5"` from the JavaScript SDK, `W/"5"` from others. */
function requireMatch({ headers }: Call, registration: Registration): void {
  const wanted = headers["if-match"]?.replace(/^W\//, "").replaceAll('"', "") ?? "*";
  if (wanted !== "*" && wanted !== String(registration.etag))
    throw new HubError(412, `The registration has the ETag ${registration.etag}, not ${wanted}`);
}
