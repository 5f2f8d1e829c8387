import type { Fact, FactType } from "#domain/facts.ts";
import type { TicketConnection } from "#domain/ticket-connection.ts";
import type { ConnectionState, FileConnectionState, ShownAs, TicketState } from "#domain/vocabulary.ts";
import type { Connections } from "#ports/store.ts";
import type { TicketConnection as Row } from "./generated/client.ts";
import type { Db } from "./prisma-client.ts";
import { absentNulls, dateOf, momentOf } from "./stored.ts";
import { COLUMNS, FEED_CURSOR, timelineRowOf, type Row as EventRow } from "./timeline.ts";

/** When this deployment is connected with another ticket system. */
export interface ConnectionRules {
  readonly system: string;
  /** Facts that make the connection of their ticket due. */
  readonly types: readonly FactType[];
  /** Every new ticket gets a connection. */
  readonly newTickets: boolean;
}

/**
 * $1 tickets, $2 now. One that is under way, or waits because of trouble, keeps its time: it only learns that there is more.
 * The locks are taken in one order everywhere.
 */
export const MARK_CONNECTIONS = `
  with connected as (
    select ticket_id, sync_at from ticket_connection where ticket_id = any($1::uuid[]) order by ticket_id for update
  ), marked as (
    update ticket_connection set version = version + 1, sync_at = coalesce(connected.sync_at, $2::timestamptz),
      state = case state when 'synced' then 'pending' else state end
    from connected where ticket_connection.ticket_id = connected.ticket_id
  )
  insert into outbox (type, ticket_id, due_at, created_at)
  select 'connection.due', ticket_id, $2::timestamptz, $2::timestamptz from connected where sync_at is null`;

/** $1 tickets, $2 system, $3 the item or null, $4 now. Told is what happens from now on: what commits later has a later xid. */
export const OPEN_CONNECTIONS = `
  with opened as (
    insert into ticket_connection (ticket_id, system, item_id, told_until, sync_at, created_at)
    select ticket_id, $2::text, $3::text, pg_snapshot_xmin(pg_current_snapshot())::text || '.0', $4::timestamptz,
      $4::timestamptz
    from unnest($1::uuid[]) as ticket_id
    on conflict (ticket_id) do nothing returning ticket_id
  )
  insert into outbox (type, ticket_id, due_at, created_at)
  select 'connection.due', ticket_id, $4::timestamptz, $4::timestamptz from opened`;

/** $1 ticket, $2 and $3 after, $4 types, $5 limit. Only what is settled is told: it is never told in another order. */
export const UNTOLD = `
  select ${COLUMNS}, xid < pg_snapshot_xmin(pg_current_snapshot()) as settled from ticket_event
  where ticket_id = $1::uuid and (xid, sequence) > ($2::text::xid8, $3::text::bigint) and type = any($4::text[])
  order by ticket_event.xid, ticket_event.sequence limit $5::int`;

/** What `append` does beside writing facts. @returns whether it wrote to the outbox, or may have */
export function createMarkConnections(
  rules: ConnectionRules | undefined,
): (db: Db, facts: readonly Fact[]) => Promise<boolean> {
  if (!rules) return async () => false;
  const marks = new Set<FactType>(rules.types);
  const ticketsOf = (facts: readonly Fact[], isMeant: (fact: Fact) => boolean) => [
    ...new Set(facts.filter(isMeant).flatMap(({ ticketId }) => (ticketId === undefined ? [] : [ticketId]))),
  ];
  return async (db, facts) => {
    const now = new Date(Math.max(0, ...facts.map(({ at }) => at)));
    const opened = rules.newTickets ? ticketsOf(facts, ({ type }) => type === "ticket.created") : [];
    if (opened.length > 0) await db.$executeRawUnsafe(OPEN_CONNECTIONS, opened, rules.system, null, now);
    const marked = ticketsOf(facts, ({ type }) => marks.has(type));
    if (marked.length > 0) await db.$executeRawUnsafe(MARK_CONNECTIONS, marked, now);
    return opened.length + marked.length > 0;
  };
}

