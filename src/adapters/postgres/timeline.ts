import type { Fact, FactType } from "#domain/facts.ts";
import { Problem } from "#domain/problems.ts";
import type { Actor } from "#domain/vocabulary.ts";
import type { Timeline, TimelineRow } from "#ports/store.ts";
import { decodeCursor, encodeCursor, isDigits, pageOf } from "./cursor.ts";
import type { Db } from "./prisma-client.ts";
import { absentNulls, momentOf } from "./stored.ts";

const LIST = "timeline";
/** The feed's cursor stands in a header of a browser: `xid.sequence`, plain. */
export const FEED_CURSOR = /^(\d{1,20})\.(\d{1,19})$/;

export const COLUMNS = `xid::text as xid, sequence, ticket_id, type, at, actor_kind, actor_id, request_id, report_id, file_id, user_id,
  installation_id, data`;

/**
 * The order names the table's column: a bare `xid` would be the answer's, which is text, and "1000" comes before "999" there.
 *
 * $1 ticket, $2 and $3 after, $4 limit. Here without the horizon: who reads a ticket wants what was just written.
 */
export const TIMELINE_OF_TICKET = `
  select ${COLUMNS} from ticket_event
  where ticket_id = $1::uuid and (xid, sequence) > ($2::text::xid8, $3::text::bigint)
  order by ticket_event.xid, ticket_event.sequence limit $4::int`;

/**
 * $1 and $2 after, $3 limit. Only below the commit horizon: of two transactions the later id may commit first, and a reader
 * that went past it would never see the earlier one's rows.
 */
export const FEED_AFTER = `
  select ${COLUMNS} from ticket_event
  where (xid, sequence) > ($1::text::xid8, $2::text::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
  order by ticket_event.xid, ticket_event.sequence limit $3::int`;

export const FEED_NOW = `select pg_snapshot_xmin(pg_current_snapshot())::text as xid`;

export interface Row {
  readonly xid: string;
  readonly sequence: bigint;
  readonly ticket_id: string;
  readonly type: string;
  readonly at: Date;
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly request_id: string | null;
  readonly report_id: string | null;
  readonly file_id: string | null;
  readonly user_id: string | null;
  readonly installation_id: string | null;
  readonly data: NonNullable<Fact["data"]> | null;
}

export function createTimeline(db: Db): Timeline {
  return {
    async ofTicket(ticketId, { after, limit }) {
      const [xid, sequence] = after === undefined ? ["0", "0"] : decodeCursor(LIST, after, ["digits", "digits"]);
      const rows = await db.$queryRawUnsafe<Row[]>(TIMELINE_OF_TICKET, ticketId, xid, sequence, limit + 1);
      return pageOf(rows, limit, timelineRowOf, (row) => encodeCursor(LIST, [row.xid, String(row.sequence)]));
    },
    async after(cursor, limit) {
      if (cursor === undefined) return { rows: [], cursor: await now() };
      const [, xid, sequence] = FEED_CURSOR.exec(cursor) ?? [];
      if (xid === undefined || sequence === undefined || !isDigits(xid) || !isDigits(sequence)) {
        throw new Problem("invalid_request", {
          detail: "Last-Event-ID is not an id that the feed gave. Leave it out to hear what happens from now on.",
          details: [{ target: "header Last-Event-ID", message: "must be an id that the feed gave" }],
        });
      }
      const rows = await db.$queryRawUnsafe<Row[]>(FEED_AFTER, xid, sequence, limit);
      const found = rows.map(timelineRowOf);
      return { rows: found, cursor: found.at(-1)?.cursor ?? cursor };
    },
  };

  /** Nothing below the horizon is still to come, and whatever is at or above it has a sequence above 0. */
  async function now(): Promise<string> {
    const [row] = await db.$queryRawUnsafe<{ xid: string }[]>(FEED_NOW);
    return `${row?.xid ?? "0"}.0`;
  }
}

export function timelineRowOf(row: Row): TimelineRow {
  return {
    cursor: `${row.xid}.${row.sequence}`,
    ticketId: row.ticket_id,
    fact: absentNulls<Omit<Fact, "roundId" | "deadline">>({
      type: row.type as FactType,
      at: momentOf(row.at),
      actor: { kind: row.actor_kind as Actor["kind"], id: row.actor_id },
      ticketId: row.ticket_id,
      requestId: row.request_id,
      reportId: row.report_id,
      fileId: row.file_id,
      userId: row.user_id,
      installationId: row.installation_id,
      data: row.data,
    }),
  };
}
