import * as routes from "#contract/audit.ts";
import { parseTime } from "#contract/primitives.ts";
import { renderAuditEvent } from "#contract/render-audit-event.ts";
import type { HttpKit } from "#http/http-kit.ts";
import { renderPage, type PublicUrl } from "#http/next-link.ts";
import { parseInput } from "#http/parse-input.ts";
import { sendStream } from "#http/send-stream.ts";
import type { AuditQuery, Store } from "#ports/store.ts";
import { CSV_HEAD, csvLine } from "./write-csv.ts";

/** Rows that are in memory at once while a CSV is written. */
const ROWS_AT_ONCE = 500;

/** Serves the audit to those who may read it: page by page, or as one CSV. */
export function serveAudit(
  kit: HttpKit,
  { store, publicUrl }: { readonly store: Store; readonly publicUrl: PublicUrl },
): void {
  const csv = async function* (query: AuditQuery) {
    yield CSV_HEAD;
    for (let after: string | undefined = query.after; ;) {
      const page = await store.audit.list({ ...query, limit: ROWS_AT_ONCE, ...(after === undefined ? {} : { after }) });
      yield page.items.map((row) => csvLine(renderAuditEvent(row))).join("");
      if (page.next === undefined) return;
      after = page.next;
    }
  };

  kit.serveRaw(routes.listAuditEvents, async (request, response) => {
    const given = parseInput(routes.listAuditEvents.query, request.query, "query");
    const { type, from, to, format, ...rest } = given;
    const query = Object.fromEntries(
      Object.entries({
        ...rest,
        types: type,
        from: from === undefined ? undefined : parseTime(from),
        to: to === undefined ? undefined : parseTime(to),
      }).filter(([, value]) => value !== undefined),
    ) as unknown as AuditQuery;
    response.setHeader("Cache-Control", "no-store");
    if (format === "csv" || (format === undefined && request.accepts(["json", "csv"]) === "csv")) {
      // The first page before the first byte: what is wrong with the question or the database is still told as a problem.
      const first = await store.audit.list({ ...query, limit: 1 });
      response.status(200).type("text/csv");
      response.setHeader("Content-Disposition", 'attachment; filename="beckon-audit.csv"');
      await sendStream(response, first.items.length === 0 ? [CSV_HEAD] : csv(query));
      return;
    }
    const page = await store.audit.list(query);
    response
      .status(200)
      .json(renderPage(page, renderAuditEvent, { publicUrl, path: "/v1/audit-events", query: given }));
  });
}