export function createConnections(db: Db): Connections {
  const find: Connections["find"] = async (ticketId) => {
    const row = await db.ticketConnection.findUnique({ where: { ticketId } });
    return row ? connectionOf(row) : undefined;
  };
  return {
    find,
    async filesOf(ticketId) {
      const rows = await db.fileConnection.findMany({ where: { ticketId }, orderBy: { fileId: "asc" } });
      return rows.map((row) => ({
        ...row,
        shownAs: row.shownAs as ShownAs,
        state: row.state as FileConnectionState,
      }));
    },
    async open({ ticketId, system, itemId }, now) {
      const opened = await db.$executeRawUnsafe(OPEN_CONNECTIONS, [ticketId], system, itemId ?? null, new Date(now));
      return opened === 1;
    },
    async hurry(ticketId, now) {
      await db.ticketConnection.updateMany({
        where: { ticketId },
        data: { version: { increment: 1 }, syncAt: dateOf(now), state: "pending" },
      });
    },
    async claim(ticketId, leaseId, now, leaseUntil) {
      const at = dateOf(now);
      const until = dateOf(leaseUntil);
      const { count } = await db.ticketConnection.updateMany({
        where: { ticketId, syncAt: { lte: at }, OR: [{ leaseUntil: null }, { leaseUntil: { lte: at } }] },
        // Due again when the lease is over: should its holder die, the reconciler finds it.
        data: { leaseId, leaseUntil: until, syncAt: until, attempt: { increment: 1 } },
      });
      return count === 1 ? find(ticketId) : undefined;
    },
    async renew(ticketId, leaseId, leaseUntil) {
      const until = dateOf(leaseUntil);
      const { count } = await db.ticketConnection.updateMany({
        where: { ticketId, leaseId },
        data: { leaseUntil: until, syncAt: until },
      });
      return count === 1;
    },
    async saveProgress(connection, leaseId) {
      const { count } = await db.ticketConnection.updateMany({
        where: { ticketId: connection.ticketId, leaseId },
        data: progress(connection),
      });
      return count === 1;
    },
    async finish(connection, leaseId, now) {
      const { ticketId, version } = connection;
      const ended = {
        ...progress(connection),
        state: connection.state,
        reason: connection.reason ?? null,
        attempt: connection.attempt,
        syncedAt: dateOf(connection.syncedAt),
        syncAt: dateOf(connection.syncAt),
        leaseId: null,
        leaseUntil: null,
      };
      const { count } = await db.ticketConnection.updateMany({ where: { ticketId, leaseId, version }, data: ended });
      if (count === 1) return find(ticketId);
      const more = connection.syncAt === undefined ? { ...ended, syncAt: dateOf(now), state: "pending" } : ended;
      const { count: late } = await db.ticketConnection.updateMany({ where: { ticketId, leaseId }, data: more });
      return late === 1 ? find(ticketId) : undefined;
    },
    async saveFile(file) {
      const { fileId, ...rest } = file;
      await db.fileConnection.upsert({ where: { fileId }, create: { fileId, ...rest }, update: rest });
    },
    async untold({ ticketId, toldUntil }, types, limit) {
      const [, xid = "0", sequence = "0"] = FEED_CURSOR.exec(toldUntil) ?? [];
      const rows = await db.$queryRawUnsafe<(EventRow & { readonly settled: boolean })[]>(
        UNTOLD,
        ticketId,
        xid,
        sequence,
        types,
        limit + 1,
      );
      const firstOpen = rows.findIndex(({ settled }) => !settled);
      const told = rows.slice(0, Math.min(limit, firstOpen < 0 ? rows.length : firstOpen));
      return { rows: told.map(timelineRowOf), more: told.length < rows.length };
    },
  };
}

/** What an attempt may write before it ends. */
function progress(connection: TicketConnection) {
  return {
    itemId: connection.itemId ?? null,
    itemUrl: connection.itemUrl ?? null,
    makingSince: dateOf(connection.makingSince),
    changingVersion: connection.changingVersion ?? null,
    tellingUntil: connection.tellingUntil ?? null,
    toldUntil: connection.toldUntil,
    toldState: connection.toldState,
  };
}

function connectionOf(row: Row): TicketConnection {
  return absentNulls<TicketConnection>({
    ticketId: row.ticketId,
    version: row.version,
    system: row.system,
    itemId: row.itemId,
    itemUrl: row.itemUrl,
    state: row.state as ConnectionState,
    reason: row.reason,
    syncAt: momentOf(row.syncAt),
    attempt: row.attempt,
    syncedAt: momentOf(row.syncedAt),
    makingSince: momentOf(row.makingSince),
    changingVersion: row.changingVersion,
    tellingUntil: row.tellingUntil,
    toldUntil: row.toldUntil,
    toldState: row.toldState as TicketState,
    createdAt: momentOf(row.createdAt),
  });
}
