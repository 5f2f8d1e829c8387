/**
 * The words of Beckon (design, section 2), as types. One thing, one word: these are the words of the API, the tables,
 * the buttons and the logs as well.
 */

/** A moment as milliseconds since 1970-01-01T00:00:00Z, by PostgreSQL's clock unless its name says `device`. */
export type Moment = number;

export const REQUEST_STATES = [
  "requested",
  "notified",
  "seen",
  "consented",
  "uploaded",
  "linked",
  "rejected",
  "declined",
  "expired",
  "cancelled",
  "withdrawn",
] as const;
/** Where a request stands. Only `lifecycle.ts` decides it. */
export type RequestState = (typeof REQUEST_STATES)[number];

/** The asking is on: the user may still answer. */
export const OPEN_STATES = ["requested", "notified", "seen"] as const satisfies readonly RequestState[];

/** Nothing more will come of the request by itself. A linked one may still be withdrawn. */
export const ENDED_STATES = [
  "linked",
  "rejected",
  "declined",
  "expired",
  "cancelled",
  "withdrawn",
] as const satisfies readonly RequestState[];

export const REQUEST_VIEWS = ["mine", "waiting", "ready", "attention"] as const;
/** Saved views of the list of requests. */
export type RequestView = (typeof REQUEST_VIEWS)[number];

export const REJECT_REASONS = ["no_files", "upload_abandoned", "none_held"] as const;
/** Why a request is `rejected`: nothing was named, nothing arrived, or nothing that arrived held. */
export type RejectReason = (typeof REJECT_REASONS)[number];

export const REPORT_STATES = ["open", "uploaded", "linked", "rejected", "withdrawn"] as const;
/** Where a report stands. Only `report-lifecycle.ts` decides it. */
export type ReportState = (typeof REPORT_STATES)[number];

export const REPORT_ORIGINS = ["links", "multipart", "survey"] as const;
/** By which way a report came in: direct uploads by links, one multipart call, or a post-call survey by either. */
export type ReportOrigin = (typeof REPORT_ORIGINS)[number];

export const FILE_OWNERS = ["request", "report", "agent_upload"] as const;
/** What a file came with, and whose id its blob names carry. */
export type FileOwnerKind = (typeof FILE_OWNERS)[number];

export const REACHES = ["no_installation", "pending", "pushed", "refused"] as const;
/** Whether the push side works for this request. Never a reason to end it: the app fetches at every start. */
export type Reach = (typeof REACHES)[number];

export const PLATFORMS = ["apns", "fcmv1", "wns", "browser"] as const;
/** Notification Hubs' installation platforms that Beckon pushes to. */
export type Platform = (typeof PLATFORMS)[number];

export const PUSH_KINDS = ["ask", "remind", "closed"] as const;
export type PushKind = (typeof PUSH_KINDS)[number];

export const PUSH_STATES = ["sending", "waiting", "accepted", "refused"] as const;
/** One send for a round and platform: under way, waiting for its next attempt, taken by the hub, or given up. */
export type PushState = (typeof PUSH_STATES)[number];

export const DECISIONS = ["share", "decline"] as const;
export type Decision = (typeof DECISIONS)[number];

export const CONSENT_BASES = ["request", "report", "export", "agent_upload"] as const;
export type ConsentBasis = (typeof CONSENT_BASES)[number];

export const EXPORT_DOUBTS = [
  "no_manifest",
  "manifest_malformed",
  "file_missing",
  "extra_file",
  "size_differs",
  "hash_differs",
  "unreadable",
] as const;
/** Why a zip that an agent added proves nothing: its manifest is not there, is none of ours, or is not what the zip holds. */
export type ExportDoubt = (typeof EXPORT_DOUBTS)[number];

export const FILE_STATES = ["announced", "uploaded", "linked", "refused", "missing", "deleted"] as const;
export type FileState = (typeof FILE_STATES)[number];

export const FILE_REASONS = [
  "size_differs",
  "hash_differs",
  "changed_after_upload",
  "unreadable",
  "not_uploaded",
  "given_up",
  "upload_deadline",
  "request_cancelled",
  "withdrawn",
  "removed",
  "retention",
] as const;
/** Why a file is refused, missing or deleted, as the ticket says it. */
export type FileReason = (typeof FILE_REASONS)[number];

export const LEFT_OUT_REASONS = [
  "over_max_bytes",
  "over_max_files",
  "too_large",
  "trimmed",
  "empty",
  "unreadable",
  "no_collector",
  "collector_failed",
] as const;
/**
 * Why a device did not send what was asked for: more than the request may have, or than one file may be; gone from a log that
 * had grown over its own limits; empty or unreadable; or no file at all, as the app has no such collector, or it failed.
 */
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

export const COVERAGES = ["full", "partly", "none", "unknown"] as const;
/** How much of the asked window a file covers. A label, never a reason to refuse. */
export type Coverage = (typeof COVERAGES)[number];

export const HUB_SYNCS = ["pending", "synced", "refused"] as const;
export type HubSync = (typeof HUB_SYNCS)[number];

export const CONNECTION_STATES = ["pending", "synced", "refused"] as const;
/** Whether another system's item is what the ticket is: not yet, yes, or somebody must mend something first. */
export type ConnectionState = (typeof CONNECTION_STATES)[number];

export const SHOWN_AS = ["attachment", "hyperlink"] as const;
/** How a file hangs on another system's item: its bytes, or a link to it here. */
export type ShownAs = (typeof SHOWN_AS)[number];

export const FILE_CONNECTION_STATES = ["uploaded", "there", "removed"] as const;
/** How far a file is on another system's item: bytes there but on no item yet, on it, taken off it. */
export type FileConnectionState = (typeof FILE_CONNECTION_STATES)[number];

export const TICKET_STATES = ["open", "solved", "closed"] as const;
export type TicketState = (typeof TICKET_STATES)[number];

export const ROLES = ["agent", "lead", "auditor", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** A span of time that an agent asks about, both ends included. */
export interface TimeWindow {
  readonly from: Moment;
  readonly to: Moment;
}

/** Who did something, as the audit keeps it: ids only, never a name or a contact. */
export type Actor =
  | { readonly kind: "agent"; readonly id: string }
  | { readonly kind: "user"; readonly id: string }
  | { readonly kind: "key"; readonly id: string }
  | { readonly kind: "system"; readonly id: string };

/** Whether the user is still being asked. */
export function isOpen(state: RequestState): boolean {
  return (OPEN_STATES as readonly RequestState[]).includes(state);
}

/** Whether nothing more comes by itself; a linked request may still be withdrawn. */
export function isEnded(state: RequestState): boolean {
  return (ENDED_STATES as readonly RequestState[]).includes(state);
}
