import { HubError } from "#emulator/hub/hub-error.ts";
import { installationToJson, parseInstallation, parseJson } from "#emulator/hub/installation.ts";
import { patchInstallation } from "#emulator/hub/patch-installation.ts";
import { NEVER_EXPIRES } from "#emulator/hub/registration.ts";
import { hubUrl } from "./call.ts";
import type { Call } from "./call.ts";
import { warnOfManyTags } from "./warn-of-traps.ts";
import { jsonReply } from "./reply.ts";
import type { Reply } from "./reply.ts";

/** `PUT /installations/{id}`: full replacement, 200 with an empty body. */
export function createOrUpdateInstallation(call: Call): Reply {
  const { namespace, hub, id, body } = call;
  const installation = parseInstallation(parseJson(body, "The installation"), id, namespace.strict.tags);
  if (!hub.installations.has(id)) hub.requireRoom(namespace.strict);
  warnOfManyTags(call, installation.tags);
  namespace.clock.after(namespace.pace.installationDelayMs, () =>
    hub.putInstallation({ ...installation, expirationTime: NEVER_EXPIRES, pushChannelExpired: false }),
  );
  return { status: 200, headers: { "Content-Location": locationOf(call) } };
}

/** `GET /installations/{id}`. Recorded answers call the JSON `application/xml`; the documentation's type is used here. */
export function getInstallation({ hub, id }: Call): Reply {
  const installation = hub.installations.get(id);
  if (!installation) throw new HubError(404, "Installation not found");
  return jsonReply(200, installationToJson(installation));
}

/** `PATCH /installations/{id}`: 200, for the SDK and recordings need it where the documentation says 204. */
export function updateInstallation(call: Call): Reply {
  const { namespace, hub, id, body } = call;
  const installation = hub.installations.get(id);
  if (!installation) throw new HubError(404, "Installation not found");
  const patched = patchInstallation(installation, parseJson(body, "The patch"), namespace.strict.tags);
  namespace.clock.after(namespace.pace.installationDelayMs, () => hub.putInstallation(patched));
  return { status: 200, headers: { "Content-Location": locationOf(call) } };
}

/** `DELETE /installations/{id}`: 204, also when there is none. */
export function deleteInstallation({ namespace, hub, id }: Call): Reply {
  namespace.clock.after(namespace.pace.installationDelayMs, () => hub.deleteInstallation(id));
  return { status: 204 };
}

function locationOf(call: Call): string {
  return hubUrl(call, `installations/${encodeURIComponent(call.id)}`);
}
