import { Problem } from "#domain/problems.ts";
import { subjectOf } from "#domain/report.ts";
import type { Participant, Ticket } from "#domain/ticket.ts";
import type { Actor } from "#domain/vocabulary.ts";
import { WORDLESS_REPORT_SUBJECT } from "#messages/consent-texts.ts";
import type { Transaction } from "#ports/store.ts";

/** `call_and_user`: a report joins the open ticket of the same call and user. `call`: of the same call, whoever reported it. */
export type ReportMatch = "call" | "call_and_user";

/** The tickets step's own means, handed in: steps do not know each other. */
export interface TicketMeans {
  readonly openTicket: (
    tx: Transaction,
    actor: Actor,
    content: {
      readonly subject: string;
      readonly description: string;
      readonly userId: string;
      readonly participants: readonly Participant[];
      readonly callIds: readonly string[];
    },
  ) => Promise<Ticket>;
  readonly changeTicket: (
    tx: Transaction,
    actor: Actor,
    ticket: Ticket,
    change: { readonly callIds?: readonly string[]; readonly participants?: readonly Participant[] },
  ) => Promise<Ticket | "conflict">;
}

/** As many as a ticket takes by hand. What goes beyond stays with its report, where the search finds it as well. */
const CALL_IDS_AT_MOST = 50;
const PARTICIPANTS_AT_MOST = 100;

/**
 * The ticket that a report belongs to: the one that it names, else the open one of the same call, else a new one. One that
 * stood already gets the report's call ids, and its user as a participant where they were not on it.
 *
 * @throws not_found when the named ticket is not one of this user's; conflict when somebody changed it at the same time
 */
export async function matchTicket(
  tx: Transaction,
  { openTicket, changeTicket }: TicketMeans,
  match: ReportMatch,
  userId: string,
  report: {
    readonly ticketId?: string | undefined;
    readonly subject?: string | undefined;
    readonly text: string;
    readonly callIds: readonly string[];
  },
): Promise<{ readonly ticket: Ticket; readonly isNew: boolean }> {
  const actor: Actor = { kind: "user", id: userId };
  const standing =
    report.ticketId === undefined
      ? report.callIds.length === 0
        ? undefined
        : await tx.tickets.findOpenOfCalls(report.callIds, match === "call" ? undefined : userId)
      : await findOwnTicket(tx, userId, report.ticketId);
  if (!standing) {
    const subject = report.subject ?? subjectOf(report.text) ?? WORDLESS_REPORT_SUBJECT;
    const content = { subject, description: report.text, userId, participants: [], callIds: report.callIds };
    return { ticket: await openTicket(tx, actor, content), isNew: true };
  }
  const change = joining(standing, userId, report.callIds);
  if (!change) return { ticket: standing, isNew: false };
  const changed = await changeTicket(tx, actor, standing, change);
  if (changed === "conflict") throw new Problem("conflict");
  return { ticket: changed, isNew: false };
}

/** @throws not_found: another user's ticket looks like none at all */
async function findOwnTicket(tx: Transaction, userId: string, ticketId: string): Promise<Ticket> {
  const ticket = await tx.tickets.find(ticketId);
  if (!ticket || !isOn(ticket, userId)) throw new Problem("not_found");
  return ticket;
}

function isOn(ticket: Ticket, userId: string): boolean {
  return ticket.userId === userId || ticket.participants.some((participant) => participant.userId === userId);
}

/** What the ticket does not know yet; undefined when it knows it all. */
function joining(ticket: Ticket, userId: string, callIds: readonly string[]) {
  const calls = [...new Set([...ticket.callIds, ...callIds])].slice(
    0,
    Math.max(CALL_IDS_AT_MOST, ticket.callIds.length),
  );
  const [callId] = callIds;
  const newcomer = { userId, ...(callId === undefined ? {} : { callId }) };
  const change = {
    ...(calls.length > ticket.callIds.length && { callIds: calls }),
    ...(!isOn(ticket, userId) &&
      ticket.participants.length < PARTICIPANTS_AT_MOST && { participants: [...ticket.participants, newcomer] }),
  };
  return Object.keys(change).length > 0 ? change : undefined;
}
