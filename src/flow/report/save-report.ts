import type { Consent, LeftOut, ShownText } from "#domain/consent.ts";
import { reportFact, type Fact } from "#domain/facts.ts";
import type { AnnouncedFile, LogFile } from "#domain/log-file.ts";
import { Problem } from "#domain/problems.ts";
import type { FormAnswer, Report, ReportLimits } from "#domain/report.ts";
import type { Ticket } from "#domain/ticket.ts";
import type { Actor, Moment, ReportOrigin } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type { Transaction } from "#ports/store.ts";
import { matchTicket, type ReportMatch, type TicketMeans } from "./match-ticket.ts";
import { bytesOf, requireWithinDay } from "./report-limits.ts";
import { shownInReport, type ReportTermsSettings } from "./report-terms.ts";

export interface SaveReport {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly tickets: TicketMeans;
  readonly match: ReportMatch;
  readonly limits: ReportLimits;
  readonly terms: ReportTermsSettings;
  /** How long a user may take to upload. */
  readonly uploadBySeconds: number;
}

/** What a report says beside its files. */
export interface ReportContent {
  readonly ticketId?: string | undefined;
  readonly subject?: string | undefined;
  readonly text: string;
  readonly callIds: readonly string[];
  readonly participantId?: string | undefined;
  readonly surveyId?: string | undefined;
  readonly sdkVersion?: string | undefined;
  readonly answers: Readonly<Record<string, FormAnswer>>;
  readonly installationId?: string | undefined;
  readonly appReportId?: string | undefined;
  readonly deviceNow?: Moment | undefined;
  readonly consentText?: ShownText | undefined;
  readonly shown?: Readonly<Record<string, string>> | undefined;
  readonly leftOut: readonly LeftOut[];
}

/** How the files come: announced and still to be uploaded, or stored and settled already. */
export type ReportFiles =
  | { readonly kind: "announced"; readonly files: readonly AnnouncedFile[] }
  /** Under this id their blobs stand; each is made a row of its ticket and consent. */
  | { readonly kind: "stored"; readonly reportId: string; readonly files: readonly StoredFile[] };

/** A file whose bytes are evidence already, but for the ticket and the consent that it belongs to. */
export type StoredFile = Omit<LogFile, "ticketId" | "consentId">;

export interface SavedReport {
  readonly report: Report;
  readonly ticket: Ticket;
  readonly ticketIsNew: boolean;
  readonly files: readonly LogFile[];
}

/**
 * Saves a report with its ticket, its consent and its files, all or nothing, in the caller's transaction. What has files to wait
 * for is `open`; what is whole is `linked` at once.
 *
 * @throws not_found, unknown_consent_text, installation_not_of_user, too_many_reports, conflict
 */
export async function saveReport(
  tx: Transaction,
  deps: SaveReport,
  userId: string,
  content: ReportContent,
  given: ReportFiles,
): Promise<SavedReport> {
  const { clock, ids, limits, terms } = deps;
  const now = clock.now();
  const actor: Actor = { kind: "user", id: userId };
  await requireWithinDay(tx, userId, bytesOf(given.files), limits, now);
  await requireKnownText(tx, content.consentText);
  await requireOwnInstallation(tx, userId, content.installationId);
  const { ticket, isNew } = await matchTicket(tx, deps.tickets, deps.match, userId, content);

  const isWhole = given.kind === "stored" || given.files.length === 0;
  const report = await tx.reports.create({
    id: given.kind === "stored" ? given.reportId : ids.next(),
    ticketId: ticket.id,
    userId,
    origin: originOf(content, given),
    state: isWhole ? "linked" : "open",
    text: content.text,
    callIds: [...new Set(content.callIds)],
    answers: content.answers,
    ...present({
      installationId: content.installationId,
      appReportId: content.appReportId,
      participantId: content.participantId,
      surveyId: content.surveyId,
      sdkVersion: content.sdkVersion,
    }),
    createdAt: now,
    updatedAt: now,
    ...(isWhole ? { endedAt: now } : { uploadBy: now + deps.uploadBySeconds * 1000 }),
  });
  const consent: Consent = {
    id: ids.next(),
    basis: "report",
    reportId: report.id,
    ticketId: ticket.id,
    userId,
    decision: "share",
    shown: shownInReport(terms, given.files, content.shown),
    leftOut: content.leftOut,
    decidedAt: now,
    ...present({
      installationId: content.installationId,
      text: content.consentText,
      deviceNow: content.deviceNow,
    }),
  };
  await tx.consents.record(consent);
  if (content.consentText) await tx.consentTexts.markUsed(content.consentText.version, content.consentText.locale, now);
  const files = rowsOf(given, report, consent, ids);
  if (files.length > 0) await tx.files.add(files);
  await tx.append(factsOf(report, consent, files, { at: now, actor }));
  return { report, ticket, ticketIsNew: isNew, files };
}

function rowsOf(given: ReportFiles, report: Report, consent: Consent, ids: Ids): LogFile[] {
  const belongs = { ticketId: report.ticketId, consentId: consent.id };
  if (given.kind === "stored") return given.files.map((file) => ({ ...file, ...belongs }));
  return given.files.map((file) => ({
    ...file,
    ...belongs,
    id: ids.next(),
    ownerId: report.id,
    ownerKind: "report",
    state: "announced",
    // Nobody asked for a window.
    coverage: "unknown",
    verifyAttempt: 0,
  }));
}

function factsOf(
  report: Report,
  consent: Consent,
  files: readonly LogFile[],
  occasion: Pick<Fact, "at" | "actor">,
): Fact[] {
  const created = reportFact(report, {
    ...occasion,
    type: "report.created",
    data: {
      origin: report.origin,
      consentId: consent.id,
      files: files.length,
      bytes: bytesOf(files),
      calls: report.callIds.length,
      ...(consent.leftOut.length > 0 && { leftOut: consent.leftOut.length }),
      ...(consent.text && { textVersion: consent.text.version, locale: consent.text.locale }),
    },
  });
  if (report.state !== "linked") return [created];
  const linked = files.map(({ id, sizeBytes, coverage }) =>
    reportFact(report, { ...occasion, type: "file.linked", fileId: id, data: { sizeBytes, coverage } }),
  );
  const data = { linked: files.length, consented: files.length };
  return [created, ...linked, reportFact(report, { ...occasion, type: "report.linked", data })];
}

function originOf({ surveyId }: ReportContent, { kind }: ReportFiles): ReportOrigin {
  if (surveyId !== undefined) return "survey";
  return kind === "stored" ? "multipart" : "links";
}

async function requireKnownText(tx: Transaction, text: ShownText | undefined): Promise<void> {
  if (!text) return;
  const known = await tx.consentTexts.find(text.version, text.locale);
  if (known?.sha256 === text.sha256) return;
  const message = known
    ? `must be ${known.sha256}, the hash of the text '${text.version}' in '${text.locale}' with its placeholders unfilled`
    : `names no registered text: '${text.version}' in '${text.locale}'`;
  throw new Problem("unknown_consent_text", {
    detail: `consentText ${message}.`,
    details: [{ target: "consentText", message }],
  });
}

async function requireOwnInstallation(
  tx: Transaction,
  userId: string,
  installationId: string | undefined,
): Promise<void> {
  if (installationId === undefined) return;
  // One that is not registered may report all the same.
  const installation = await tx.installations.find(installationId);
  if (installation && installation.userId !== userId) throw new Problem("installation_not_of_user");
}

/** Without the members that are undefined. */
function present<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
