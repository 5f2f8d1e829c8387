import { createWorkItem } from "#contract/connections.ts";
import { renderConnection } from "#contract/render-connection.ts";
import { actorOf } from "#http/caller.ts";
import type { HttpKit } from "#http/http-kit.ts";
import { openConnection, type OpenConnectionDeps } from "./open-connection.ts";

/** Serves the connection of tickets with another ticket system to agents. */
export function serveConnect(kit: HttpKit, deps: OpenConnectionDeps): void {
  kit.serve(createWorkItem, async ({ params, caller }) => {
    const { connection, files } = await openConnection(deps, actorOf(caller), params.ticketId);
    return { status: 202, body: renderConnection(connection, files) };
  });
}
