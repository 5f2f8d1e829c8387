/** What crosses the wire, by the names that the console uses. Types only: no schema is shipped to the browser. */
import type { agent } from "#contract/agents.ts";
import type { agentUpload } from "#contract/agent-uploads.ts";
import type { auditEvent } from "#contract/audit.ts";
import type { ticketConnection } from "#contract/connections.ts";
import type { consentPreview } from "#contract/consent-preview.ts";
import type { installation } from "#contract/devices.ts";
import type { downloadUrl, file } from "#contract/files.ts";
import type { insights, knownCollector } from "#contract/insights.ts";
import type { logRequest, logRequestDetail, recordedConsent } from "#contract/log-requests.ts";
import type { problemDocument } from "#contract/problem-document.ts";
import type { report } from "#contract/reports.ts";
import type { me } from "#contract/session.ts";
import type { system } from "#contract/system.ts";
import type { template } from "#contract/templates.ts";
import type { ticket, timelineEntry } from "#contract/tickets.ts";
import type { user } from "#contract/users.ts";

type Out<Schema extends { readonly _zod: { readonly output: unknown } }> = Schema["_zod"]["output"];

export type Agent = Out<typeof agent>;
export type AgentUpload = Out<typeof agentUpload>;
export type AuditEvent = Out<typeof auditEvent>;
export type Collector = Out<typeof knownCollector>;
export type ConsentPreview = Out<typeof consentPreview>;
export type DownloadUrl = Out<typeof downloadUrl>;
export type LogFile = Out<typeof file>;
export type Insights = Out<typeof insights>;
export type Installation = Out<typeof installation>;
export type LogRequest = Out<typeof logRequest>;
export type LogRequestDetail = Out<typeof logRequestDetail>;
export type Me = Out<typeof me>;
export type ProblemDocument = Out<typeof problemDocument>;
export type RecordedConsent = Out<typeof recordedConsent>;
export type Report = Out<typeof report>;
export type System = Out<typeof system>;
export type Template = Out<typeof template>;
export type Ticket = Out<typeof ticket>;
export type TicketWithFiles = Ticket & { files: LogFile[]; connection?: Out<typeof ticketConnection> };
export type TimelineEntry = Out<typeof timelineEntry>;
export type User = Out<typeof user>;

export type FactType = TimelineEntry["type"];

export interface Page<Item> {
  readonly value: readonly Item[];
  readonly nextLink?: string;
}
