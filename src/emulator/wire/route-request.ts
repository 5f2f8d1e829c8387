import { HubError } from "#emulator/hub/hub-error.ts";
import type { Operation } from "./operation.ts";

/** What a request asks of which hub. */
export interface Route {
  hub: string;
  operation: Operation;
  /** The id, tag or `` of the path, decoded. */
  id: string;
}

type Collection = (
  method: string,
  rest: readonly string[],
  query: URLSearchParams,
  hasIfMatch: boolean,
) => { operation: Operation; id: string } | "method" | undefined;

const one = (operation: Operation, id = ""): { operation: Operation; id: string } => ({ operation, id });

/** The collections of a hub; their names are matched ignoring case, for SDKs write them differently. */
const COLLECTIONS: Readonly<Record<string, Collection>> = {
  installations(method, rest) {
    // An id with a slash in it arrives unescaped from the SDK: all the rest of the path is the id.
    const id = rest.join("/");
    if (id === "") return undefined;
    if (method === "PUT") return one("createOrUpdateInstallation", id);
    if (method === "GET") return one("getInstallation", id);
    if (method === "PATCH") return one("updateInstallation", id);
    return method === "DELETE" ? one("deleteInstallation", id) : "method";
  },
  registrationids(method, rest) {
    if (rest.length > 0) return undefined;
    return method === "POST" ? one("createRegistrationId") : "method";
  },
  registrations(method, rest, query, hasIfMatch) {
    const [id, ...more] = rest;
    if (more.length > 0) return undefined;
    if (id === undefined) {
      if (method === "POST") return one("createRegistration");
      if (method !== "GET") return "method";
      return one(query.has("$filter") ? "listRegistrationsByChannel" : "listRegistrations");
    }
    if (method === "PUT") return one(hasIfMatch ? "updateRegistration" : "createOrUpdateRegistration", id);
    if (method === "GET") return one("getRegistration", id);
    return method === "DELETE" ? one("deleteRegistration", id) : "method";
  },
  tags(method, rest) {
    const [tag, word, ...more] = rest;
    if (tag === undefined || word?.toLowerCase() !== "registrations" || more.length > 0) return undefined;
    return method === "GET" ? one("listRegistrationsByTag", tag) : "method";
  },
  messages(method, rest, query) {
    const [id, ...more] = rest;
    if (more.length > 0) return undefined;
    if (id === "$batch") return method === "POST" ? one("sendBatchNotification") : "method";
    if (id !== undefined) return method === "GET" ? one("getNotificationOutcomeDetails", id) : "method";
    if (method !== "POST") return "method";
    return one(query.has("direct") ? "sendDirectNotification" : "sendNotification");
  },
  schedulednotifications(method, rest) {
    const [id, ...more] = rest;
    if (more.length > 0) return undefined;
    if (id === undefined) return method === "POST" ? one("scheduleNotification") : "method";
    return method === "DELETE" ? one("cancelScheduledNotification", id) : "method";
  },
  feedbackcontainer(method, rest) {
    if (rest.length > 0) return undefined;
    return method === "GET" ? one("getFeedbackContainerUrl") : "method";
  },
  jobs(method, rest) {
    const [id, ...more] = rest;
    if (more.length > 0) return undefined;
    if (id !== undefined) return method === "GET" ? one("getNotificationHubJob", id) : "method";
    if (method === "POST") return one("submitNotificationHubJob");
    return method === "GET" ? one("listNotificationHubJobs") : "method";
  },
};

/**
 * Finds out what a request asks. A last slash does not matter.
 *
 * @throws HubError 400 for a path that cannot be decoded, 404 for one that is nothing of ours, 405 for a method that does not go with it.
 */
export function routeRequest(method: string, path: string, query: URLSearchParams, hasIfMatch: boolean): Route {
  const [hub = "", collectionName = "", ...rest] = path
    .replace(/^\/|\/$/g, "")
    .split("/")
    .map(decodeSegment);
  const name = collectionName.toLowerCase();
  const collection = Object.hasOwn(COLLECTIONS, name) ? COLLECTIONS[name] : undefined;
  const found = collection?.(method, rest, query, hasIfMatch);
  if (!found) throw new HubError(404, "The requested resource does not exist");
  if (found === "method") throw new HubError(405, `The method ${method} does not go with this resource`);
  return { hub, ...found };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HubError(400, `The path segment '${segment}' is not percent-encoded UTF-8`);
  }
}
