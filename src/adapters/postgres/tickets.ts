import { Problem } from "#domain/problems.ts";
import type { Participant, Ticket } from "#domain/ticket.ts";
import type { TicketState } from "#domain/vocabulary.ts";
import type { TicketQuery, Tickets } from "#ports/store.ts";
import { decodeCursor, encodeCursor, pageOf } from "./cursor.ts";
import { hasCode } from "./database-problem.ts";
import type { Prisma } from "./generated/client.ts";
import { containing } from "./like-pattern.ts";
import type { Db } from "./prisma-client.ts";
import { absentNulls, dateOf, momentOf } from "./stored.ts";

const LIST = "tickets";
const WITH_PARTICIPANTS = { participants: { orderBy: { position: "asc" } } } as const;
const UNIQUE_VIOLATION = "P2002";
/** PostgreSQL's integer ends here; a larger number is no ticket's. */
const MAX_NUMBER = 2_147_483_647;

type Row = Prisma.TicketGetPayload<{ include: typeof WITH_PARTICIPANTS }>;

/** $1 call ids, in order, so that two transactions never wait for each other in a circle. Held until the transaction ends. */
export const LOCK_CALLS = `
  select pg_advisory_xact_lock(hashtextextended('beckon call ' || call, 0))::text
  from unnest($1::text[]) with ordinality as given(call, n) order by n`;

export function createTickets(db: Db): Tickets {
  return {
    async create(ticket) {
      const row = await db.ticket
        .create({
          data: {
            ...columns(ticket),
            id: ticket.id,
            version: 1,
            createdAt: dateOf(ticket.createdAt),
            participants: { create: rows(ticket) },
          },
          include: WITH_PARTICIPANTS,
        })
        .catch(refuseTakenExternalId);
      return ticketOf(row);
    },
    async find(id) {
      const row = await db.ticket.findUnique({ where: { id }, include: WITH_PARTICIPANTS });
      return row ? ticketOf(row) : undefined;
    },
    async namesOf(ids) {
      const select = { id: true, number: true, subject: true };
      const rows = await db.ticket.findMany({ where: { id: { in: [...ids] } }, select });
      return new Map(rows.map(({ id, ...names }) => [id, names]));
    },
    async findOpenOfCalls(callIds, userId) {
      const calls = [...new Set(callIds)].toSorted();
      await db.$queryRawUnsafe(LOCK_CALLS, calls);
      const row = await db.ticket.findFirst({
        where: {
          state: "open",
          callIds: { hasSome: calls },
          ...(userId !== undefined && { OR: [{ userId }, { participants: { some: { userId } } }] }),
        },
        orderBy: [{ createdAt: "desc" }, { id: "desc" }],
        include: WITH_PARTICIPANTS,
      });
      return row ? ticketOf(row) : undefined;
    },
    async findByExternal(externalSystem, externalId) {
      const row = await db.ticket.findUnique({
        where: { externalSystem_externalId: { externalSystem, externalId } },
        include: WITH_PARTICIPANTS,
      });
      return row ? ticketOf(row) : undefined;
    },
    async list(query) {
      const found = await db.ticket.findMany({
        where: { AND: conditions(query) },
        orderBy: [{ createdAt: "desc" }, { id: "desc" }],
        take: query.limit + 1,
        include: WITH_PARTICIPANTS,
      });
      return pageOf(found, query.limit, ticketOf, (row) => encodeCursor(LIST, [row.createdAt.getTime(), row.id]));
    },
    async save(ticket, { ifVersion }) {
      const { count } = await db.ticket
        .updateMany({
          where: { id: ticket.id, version: ifVersion },
          data: { ...columns(ticket), version: ifVersion + 1 },
        })
        .catch(refuseTakenExternalId);
      if (count === 0) return false;
      // Two more statements: whoever saves a ticket does so in a transaction, where its facts are written as well.
      await db.ticketParticipant.deleteMany({ where: { ticketId: ticket.id } });
      await db.ticketParticipant.createMany({ data: rows(ticket).map((row) => ({ ...row, ticketId: ticket.id })) });
      return true;
    },
  };
}

