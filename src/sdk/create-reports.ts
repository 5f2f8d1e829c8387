import { createAnswerJournal, REPORTS, sweepCopies } from "./answer-journal.ts";
import { createApiClient, type Fetch, systemClock } from "./api-client.ts";
import { BeckonError, hasCode } from "./beckon-error.ts";
import type { ReportUnderWay } from "./carry-out-report.ts";
import { newReport } from "./new-report.ts";
import { createReportFlights } from "./report-flights.ts";
import { createReportReviews } from "./report-reviews.ts";
import type { Issue, ReportResult, Reports, ReportsOptions } from "./reports.ts";
import { createSha256 } from "./sha256.ts";
import { memoryStorage } from "./storage.ts";
import { defaultUpload } from "./upload-bytes.ts";
import type { ReportReceipt, ReportWithdrawal } from "./wire-reports.ts";
import { LATE_MS } from "./policy.ts";

const DRAFT = "beckon/report-draft/";

/** How long words wait on the device for a connection. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;
/** As much as is used: the SDK also compiles where browsers' types are absent. */
interface Platform {
  addEventListener?(type: "online", listener: () => void): void;
  removeEventListener?(type: "online", listener: () => void): void;
}

/**
 * Reports issues on behalf of a user: words, ids of calls, and files. One for each signed-in user; nothing is sent before the
 * first call.
 */
export function createReports(options: ReportsOptions): Reports {
  const { userId, incidents, clock = systemClock, createHasher = createSha256, storage = memoryStorage() } = options;
  const fetch: Fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const stopping = new AbortController();
  const { signal } = stopping;
  const api = createApiClient({ ...options, fetch, clock, signal });
  const own = encodeURIComponent(userId);
  const journal = createAnswerJournal<ReportUnderWay>(storage, options.collectors, `${REPORTS}${own}/`);
  const reviews = createReportReviews({ ...options, api, storage, journal, createHasher, signal });
  const deciding = new Map<string, Promise<ReportResult>>();
  const flights = createReportFlights({
    api,
    journal,
    upload: options.upload ?? defaultUpload(fetch, api.serverNow),
    ...(options.uploadBlocks && { uploadBlocks: options.uploadBlocks }),
    createHasher,
    clock,
    signal,
    connection: options.connection,
    meteredMaxBytes: options.meteredMaxBytes,
    onReport: options.onReport,
    onEnd: ({ incidentId, created }) =>
      void (incidentId !== undefined && created && incidents?.forgetIncident(incidentId).catch(report)),
  });
  const platform = globalThis as Platform;
  const isOnline = (): void => void sync().catch(report);
  platform.addEventListener?.("online", isOnline);

  function report(error: unknown): void {
    // Nobody is at fault when a phone is offline: the report waits.
    if (!hasCode(error, "stopped", "network")) options.onError?.(error);
  }

  async function listReports(): Promise<ReportUnderWay[]> {
    const written = await journal.list();
    return written
      .filter(({ isReview }) => !isReview)
      .toSorted((one, other) => (one.consent.deviceNow ?? "").localeCompare(other.consent.deviceNow ?? ""));
  }

  /** Lets go of what has waited too long, and of what a user only looked at in an earlier run. */
  async function tidy(): Promise<void> {
    await sweepCopies(storage, clock.now()).catch(report);
    for (const old of await journal.list()) {
      const isLeft = old.isReview && !reviews.isOpen(old.requestId);
      // Of one that it knows the server says when it is over: by a clock that is days ahead it would be lost here.
      if (isLeft || (!old.created && old.until < api.serverNow() - LATE_MS)) await journal.end(old);
    }
  }

  async function sync() {
    await tidy();
    reviews.refresh().catch(report);
    for (const { requestId, refused } of await listReports())
      if (refused === undefined) flights.carryOut(requestId).catch(report);
    return (await listReports()).map(flights.status);
  }

  async function begin(key: string, issue: Issue): Promise<ReportResult> {
    const taken = await reviews.take(key, issue);
    const body = newReport(key, issue, taken, {
      deviceNow: new Date(clock.now()),
      installationId: options.installationId,
      sdkVersion: options.callingSdkVersion,
    });
    const files = taken?.chosen.map(({ file }) => file) ?? [];
    const stored = await journal.begin(key, body, files, api.serverNow() + KEPT_MS, issue.network);
    const incidentId = taken?.request.incidentId;
    if (incidentId !== undefined) await journal.save(Object.assign(stored, { incidentId }));
    await storage.delete(DRAFT + own);
    const result = await flights.carryOut(key);
    if (!result) throw new BeckonError("stopped", "The report was taken back while it was stored.");
    return result;
  }

  return {
    review: (scope) => reviews.open(scope),
    closeReview: ({ request }) => reviews.close(request.id),

    reportIssue(issue) {
      const key = issue.review?.request.id ?? issue.key ?? reviews.newKey();
      // A second tap gets what the first one came to.
      const twin = deciding.get(key);
      if (twin) return twin;
      const decision = (async () => (await flights.carryOut(key)) ?? begin(key, issue))().finally(() =>
        deciding.delete(key),
      );
      deciding.set(key, decision);
      return decision;
    },

    sendReport: (key) => flights.carryOut(key),
    sync,
    reports: async () => (await listReports()).map(flights.status),
    useNetwork: (key, network) => flights.change(key, { network }),
    pause: (key) => flights.change(key, { paused: true }),
    resume: (key) => flights.change(key, { paused: false }),

    async withdrawReport(id, fileIds) {
      const stored = (await listReports()).find(
        ({ requestId, created }) => requestId === id || created?.reportId === id,
      );
      if (stored && !fileIds) return flights.takeBack(stored);
      if (stored && fileIds) await flights.change(stored.requestId, { takenBack: fileIds });
      const path = `/v1/reports/${encodeURIComponent(stored?.created?.reportId ?? id)}:withdraw`;
      return (await api.call<ReportWithdrawal>("POST", path, fileIds ? { fileIds: [...fileIds] } : {})).body;
    },

    reportReceipt: async (reportId) =>
      (await api.call<ReportReceipt>("GET", `/v1/reports/${encodeURIComponent(reportId)}/receipt`)).body,

    async draft() {
      const text = await storage.get(DRAFT + own);
      return typeof text === "string" ? text : undefined;
    },
    saveDraft: (text) => (text === "" ? storage.delete(DRAFT + own) : storage.set(DRAFT + own, text)),

    stop() {
      platform.removeEventListener?.("online", isOnline);
      stopping.abort(new BeckonError("stopped", "The SDK was stopped."));
    },
  };
}
