import { HubError } from "#emulator/hub/hub-error.ts";
import { normaliseHandle, platformOfFormat } from "#emulator/hub/platforms.ts";
import { readNotification, textHeader } from "#emulator/send/notification.ts";
import { audienceOf } from "#emulator/send/send-notification.ts";
import type { Call } from "./call.ts";
import { readTarget } from "./send-operations.ts";

/** The handles that a request is about, for a fault that asks; none when the request is not valid, as it will be told. */
export function addressedHandles(call: Call): string[] {
  try {
    return handlesOf({ ...call, warn: () => {} });
  } catch (error) {
    if (error instanceof HubError || error instanceof SyntaxError) return [];
    throw error;
  }
}

function handlesOf(call: Call): string[] {
  switch (call.operation) {
    case "sendDirectNotification": {
      const handle = textHeader(call, "servicebusnotification-devicehandle") ?? "";
      const platform = platformOfFormat(textHeader(call, "servicebusnotification-format") ?? "");
      return [platform ? normaliseHandle(platform, handle) : handle];
    }
    case "sendNotification":
    case "scheduleNotification":
      return audienceOf(
        call.hub,
        readNotification(call, call.body, textHeader(call, "content-type")),
        readTarget(call),
      ).map((each) => each.handle);
    default:
      return handlesInText(call);
  }
}

/** In every other body a handle is some quoted or enclosed text: that is near enough for a fault, and independent of the operation. */
function handlesInText(call: Call): string[] {
  const installation = call.hub.installations.get(call.id);
  const known =
    typeof installation?.pushChannel === "string" ? installation.pushChannel : installation?.pushChannel.endpoint;
  const written = [...call.body.matchAll(/"((?:[^"\\]|\\.)+)"|>([^<>]+)</g)].map(
    ([, quoted, enclosed]) => quoted ?? enclosed ?? "",
  );
  return [...written, ...written.map((each) => each.toUpperCase()), ...(known === undefined ? [] : [known])];
}
