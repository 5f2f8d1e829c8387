import type { ControlCall } from "./control-plane.ts";
import { inboxFilter } from "./inbox-filter.ts";
import { startEvents } from "./server-sent-events.ts";

/**
 * `GET /$emulator/inbox/stream`: messages as server-sent events, whose id is the sequence. Begins after Last-Event-ID, else
 * after the query's `after`, else with everything that is there; `after=latest` begins with what comes.
 */
export function streamInbox({ namespace: { inbox }, query, lastEventId, signal, response }: ControlCall): "streaming" {
  const parameters = new URLSearchParams(query);
  if (parameters.get("after") === "latest") parameters.set("after", String(inbox.lastSequence));
  if (lastEventId !== undefined && /^\d+$/.test(lastEventId)) parameters.set("after", lastEventId);
  const filter = inboxFilter(parameters);
  const write = startEvents(response, signal);
  for (const message of inbox.list(filter).messages) write(message.sequence, message);
  const unfollow = inbox.follow(filter, (message) => write(message.sequence, message));
  signal.addEventListener("abort", unfollow);
  return "streaming";
}

/**
 * `GET /$emulator/push/{anything}`: what a browser's installation may have as its endpoint where there is no push service. The
 * same stream for the messages to that endpoint.
 */
export function streamEndpoint(call: ControlCall): "streaming" {
  const query = new URLSearchParams(call.query);
  query.set("handle", `${call.origin}/$emulator${call.path}`);
  return streamInbox({ ...call, query });
}
