import type { Fact } from "#domain/facts.ts";
import { Problem } from "#domain/problems.ts";
import type { Ticket } from "#domain/ticket.ts";
import type { Actor, TicketState } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type { Transaction } from "#ports/store.ts";

/** What a caller says about a ticket. */
export interface TicketContent {
  readonly subject: string;
  readonly description: string;
  readonly userId?: string | undefined;
  readonly participants: readonly { readonly userId: string; readonly callId?: string | undefined }[];
  readonly callIds: readonly string[];
  readonly assigneeId?: string | undefined;
}

export interface TicketChange {
  readonly subject?: string | undefined;
  readonly description?: string | undefined;
  readonly state?: TicketState | undefined;
  readonly userId?: string | null | undefined;
  readonly participants?: TicketContent["participants"] | undefined;
  readonly callIds?: readonly string[] | undefined;
  readonly assigneeId?: string | null | undefined;
}

export interface External {
  readonly externalSystem: string;
  readonly externalId: string;
}

/**
 * Opens a ticket. Users that it names and nobody knows yet are created.
 *
 * @throws external_id_taken
 */
export async function createTicket(
  { tx, clock, ids }: { readonly tx: Transaction; readonly clock: Clock; readonly ids: Ids },
  actor: Actor,
  content: TicketContent,
  external?: External,
): Promise<Ticket> {
  const now = clock.now();
  await ensureUsers(tx, actor, content, now);
  const { userId, assigneeId } = content;
  const ticket = await tx.tickets.create({
    id: ids.next(),
    subject: content.subject,
    description: content.description,
    state: "open",
    ...(userId === undefined ? {} : { userId }),
    participants: cleanParticipants(content.participants),
    callIds: [...new Set(content.callIds)],
    ...(assigneeId === undefined ? {} : { assigneeId }),
    ...external,
    createdAt: now,
    updatedAt: now,
  });
  await tx.append([{ type: "ticket.created", at: now, actor, ticketId: ticket.id, data: { number: ticket.number } }]);
  return ticket;
}

/**
 * Changes what is named; null removes.
 *
 * @returns the ticket as it is now, or "conflict" when its version has moved on
 */
export async function changeTicket(
  { tx, clock }: { readonly tx: Transaction; readonly clock: Clock },
  actor: Actor,
  ticket: Ticket,
  change: TicketChange,
): Promise<Ticket | "conflict"> {
  const now = clock.now();
  await ensureUsers(tx, actor, { userId: change.userId ?? undefined, participants: change.participants ?? [] }, now);
  const { userId: _user, assigneeId: _assignee, ...kept } = ticket;
  const userId = change.userId === undefined ? ticket.userId : change.userId;
  const assigneeId = change.assigneeId === undefined ? ticket.assigneeId : change.assigneeId;
  const changed: Ticket = {
    ...kept,
    subject: change.subject ?? ticket.subject,
    description: change.description ?? ticket.description,
    state: change.state ?? ticket.state,
    participants: change.participants ? cleanParticipants(change.participants) : ticket.participants,
    callIds: change.callIds ? [...new Set(change.callIds)] : ticket.callIds,
    ...(userId == null ? {} : { userId }),
    ...(assigneeId == null ? {} : { assigneeId }),
    updatedAt: now,
  };
  if (!(await tx.tickets.save(changed, { ifVersion: ticket.version }))) return "conflict";
  const fields = Object.entries(change)
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  await tx.append([
    {
      type: "ticket.updated",
      at: now,
      actor,
      ticketId: ticket.id,
      data: { fields, ...(change.state === undefined ? {} : { state: change.state }) },
    },
  ]);
  return { ...changed, version: ticket.version + 1 };
}

/** @throws not_found */
export async function findTicket(records: Pick<Transaction, "tickets">, ticketId: string): Promise<Ticket> {
  const ticket = await records.tickets.find(ticketId);
  if (!ticket) throw new Problem("not_found");
  return ticket;
}

async function ensureUsers(
  tx: Transaction,
  actor: Actor,
  content: Pick<TicketContent, "userId" | "participants">,
  now: number,
): Promise<void> {
  const named = new Set(content.participants.map(({ userId }) => userId));
  if (content.userId !== undefined) named.add(content.userId);
  const facts: Fact[] = [];
  // In one order everywhere: two tickets that name the same new users must not wait for each other in a circle.
  for (const userId of [...named].toSorted()) {
    if (await tx.users.ensure(userId, now)) facts.push({ type: "user.created", at: now, actor, userId });
  }
  await tx.append(facts);
}

function cleanParticipants(given: TicketContent["participants"]): Ticket["participants"] {
  return given.map(({ userId, callId }) => ({ userId, ...(callId === undefined ? {} : { callId }) }));
}
