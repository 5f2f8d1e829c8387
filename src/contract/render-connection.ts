import type { z } from "zod";
import type { FileConnection, TicketConnection } from "#domain/ticket-connection.ts";
import type { ticketConnection } from "./connections.ts";
import { formatTime } from "./primitives.ts";

/** A ticket's connection as agents see it. */
export function renderConnection(
  given: TicketConnection,
  files: readonly FileConnection[],
): z.output<typeof ticketConnection> {
  return {
    system: given.system,
    state: given.state,
    ...(given.itemId === undefined ? {} : { itemId: given.itemId }),
    ...(given.itemUrl === undefined ? {} : { webUrl: given.itemUrl }),
    ...(given.reason === undefined ? {} : { reason: given.reason }),
    ...(given.syncAt === undefined ? {} : { nextAttemptAt: formatTime(given.syncAt) }),
    ...(given.syncedAt === undefined ? {} : { syncedAt: formatTime(given.syncedAt) }),
    files: files.map(({ fileId, shownAs, state }) => ({ fileId, shownAs, state })),
  };
}