function conditions(query: TicketQuery): Prisma.TicketWhereInput[] {
  const { userId, callId } = query;
  return [
    ...(query.query === undefined ? [] : [search(query.query.trim())]),
    ...(query.number === undefined ? [] : [{ number: query.number }]),
    ...(userId === undefined ? [] : [{ OR: [{ userId }, { participants: { some: { userId } } }] }]),
    ...(callId === undefined ? [] : [ofCall(callId)]),
    ...(query.surveyId === undefined ? [] : [{ reports: { some: { surveyId: query.surveyId } } }]),
    ...(query.sdkVersion === undefined ? [] : [ofSdk(query.sdkVersion)]),
    ...(query.externalSystem === undefined ? [] : [{ externalSystem: query.externalSystem }]),
    ...(query.externalId === undefined ? [] : [{ externalId: query.externalId }]),
    ...(query.assigneeId === undefined ? [] : [{ assigneeId: query.assigneeId }]),
    ...(query.state === undefined ? [] : [{ state: query.state }]),
    ...(query.after === undefined ? [] : [before(query.after)]),
  ];
}

/** What an agent pastes into the search box: a number, words of the subject, a user, a call, a survey, an SDK version, or another system's id. */
function search(words: string): Prisma.TicketWhereInput {
  const number = /^#?(\d{1,10})$/.exec(words)?.[1];
  return {
    OR: [
      ...(number !== undefined && Number(number) <= MAX_NUMBER ? [{ number: Number(number) }] : []),
      { subject: { contains: containing(words), mode: "insensitive" } },
      { userId: words },
      { participants: { some: { userId: words } } },
      ofCall(words),
      { externalId: words },
      { reports: { some: { OR: [{ surveyId: words }, { participantId: words }] } } },
      ofSdk(words),
    ],
  };
}

/** A ticket keeps so many call ids; a report keeps its own, and so does what an agent added. */
function ofCall(callId: string): Prisma.TicketWhereInput {
  const some = { some: { callIds: { has: callId } } };
  return { OR: [{ callIds: { has: callId } }, { reports: some }, { agentUploads: some }] };
}

function ofSdk(sdkVersion: string): Prisma.TicketWhereInput {
  return { OR: [{ reports: { some: { sdkVersion } } }, { agentUploads: { some: { sdkVersion } } }] };
}

function before(after: string): Prisma.TicketWhereInput {
  const [createdAt, id] = decodeCursor(LIST, after, ["number", "uuid"]);
  const at = dateOf(createdAt);
  return { createdAt: { lte: at }, OR: [{ createdAt: { lt: at } }, { id: { lt: id } }] };
}

function columns(ticket: Omit<Ticket, "number" | "version">) {
  return {
    subject: ticket.subject,
    description: ticket.description,
    state: ticket.state,
    userId: ticket.userId ?? null,
    callIds: [...ticket.callIds],
    assigneeId: ticket.assigneeId ?? null,
    teamId: ticket.teamId ?? null,
    externalSystem: ticket.externalSystem ?? null,
    externalId: ticket.externalId ?? null,
    updatedAt: dateOf(ticket.updatedAt),
  };
}

function rows(ticket: Pick<Ticket, "participants">) {
  return ticket.participants.map(({ userId, callId }, position) => ({ position, userId, callId: callId ?? null }));
}

function ticketOf(row: Row): Ticket {
  return absentNulls<Ticket>({
    id: row.id,
    number: row.number,
    version: row.version,
    subject: row.subject,
    description: row.description,
    state: row.state as TicketState,
    userId: row.userId,
    participants: row.participants.map(({ userId, callId }) => absentNulls<Participant>({ userId, callId })),
    callIds: row.callIds,
    assigneeId: row.assigneeId,
    teamId: row.teamId,
    externalSystem: row.externalSystem,
    externalId: row.externalId,
    createdAt: momentOf(row.createdAt),
    updatedAt: momentOf(row.updatedAt),
  });
}

function refuseTakenExternalId(error: unknown): never {
  if (hasCode(error, UNIQUE_VIOLATION)) throw new Problem("external_id_taken", { cause: error });
  throw error;
}
