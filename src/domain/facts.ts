/**
 * What happened, in the past tense. A fact is written once, in the transaction that makes it true: one audit row, one row
 * on the ticket's timeline if it has a ticket, and an outbox row if `flow/pipeline.ts` has work for it.
 *
 * `data` holds ids, numbers, field names and words of `vocabulary.ts`. Never free text, a name or a contact: the audit must
 * outlive the erasure of a user.
 */
import type { LogFile } from "./log-file.ts";
import type { LogRequest } from "./log-request.ts";
import type { Report } from "./report.ts";
import type { Actor, Moment } from "./vocabulary.ts";

export const FACT_TYPES = [
  "ticket.created",
  "ticket.updated",
  "request.created",
  "request.notified",
  "request.seen",
  "request.reminded",
  "request.askedAgain",
  "request.snoozed",
  "request.consented",
  "request.declined",
  "request.cancelled",
  "request.expired",
  "request.uploaded",
  "request.linked",
  "request.rejected",
  "request.withdrawn",
  "report.created",
  "report.uploaded",
  "report.linked",
  "report.rejected",
  "report.withdrawn",
  "agentUpload.created",
  "push.accepted",
  "push.refused",
  "push.outcome",
  "links.created",
  "file.uploaded",
  "file.linked",
  "file.refused",
  "file.missing",
  "file.deleted",
  "file.downloadLinkCreated",
  "file.read",
  "pack.created",
  "connection.opened",
  "connection.made",
  "connection.refused",
  "connection.fileAdded",
  "connection.fileRemoved",
  "user.created",
  "user.updated",
  "installation.registered",
  "installation.takenOver",
  "installation.removed",
  "installation.synced",
  "installation.refused",
  "consentText.put",
  "template.put",
  "template.deleted",
  "agent.signedIn",
  "installationToken.created",
  "apiKey.created",
  "apiKey.revoked",
] as const;

export type FactType = (typeof FACT_TYPES)[number];

export interface Fact {
  readonly type: FactType;
  readonly at: Moment;
  readonly actor: Actor;
  readonly ticketId?: string;
  readonly requestId?: string;
  readonly reportId?: string;
  readonly fileId?: string;
  readonly userId?: string;
  readonly installationId?: string;
  /** The round of asking or closing that the fact starts (`LogRequest.push.roundId`). */
  readonly roundId?: string;
  /** Orders the relay: what must be answered first is moved first. */
  readonly deadline?: Moment;
  readonly data?: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
}

/** A fact about a request, with the ticket and the user that are the request's. */
export function requestFact(
  request: Pick<LogRequest, "id" | "ticketId" | "userId">,
  fact: Omit<Fact, "ticketId" | "requestId" | "userId">,
): Fact {
  return { ...fact, ticketId: request.ticketId, requestId: request.id, userId: request.userId };
}

/** A fact about a report, with the ticket and the user that are the report's. */
export function reportFact(
  report: Pick<Report, "id" | "ticketId" | "userId">,
  fact: Omit<Fact, "ticketId" | "reportId" | "userId">,
): Fact {
  return { ...fact, ticketId: report.ticketId, reportId: report.id, userId: report.userId };
}

/** A fact about a file that a consent names, with the ticket and the request or report that are the file's. */
export function fileFact(
  file: Pick<LogFile, "id" | "ticketId" | "ownerId" | "ownerKind">,
  fact: Omit<Fact, "ticketId" | "requestId" | "reportId" | "fileId">,
): Fact {
  return { ...fact, ticketId: file.ticketId, ...ownerIdOf(file), fileId: file.id };
}

/** A file's owner as facts and answers name it. What an agent added stands in its own fact's data, and with the file. */
export function ownerIdOf(file: Pick<LogFile, "ownerId" | "ownerKind">): {
  readonly requestId?: string;
  readonly reportId?: string;
} {
  switch (file.ownerKind) {
    case "request":
      return { requestId: file.ownerId };
    case "report":
      return { reportId: file.ownerId };
    case "agent_upload":
      return {};
  }
}

/** A moment that has come: work that is due again, without anything new having happened. Only the outbox knows it. */
export const WAKE_TYPES = [
  "push.due",
  "snooze.due",
  "verify.due",
  "cleanup.due",
  "installation.due",
  "telemetry.due",
  "connection.due",
] as const;

export type WakeType = (typeof WAKE_TYPES)[number];

export interface Wake {
  readonly type: WakeType;
  readonly dueAt: Moment;
  readonly requestId?: string;
  /** Of the file; for those who read logs: the outbox keeps the file's id alone. */
  readonly reportId?: string;
  readonly roundId?: string;
  readonly fileId?: string;
  readonly installationId?: string;
  readonly pushId?: string;
  readonly ticketId?: string;
  readonly deadline?: Moment;
}

/** What the relay reads from the outbox and gives to the pipeline. */
export interface OutboxRow {
  readonly type: FactType | WakeType;
  readonly requestId?: string;
  readonly roundId?: string;
  readonly fileId?: string;
  readonly installationId?: string;
  readonly pushId?: string;
  readonly ticketId?: string;
}
