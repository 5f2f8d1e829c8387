import { Problem } from "#domain/problems.ts";
import type { FileConnection, TicketConnection } from "#domain/ticket-connection.ts";
import type { Actor } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";
import type { Store } from "#ports/store.ts";

export interface OpenConnectionDeps {
  readonly store: Pick<Store, "transaction">;
  readonly clock: Clock;
  /** The ticket system that this deployment is connected with. */
  readonly connectedSystem: string | undefined;
}

/**
 * Gives a ticket an item in the connected system; the one that its external id names, where it has one there. Asked again, it
 * changes nothing but that what waits because of trouble is tried at once.
 *
 * @throws not_found, no_connector
 */
export async function openConnection(
  { store, clock, connectedSystem: system }: OpenConnectionDeps,
  actor: Actor,
  ticketId: string,
): Promise<{ readonly connection: TicketConnection; readonly files: readonly FileConnection[] }> {
  return store.transaction(async (tx) => {
    const ticket = await tx.tickets.find(ticketId);
    if (!ticket) throw new Problem("not_found");
    if (system === undefined) throw new Problem("no_connector");
    const now = clock.now();
    const itemId = ticket.externalSystem === system ? ticket.externalId : undefined;
    const isNew = await tx.connections.open({ ticketId, system, ...(itemId === undefined ? {} : { itemId }) }, now);
    if (isNew) await tx.append([{ type: "connection.opened", at: now, actor, ticketId, data: { system } }]);
    const standing = await tx.connections.find(ticketId);
    if (!standing) throw new Error("A connection that was opened is not there");
    if (!isNew && standing.state !== "synced") {
      await tx.connections.hurry(ticketId, now);
      await tx.wake([{ type: "connection.due", dueAt: now, ticketId }]);
    }
    return {
      connection: (await tx.connections.find(ticketId)) ?? standing,
      files: await tx.connections.filesOf(ticketId),
    };
  });
}
