import type { InboxFilter } from "#emulator/devices/inbox.ts";
import { HubError } from "#emulator/hub/hub-error.ts";

/** Reads hub, platform, handle, notificationId, installationId and after of a query. */
export function inboxFilter(query: URLSearchParams): InboxFilter {
  const text = (name: "hub" | "platform" | "handle" | "notificationId" | "installationId"): Partial<InboxFilter> => {
    const value = query.get(name);
    return value === null || value === "" ? {} : { [name]: value };
  };
  const after = numberParameter(query, "after");
  return {
    ...text("hub"),
    ...text("platform"),
    ...text("handle"),
    ...text("notificationId"),
    ...text("installationId"),
    ...(after !== undefined && { after }),
  };
}

/** A whole number of a query, undefined when it is not there. @throws HubError 400 for anything else. */
export function numberParameter(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new HubError(400, `${name} must be a whole number that is not negative, not '${text}'`);
  return value;
}
