import { retryConflicts } from "#domain/retry-conflicts.ts";
import type { Ticket } from "#domain/ticket.ts";
import type { TicketConnection } from "#domain/ticket-connection.ts";
import type { Actor } from "#domain/vocabulary.ts";
import type { Transaction } from "#ports/store.ts";
import type { ItemDraft, OutsideItem } from "#ports/ticket-connector.ts";
import { done, Refused, type Attempt } from "./attempt.ts";
import type { Connected } from "./connect-deps.ts";

const ACTOR: Actor = { kind: "system", id: "connect-ticket" };

/**
 * The ticket's item: the one that is known, else the one that an attempt made whose answer was lost, else a new one.
 *
 * @throws Refused
 */
export async function findOrMakeItem(attempt: Attempt, deps: Connected): Promise<OutsideItem> {
  const { store, connector, publicUrl, clock, failpoint } = deps;
  const { ticketId, itemId, itemUrl, makingSince } = attempt.connection();
  const ticket = await store.tickets.find(ticketId);
  if (!ticket) throw new Error("A connection has no ticket");
  await attempt.keep();
  if (itemId !== undefined) {
    const item = done(await connector.readItem(itemId, attempt.signal));
    if (itemUrl === undefined) await record(item);
    return item;
  }
  const draft: ItemDraft = {
    number: ticket.number,
    subject: ticket.subject,
    description: ticket.description,
    callIds: ticket.callIds,
    webUrl: publicUrl.to(`/tickets/${ticket.id}`),
  };
  const earlier = makingSince === undefined ? undefined : done(await connector.findItem(draft, attempt.signal));
  const item = earlier ?? (await make(draft));
  await record(item);
  return item;

  async function make(of: ItemDraft): Promise<OutsideItem> {
    // Before the call: should we die in it, the next attempt knows that it has to look.
    await attempt.note((connection) => ({ ...connection, makingSince: connection.makingSince ?? clock.now() }));
    const made = await connector.createItem(of, attempt.signal);
    // A new item has no version that could differ: whatever conflicts there is passing.
    if (made.kind === "changed") throw new Refused({ ...made, kind: "later" });
    const created = done(made);
    await failpoint?.("connect:after-create");
    return created;
  }

  async function record(made: OutsideItem): Promise<void> {
    await attempt.note((connection) => withItem(connection, made));
    await retryConflicts(() => store.transaction((tx) => tellTicket(tx, made)));
  }

  /** The ticket is found by the item's id from now on, unless it has one of another system already. */
  async function tellTicket(tx: Transaction, made: OutsideItem): Promise<"conflict" | undefined> {
    const now = clock.now();
    const current = await tx.tickets.find(ticketId);
    const isFree = (await tx.tickets.findByExternal(connector.system, made.id)) === undefined;
    if (current && current.externalSystem === undefined && isFree) {
      const linked: Ticket = { ...current, externalSystem: connector.system, externalId: made.id, updatedAt: now };
      if (!(await tx.tickets.save(linked, { ifVersion: current.version }))) return "conflict";
    }
    const data = { system: connector.system, itemId: made.id };
    await tx.append([{ type: "connection.made", at: now, actor: ACTOR, ticketId, data }]);
    return undefined;
  }
}

function withItem(connection: TicketConnection, { id, url }: OutsideItem): TicketConnection {
  const { makingSince: _made, ...rest } = connection;
  return { ...rest, itemId: id, itemUrl: url };
}
