import { randomUUID } from "node:crypto";
import * as contract from "#contract/reports.ts";
import { consentText as textSchema } from "#contract/devices.ts";
import type { ProblemCode } from "#domain/problems.ts";
import type { DeviceFile, UploadLink } from "#sdk/wire.ts";
import type { CreatedReport, NewReport, ReportState, ReportTerms } from "#sdk/wire-reports.ts";

// The part of the small server that takes reports. What it is sent, it checks against the contract's schemas.

export interface WireReport {
  readonly reportId: string;
  readonly ticketId: string;
  readonly ticketNumber: number;
  readonly userId: string;
  readonly told: NewReport;
  readonly at: string;
  state: ReportState;
  files: DeviceFile[];
  withdrawnAt?: string;
}

interface Reply {
  status: number;
  body: unknown;
}

/** @param refuse throws the problem */
export function createWireReports({
  terms,
  linkOf,
  isThere,
  refuse,
}: {
  readonly terms: ReportTerms;
  readonly linkOf: (file: DeviceFile) => UploadLink;
  readonly isThere: (fileId: string) => boolean;
  readonly refuse: (code: ProblemCode) => never;
}) {
  const reports = new Map<string, WireReport>();
  const byKey = new Map<string, { report: WireReport; body: string }>();
  let linksAway = false;

  function serveTerms(): Reply {
    textSchema.parse(terms.consentText);
    return { status: 200, body: contract.reportTerms.parse(terms) };
  }

  function create(userId: string, key: string | undefined, body: unknown): Reply {
    const told: NewReport = contract.newReport.parse(body);
    const twin = key === undefined ? undefined : byKey.get(`${userId} ${key}`);
    if (twin) {
      if (twin.body !== JSON.stringify(body)) refuse("idempotency_key_reused");
      return { status: 201, body: answer(twin.report) };
    }
    if (told.files?.length && told.consentText?.sha256 !== terms.consentText.sha256) refuse("unknown_consent_text");
    const report: WireReport = {
      reportId: randomUUID(),
      ticketId: told.ticketId ?? randomUUID(),
      ticketNumber: 100 + reports.size,
      userId,
      told,
      at: new Date().toISOString(),
      state: told.files?.length ? "open" : "linked",
      files: (told.files ?? []).map(({ collector, name, sizeBytes, sha256 }): DeviceFile => {
        return { id: randomUUID(), collector, name: name.normalize("NFC"), sizeBytes, sha256, state: "announced" };
      }),
    };
    reports.set(report.reportId, report);
    if (key !== undefined) byKey.set(`${userId} ${key}`, { report, body: JSON.stringify(body) });
    return { status: 201, body: answer(report) };
  }

  function answer({ reportId, ticketId, ticketNumber, told, state, files }: WireReport): CreatedReport {
    const pending = files.filter((file) => file.state === "announced" && !isThere(file.id));
    return {
      reportId,
      ticketId,
      ticketNumber,
      ticketIsNew: told.ticketId === undefined,
      state,
      files,
      ...(files.length > 0 && { uploadBy: new Date(Date.now() + 3_600_000).toISOString() }),
      links: linksAway ? [] : pending.map(linkOf),
    };
  }

  function serve(method: string, rest: string, userId: string, key: string | undefined, body: unknown): Reply {
    if (rest === "") return create(userId, key, body);
    const [reportId = "", verb] = rest.split(/[:/]/);
    const report = reports.get(reportId);
    if (!report || report.userId !== userId) return refuse("not_found");
    if (method === "GET") return { status: 200, body: receipt(report) };
    switch (verb) {
      case "createUploadLinks": {
        if (report.state !== "open") refuse("request_closed");
        const fileIds = contract.createReportUploadLinks.body?.parse(body).fileIds;
        const asked = report.files.filter(({ id }) => fileIds?.includes(id) ?? true);
        const there = asked.filter(({ id }) => isThere(id)).map(({ id }) => id);
        const pending = asked.filter(({ id, state }) => state === "announced" && !there.includes(id));
        return { status: 200, body: { links: pending.map(linkOf), there } };
      }
      case "complete": {
        for (const { fileId, outcome } of contract.completeReport.body?.parse(body).files ?? []) {
          const file = report.files.find(({ id }) => id === fileId) ?? refuse("invalid_request");
          if (file.state === "announced") file.state = outcome === "uploaded" ? "uploaded" : "missing";
        }
        if (report.state === "open" && !report.files.some(({ state }) => state === "announced"))
          report.state = report.files.some(({ state }) => state === "uploaded") ? "uploaded" : "rejected";
        const count = (state: string) => report.files.filter((file) => file.state === state).length;
        const [uploaded, missing] = [count("uploaded"), count("missing")];
        const fileCounts = { consented: report.files.length, uploaded, linked: 0, refused: 0, missing };
        return { status: 200, body: contract.reportProgress.parse({ ...report, fileCounts }) };
      }
      case "withdraw": {
        const fileIds = contract.withdrawReport.body?.parse(body).fileIds;
        if (report.files.length === 0 || report.state === "withdrawn") refuse("nothing_to_withdraw");
        for (const file of report.files) if (fileIds?.includes(file.id) ?? true) file.state = "deleted";
        if (report.files.every(({ state }) => state === "deleted")) {
          report.state = "withdrawn";
          report.withdrawnAt = new Date().toISOString();
        } else if (report.state === "open" && !report.files.some(({ state }) => state === "announced"))
          report.state = "uploaded";
        return { status: 200, body: contract.reportWithdrawal.parse({ ...report, downloadedBefore: [] }) };
      }
      default:
        return refuse("not_found");
    }
  }

  function receipt({ told, at, ...report }: WireReport) {
    const { text, callIds, participantId, surveyId, sdkVersion, answers = {}, leftOut = [], deviceNow } = told;
    return contract.reportReceipt.parse({
      ...report,
      reported: {
        at,
        origin: surveyId === undefined ? "links" : "survey",
        text,
        callIds,
        participantId,
        surveyId,
        sdkVersion,
        answers,
      },
      decidedAt: at,
      deviceNow,
      ...(told.consentText && { consentText: terms.consentText }),
      shown: { ...terms.consentValues, ...told.shown },
      leftOut,
    });
  }

  return {
    reports,
    serve,
    serveTerms,
    setLinksAway: (away: boolean) => void (linksAway = away),
  };
}
