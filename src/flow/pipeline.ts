/** The product in twenty lines: what each fact sets going. A fact that is forgotten here does not compile. */
import type { FactType, OutboxRow, WakeType } from "#domain/facts.ts";
import type { Errand } from "./jobs.ts";

type Step = (row: OutboxRow) => Errand[];

const nothing: Step = () => [];
const push: Step = ({ requestId, roundId }) =>
  requestId && roundId ? [{ job: "push", item: { requestId, roundId } }] : [];
const verify: Step = ({ fileId }) => (fileId ? [{ job: "verify", item: { fileId } }] : []);
const cleanup: Step = ({ fileId }) => (fileId ? [{ job: "cleanup", item: { fileId } }] : []);
const syncInstallation: Step = ({ installationId }) =>
  installationId ? [{ job: "syncInstallation", item: { installationId } }] : [];
const telemetry: Step = ({ pushId }) => (pushId ? [{ job: "telemetry", item: { pushId } }] : []);
const connect: Step = ({ ticketId }) => (ticketId ? [{ job: "connect", item: { ticketId } }] : []);
const endSnooze: Step = ({ requestId }) => (requestId ? [{ job: "snooze", item: { requestId } }] : []);

export const PIPELINE = {
  "ticket.created": nothing,
  "ticket.updated": nothing,
  "request.created": push,
  "request.notified": nothing,
  "request.seen": nothing,
  "request.reminded": push,
  "request.askedAgain": push,
  "request.snoozed": push,
  "request.consented": push,
  "request.declined": push,
  "request.cancelled": push,
  "request.expired": push,
  "request.uploaded": nothing,
  "request.linked": nothing,
  "request.rejected": push,
  "request.withdrawn": nothing,
  "report.created": nothing,
  "report.uploaded": nothing,
  "report.linked": nothing,
  "report.rejected": nothing,
  "report.withdrawn": nothing,
  "agentUpload.created": nothing,
  "push.accepted": nothing,
  "push.refused": nothing,
  "push.outcome": nothing,
  "links.created": nothing,
  "file.uploaded": nothing,
  "file.linked": cleanup,
  "file.refused": cleanup,
  "file.missing": cleanup,
  "file.deleted": cleanup,
  "file.downloadLinkCreated": nothing,
  "file.read": nothing,
  "pack.created": nothing,
  "connection.opened": nothing,
  "connection.made": nothing,
  "connection.refused": nothing,
  "connection.fileAdded": nothing,
  "connection.fileRemoved": nothing,
  "user.created": nothing,
  "user.updated": nothing,
  "installation.registered": syncInstallation,
  "installation.takenOver": syncInstallation,
  "installation.removed": syncInstallation,
  "installation.synced": nothing,
  "installation.refused": nothing,
  "consentText.put": nothing,
  "template.put": nothing,
  "template.deleted": nothing,
  "agent.signedIn": nothing,
  "installationToken.created": nothing,
  "apiKey.created": nothing,
  "apiKey.revoked": nothing,
  "push.due": push,
  "snooze.due": endSnooze,
  "verify.due": verify,
  "cleanup.due": cleanup,
  "installation.due": syncInstallation,
  "telemetry.due": telemetry,
  "connection.due": connect,
} as const satisfies Record<FactType | WakeType, Step>;

/** Whether a fact needs an outbox row at all. */
export function setsSomethingGoing(type: FactType | WakeType): boolean {
  return PIPELINE[type] !== nothing;
}

/**
 * Facts after which the item of a connected ticket is no longer what the ticket is: in their own transaction the connection
 * becomes due. Only tickets that have one, so that the others pay nothing for it.
 */
export const TOLD_OUTSIDE = [
  "ticket.updated",
  "request.consented",
  "request.declined",
  "request.cancelled",
  "request.expired",
  "request.linked",
  "request.rejected",
  "request.withdrawn",
  "report.created",
  "report.rejected",
  "report.withdrawn",
  "agentUpload.created",
  "file.linked",
  "file.deleted",
] as const satisfies readonly FactType[];
