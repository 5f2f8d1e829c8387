import type { IncomingHttpHeaders } from "node:http";
import type { Hub } from "#emulator/hub/hub.ts";
import type { Namespace } from "#emulator/hub/namespace.ts";
import type { Operation } from "./operation.ts";

/** One request of the data plane after authorisation: what a handler is given. */
export interface Call {
  namespace: Namespace;
  hub: Hub;
  operation: Operation;
  /** Id or tag of the path, decoded; empty where there is none. */
  id: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Names and values by turns, in the case in which they came: what is forwarded keeps it. */
  rawHeaders: readonly string[];
  body: string;
  /** `http://host:port` as the client knows it, for Location. */
  origin: string;
  /** Tells whoever looks at the log what the client should know. */
  warn: (text: string) => void;
}

/** An absolute URL in this hub, as Location wants it: `http://host/hub/messages/id?api-version=…`. */
export function hubUrl(call: Call, path: string): string {
  const version = call.query.get("api-version");
  return `${call.origin}/${call.hub.name}/${path}${version === null ? "" : `?api-version=${encodeURIComponent(version)}`}`;
}
