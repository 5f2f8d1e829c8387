import { formatTime, parseTime } from "#contract/primitives.ts";
import { readAnnouncedFile, readLeftOut, renderDeviceFile } from "#contract/render-file.ts";
import { renderReport, renderReportReceipt } from "#contract/render-report.ts";
import * as routes from "#contract/reports.ts";
import type { LogFile } from "#domain/log-file.ts";
import { Problem } from "#domain/problems.ts";
import type { Report } from "#domain/report.ts";
import { retryConflicts } from "#domain/retry-conflicts.ts";
import { findOwnReport } from "#http/find-own-request.ts";
import type { HttpKit, Reply } from "#http/http-kit.ts";
import { once, type IdempotencyKey } from "#http/idempotency.ts";
import { renderPage, type PublicUrl } from "#http/next-link.ts";
import type { UploadLink } from "#ports/blob-store.ts";
import type { Store, Transaction } from "#ports/store.ts";
import { requireWithinReport } from "./report-limits.ts";
import { reportText, reportValues } from "./report-terms.ts";
import { earlierReport } from "./earlier-report.ts";
import { saveReport, type ReportContent, type SaveReport } from "./save-report.ts";

export interface ReportRoutes extends SaveReport {
  readonly store: Store;
  readonly publicUrl: PublicUrl;
  /** Links for what is not there yet; the upload step's. */
  readonly createLinks: (
    report: Report,
    files: readonly LogFile[],
  ) => Promise<readonly { readonly fileId: string; readonly link: UploadLink }[]>;
}

/** What a replay needs to answer anew: its links must be fresh, and no signature is kept. */
interface Kept {
  readonly reportId: string;
  readonly ticketIsNew: boolean;
}

/** Serves the user's own way in, by upload links, and shows agents what came of it. */
export function serveReports(kit: HttpKit, deps: ReportRoutes): void {
  const { store, publicUrl, terms, limits } = deps;
  const fileUrl = (fileId: string) => publicUrl.to(`/files/${fileId}`);

  kit.serve(routes.readReportTerms, async ({ query, caller }) => {
    const { version, locale, text, sha256 } = await reportText(store, caller.userId, terms, query.locale);
    const { maxFiles, maxFileBytes, maxBytes } = limits;
    return {
      status: 200,
      body: {
        consentText: { version, locale, text, sha256 },
        consentValues: reportValues(terms),
        retentionDays: terms.retentionDays,
        maxFiles,
        maxFileBytes,
        maxBytes,
      },
    };
  });

  kit.serve(routes.createReport, async ({ body, caller, idempotency }) => {
    const { files: announced, deviceNow, leftOut, ...rest } = body;
    const content: ReportContent = {
      ...rest,
      leftOut: leftOut.map(readLeftOut),
      deviceNow: deviceNow === undefined ? undefined : parseTime(deviceNow),
    };
    const files = announced.map(readAnnouncedFile);
    requireWithinReport(files, limits);
    const kept = await onceKept(idempotency, async (tx) => {
      const earlier = await earlierReport(tx, caller.userId, content, files);
      if (earlier?.kind === "same") return { reportId: earlier.report.id, ticketIsNew: false };
      const placed = earlier ? { ...content, ticketId: earlier.ticketId } : content;
      const saved = await saveReport(tx, deps, caller.userId, placed, { kind: "announced", files });
      return { reportId: saved.report.id, ticketIsNew: saved.ticketIsNew };
    });
    return answer(kept);
  });

  kit.serve(routes.getReportReceipt, async ({ params, caller }) => {
    const report = await findOwnReport(store, caller, params.reportId);
    const [consent, files, ticketNumber] = await Promise.all([
      consentOf(report),
      store.files.ofOwner(report.id),
      numberOf(report),
    ]);
    const text = consent.text && (await store.consentTexts.find(consent.text.version, consent.text.locale));
    return { status: 200, body: renderReportReceipt(report, { consent, files, text, ticketNumber }) };
  });

  kit.serve(routes.listTicketReports, async ({ params: { ticketId }, query }) => {
    if (!(await store.tickets.find(ticketId))) throw new Problem("not_found");
    const { limit, after } = query;
    const page = await store.reports.list({ ticketId, limit, ...(after === undefined ? {} : { after }) });
    const users = await store.users.shownOf([...new Set(page.items.map(({ userId }) => userId))]);
    const items = await Promise.all(
      page.items.map(async (report) => {
        const [consent, files] = await Promise.all([consentOf(report), store.files.ofOwner(report.id)]);
        return renderReport(report, { consent, files, user: users.get(report.userId), fileUrl });
      }),
    );
    const rendered = { items, ...(page.next === undefined ? {} : { next: page.next }) };
    const path = `/v1/tickets/${ticketId}/reports`;
    return { status: 200, body: renderPage(rendered, (item) => item, { publicUrl, path, query }) };
  });

  /** Somebody else changed the ticket at the same moment: it is looked for anew. */
  async function onceKept(key: IdempotencyKey | undefined, effect: (tx: Transaction) => Promise<Kept>): Promise<Kept> {
    const reply = await retryConflicts(() =>
      store
        .transaction((tx) =>
          once(tx, key, deps.clock.now(), async () => ({ status: 201, body: JSON.stringify(await effect(tx)) })),
        )
        .catch((error: unknown) => {
          if (error instanceof Problem && error.code === "conflict") return "conflict" as const;
          throw error;
        }),
    );
    return JSON.parse(String(reply.body)) as Kept;
  }

  async function answer({ reportId, ticketIsNew }: Kept): Promise<Reply> {
    const report = await store.reports.find(reportId);
    if (!report) throw new Problem("not_found");
    const [files, ticketNumber] = await Promise.all([store.files.ofOwner(reportId), numberOf(report)]);
    const { links, retryAfterSeconds } = await linksFor(report, files);
    return {
      status: 201,
      headers: {
        Location: publicUrl.to(`/v1/reports/${reportId}/receipt`),
        ...(retryAfterSeconds === undefined ? {} : { "Retry-After": String(retryAfterSeconds) }),
      },
      body: {
        reportId,
        ticketId: report.ticketId,
        ticketNumber,
        ticketIsNew,
        state: report.state,
        ...(report.uploadBy === undefined ? {} : { uploadBy: formatTime(report.uploadBy) }),
        files: files.map(renderDeviceFile),
        links,
      },
    };
  }

  /** The report is saved, whatever the file store does: without it the answer goes out with no links yet. */
  async function linksFor(report: Report, files: readonly LogFile[]) {
    if (report.state !== "open") return { links: [] };
    try {
      const links = await deps.createLinks(report, files);
      return { links: links.map(({ fileId, link }) => ({ fileId, ...link, expiresAt: formatTime(link.expiresAt) })) };
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== "blob_store_unavailable") throw error;
      return { links: [], retryAfterSeconds: error.retryAfterSeconds };
    }
  }

  async function consentOf(report: Report) {
    const consent = await store.consents.ofOwner({ kind: "report", id: report.id });
    if (!consent) throw new Error(`Report ${report.id} has no consent`);
    return consent;
  }

  async function numberOf(report: Report): Promise<number> {
    return (await store.tickets.namesOf([report.ticketId])).get(report.ticketId)?.number ?? 0;
  }
}
