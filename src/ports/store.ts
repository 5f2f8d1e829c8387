/**
 * PostgreSQL, the only truth, in the words of the domain. Reads take no lock; every write that depends on a state names the
 * version or state that it read and says whether it still held. Throws `Problem("database_unavailable")` when it is away.
 */
import type { Agent } from "#domain/agent.ts";
import type { AgentUpload } from "#domain/agent-upload.ts";
import type { Consent, ConsentText } from "#domain/consent.ts";
import type { Fact, FactType, OutboxRow, Wake } from "#domain/facts.ts";
import type { FileOwner, OwnerRef } from "#domain/file-owner.ts";
import type { FileCounts, LogFile } from "#domain/log-file.ts";
import type { LogRequest, Push } from "#domain/log-request.ts";
import type { Report } from "#domain/report.ts";
import type { Ticket } from "#domain/ticket.ts";
import type { FileConnection, TicketConnection } from "#domain/ticket-connection.ts";
import type { ReasonTemplate } from "#domain/reason-template.ts";
import type { Installation, User } from "#domain/user.ts";
import type { Moment, Platform, PushKind, RequestState, TicketState } from "#domain/vocabulary.ts";

/** A keyset page. `next` is opaque; absent on the last page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

export interface PageQuery {
  /** From the page before, unchanged. Throws `Problem("invalid_request")` when it is not one of ours. */
  readonly after?: string;
  readonly limit: number;
}

export interface TicketQuery extends PageQuery {
  readonly query?: string;
  readonly number?: number;
  readonly userId?: string;
  /** Of the ticket, or of one of its reports. */
  readonly callId?: string;
  /** Of one of its reports. */
  readonly surveyId?: string;
  readonly sdkVersion?: string;
  readonly externalSystem?: string;
  readonly externalId?: string;
  readonly assigneeId?: string;
  readonly state?: TicketState;
}

export interface Tickets {
  /** Gives the number. Throws `Problem("external_id_taken")`. */
  create(ticket: Omit<Ticket, "number" | "version">): Promise<Ticket>;
  find(id: string): Promise<Ticket | undefined>;
  /** What people call a ticket, by id; one that does not exist is left out. */
  namesOf(ids: readonly string[]): Promise<ReadonlyMap<string, Pick<Ticket, "number" | "subject">>>;
  findByExternal(system: string, externalId: string): Promise<Ticket | undefined>;
  /** Newest first. */
  list(query: TicketQuery): Promise<Page<Ticket>>;
  /**
   * The newest open ticket of one of these calls, and of this user where one is named (as its user or a participant). Until the
   * transaction ends, nobody else who asks for one of these calls gets an answer, so that two reports make no two tickets.
   */
  findOpenOfCalls(callIds: readonly string[], userId?: string): Promise<Ticket | undefined>;
  /** False when the version has moved on. */
  save(ticket: Ticket, options: { readonly ifVersion: number }): Promise<boolean>;
}

export interface Users {
  find(id: string): Promise<User | undefined>;
  /** What lists show of users, by id; one of whom there is neither is left out. */
  shownOf(ids: readonly string[]): Promise<ReadonlyMap<string, Pick<User, "label" | "timeZone">>>;
  /** Creates what is missing; true when it did. The first PUT of an installation or of a ticket's user makes a user. */
  ensure(id: string, now: Moment): Promise<boolean>;
  put(user: User): Promise<"created" | "updated">;
  /** By id, label or contact, case-insensitive, prefix of a word. */
  search(query: { readonly query?: string } & PageQuery): Promise<Page<User>>;
}

/** What agents are called. A convenience for who reads: nothing is decided by it, and any row may be missing. */
export interface Agents {
  /** Writes down who was seen; an older sighting does not undo a newer one, and one without a name leaves the name. */
  see(agent: Agent): Promise<void>;
  /** Those of these ids that are known. */
  ofIds(ids: readonly string[]): Promise<readonly Agent[]>;
  /** By id or name, case-insensitive, prefix of a word. */
  search(query: { readonly query?: string } & PageQuery): Promise<Page<Agent>>;
}

export interface Installations {
  find(id: string): Promise<Installation | undefined>;
  /** Without those that are being removed. */
  ofUser(userId: string): Promise<readonly Installation[]>;
  /** Inserts when `ifVersion` is 0, else replaces; false when the version has moved on. The saved version is one more. */
  save(installation: Installation, options: { readonly ifVersion: number }): Promise<boolean>;
  /** Which of these ids have a row, also one that is being removed. Ids are UUIDs, and come back in lower case. */
  known(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** The row goes; only a removed one of this version. */
  forget(id: string, options: { readonly ifVersion: number }): Promise<void>;
}

export interface RequestQuery extends PageQuery {
  readonly states?: readonly RequestState[];
  readonly ticketId?: string;
  readonly userId?: string;
  readonly agentId?: string;
  /**
   * Only what somebody should look at, by this moment: on a ticket that is still open, and rejected, linked without every
   * file, expired since `since`, or open with no installation to push to.
   */
  readonly attention?: { readonly since: Moment };
}

export interface Requests {
  find(id: string): Promise<LogRequest | undefined>;
  /** Newest first. */
  list(query: RequestQuery): Promise<Page<LogRequest>>;
  /** Open requests of a user, oldest first. */
  openOf(userId: string): Promise<readonly LogRequest[]>;
  /** False when someone else won: reload and decide again. The saved version is one more. */
  save(request: LogRequest, options: { readonly ifVersion: number }): Promise<boolean>;
}

export interface ReportQuery extends PageQuery {
  readonly ticketId?: string;
  readonly userId?: string;
}

export interface Reports {
  create(report: Omit<Report, "version">): Promise<Report>;
  find(id: string): Promise<Report | undefined>;
  /** The user's report under the app's own id. Until the transaction ends, nobody else who asks for this user gets an answer. */
  findByAppId(userId: string, appReportId: string): Promise<Report | undefined>;
  /** The app's own id stands for this report no longer. */
  forgetAppId(id: string): Promise<void>;
  /** Newest first. */
  list(query: ReportQuery): Promise<Page<Report>>;
  /** False when someone else won: reload and decide again. The saved version is one more. */
  save(report: Report, options: { readonly ifVersion: number }): Promise<boolean>;
  /**
   * What a user reported since then, by what was announced or arrived. Until the transaction ends, nobody else who asks for this
   * user gets an answer, so that two reports at once cannot both be the last that is taken.
   */
  usageOf(userId: string, since: Moment): Promise<{ readonly reports: number; readonly bytes: number }>;
}

/** What agents added to tickets by themselves. Written once: what becomes of the files is said by each of them. */
export interface AgentUploads {
  create(upload: AgentUpload): Promise<void>;
  find(id: string): Promise<AgentUpload | undefined>;
  /** Newest first. */
  list(query: PageQuery & { readonly ticketId: string }): Promise<Page<AgentUpload>>;
}

/** Requests and reports alike, for what happens to their files. What an agent added is whole from the start, and not here. */
export interface Owners {
  find(ref: OwnerRef): Promise<FileOwner | undefined>;
  /** False when someone else won: reload and decide again. The saved version is one more. */
  save(owner: FileOwner, options: { readonly ifVersion: number }): Promise<boolean>;
}

export interface Consents {
  record(consent: Consent): Promise<void>;
  ofOwner(ref: OwnerRef): Promise<Consent | undefined>;
  find(id: string): Promise<Consent | undefined>;
  markWithdrawn(consentId: string, at: Moment): Promise<void>;
}

export interface ConsentTexts {
  find(version: string, locale: string): Promise<ConsentText | undefined>;
  /** Best match for a locale (`de-AT` → `de` → `en`) of a version; of the one that requests are asked with unless told. */
  forLocale(locale: string | undefined, version?: string): Promise<ConsentText>;
  /** Throws `Problem("consent_text_in_use")` when another text was shown under this version and locale. */
  put(text: Omit<ConsentText, "usedAt">): Promise<void>;
  markUsed(version: string, locale: string, at: Moment): Promise<void>;
}

export interface Files {
  add(files: readonly LogFile[]): Promise<void>;
  find(id: string): Promise<LogFile | undefined>;
  /** Of one request, report or agent upload, in the order in which its consent names them. */
  ofOwner(ownerId: string): Promise<readonly LogFile[]>;
  ofTicket(ticketId: string): Promise<readonly LogFile[]>;
  /** How far the files of each of these requests or reports are; one without files is left out. */
  countsOf(ownerIds: readonly string[]): Promise<ReadonlyMap<string, FileCounts>>;
  /** False when the file is no longer in that state. */
  save(file: LogFile, options: { readonly ifState: LogFile["state"] }): Promise<boolean>;
}

/** Reads what the audit knows about who read a file, so that a take-back can name who had it. */
export interface Downloads {
  /** Whether this agent's reading of the file was written down since then. */
  wasRead(fileId: string, agentId: string, since: Moment): Promise<boolean>;
  /** Who had a download link, or read it in the console; and the ticket system that it was attached to. */
  ofFiles(
    fileIds: readonly string[],
  ): Promise<readonly { readonly fileId: string; readonly agentId: string; readonly at: Moment }[]>;
}

/** One row of a ticket's timeline, in the order of its commit. */
export interface TimelineRow {
  /** Opaque, ordered: `xid.sequence`. Resumes the feed. */
  readonly cursor: string;
  readonly ticketId: string;
  readonly fact: Fact;
}

export interface Timeline {
  ofTicket(ticketId: string, page: PageQuery): Promise<Page<TimelineRow>>;
  /** Everything after the cursor below the commit horizon, oldest first. Without a cursor: nothing, and where now is. */
  after(
    cursor: string | undefined,
    limit: number,
  ): Promise<{ readonly rows: readonly TimelineRow[]; readonly cursor: string }>;
}

/**
 * What tickets are in another ticket system. Facts on a connected ticket make its connection due in their own transaction;
 * one worker at a time brings the item up to date, under a lease that it renews.
 */
export interface Connections {
  find(ticketId: string): Promise<TicketConnection | undefined>;
  /** What hangs, hung or shall hang on the ticket's item. */
  filesOf(ticketId: string): Promise<readonly FileConnection[]>;
  /** Due at once, with an item to make, or the one that is named. False when the ticket has a connection already. */
  open(given: Pick<TicketConnection, "ticketId" | "system" | "itemId">, now: Moment): Promise<boolean>;
  /** Due now, whatever wait was set. */
  hurry(ticketId: string, now: Moment): Promise<void>;
  /** The lease on a connection that is due, for an attempt; undefined when it is not due, or in other hands. */
  claim(ticketId: string, leaseId: string, now: Moment, leaseUntil: Moment): Promise<TicketConnection | undefined>;
  /** False when the lease is somebody else's by now. */
  renew(ticketId: string, leaseId: string, leaseUntil: Moment): Promise<boolean>;
  /** What an attempt has found out or is about to do; false when the lease is somebody else's by now. */
  saveProgress(connection: TicketConnection, leaseId: string): Promise<boolean>;
  /**
   * Ends the attempt and gives the lease back. Due again now when more happened on the ticket meanwhile and `syncAt` is not set.
   * @returns the connection as it stands; undefined when the lease is somebody else's by now
   */
  finish(connection: TicketConnection, leaseId: string, now: Moment): Promise<TicketConnection | undefined>;
  saveFile(file: FileConnection): Promise<void>;
  /** Facts of these types that the item has not been told, oldest first, below the commit horizon; and whether there are more. */
  untold(
    connection: Pick<TicketConnection, "ticketId" | "toldUntil">,
    types: readonly FactType[],
    limit: number,
  ): Promise<{ readonly rows: readonly TimelineRow[]; readonly more: boolean }>;
}

/** Why a replay of an Idempotency-Key has no effect of its own. */
export type IdempotencyOutcome =
  | { readonly kind: "first" }
  | { readonly kind: "replay"; readonly answer: StoredAnswer }
  | { readonly kind: "reused" };

export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface IdempotencyScope {
  readonly caller: string;
  readonly method: string;
  readonly route: string;
  readonly key: string;
  /** SHA-256 of the request's canonical JSON, hex. */
  readonly fingerprint: string;
}

export interface Idempotency {
  /**
   * Claims the key for this transaction. A twin that is under way is waited for, up to 2 s; then
   * `Problem("in_progress")`.
   */
  claim(scope: IdempotencyScope, now: Moment): Promise<IdempotencyOutcome>;
  /** Stores the answer in the transaction of the effect. */
  store(scope: IdempotencyScope, answer: StoredAnswer): Promise<void>;
}

/** What a caller who holds a lease proves it with. */
export interface Lease {
  readonly scope: Omit<IdempotencyScope, "fingerprint">;
  /** UUID, anew for each call. */
  readonly token: string;
}

/** Idempotency-Keys of calls that stream: claimed before the body is known, and held while it comes. */
export interface Leases {
  /**
   * `taken`: nobody else has the key until `until`. `answered`: it was used, with a body of this fingerprint. `busy`: somebody
   * else's lease is still good.
   */
  take(
    lease: Lease,
    now: Moment,
    until: Moment,
  ): Promise<
    | { readonly kind: "taken" }
    | { readonly kind: "answered"; readonly fingerprint: string; readonly answer: StoredAnswer }
    | { readonly kind: "busy" }
  >;
  /** False when the lease was lost. */
  renew(lease: Lease, until: Moment): Promise<boolean>;
  /** Stores the answer in the transaction of the effect, and ends the lease. False when it was lost. */
  store(lease: Lease, fingerprint: string, answer: StoredAnswer): Promise<boolean>;
  /** The key is as if it had never been used. */
  release(lease: Lease): Promise<void>;
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Moment;
  readonly revokedAt?: Moment;
}

export interface ApiKeys {
  /** `secretHash` is SHA-256 of the secret, hex; the secret itself is shown once and kept nowhere. */
  create(key: ApiKey & { readonly secretHash: string }): Promise<void>;
  list(): Promise<readonly ApiKey[]>;
  revoke(id: string, at: Moment): Promise<boolean>;
  findByHash(secretHash: string): Promise<ApiKey | undefined>;
}

export interface Templates {
  /** By id, without those that were removed. */
  list(): Promise<readonly ReasonTemplate[]>;
  /** Keeps `createdAt` of one that stands; one that was removed begins anew. */
  put(template: ReasonTemplate): Promise<"created" | "updated">;
  /** False when there is none. */
  remove(id: string, at: Moment): Promise<boolean>;
}

export interface AuditQuery extends PageQuery {
  readonly actorId?: string;
  readonly types?: readonly FactType[];
  readonly ticketId?: string;
  readonly requestId?: string;
  readonly reportId?: string;
  readonly fileId?: string;
  readonly userId?: string;
  readonly from?: Moment;
  /** Before this moment. */
  readonly to?: Moment;
}

export interface AuditRow {
  readonly sequence: string;
  readonly fact: Fact;
}

export interface Audit {
  /** Newest first. */
  list(query: AuditQuery): Promise<Page<AuditRow>>;
}

export interface KnownCollector {
  readonly name: string;
  /** What apps call it, most used first. */
  readonly labels: readonly string[];
  readonly typicalSizeBytes?: { readonly smallest: number; readonly median: number; readonly largest: number };
  readonly installations: number;
  readonly platforms: readonly Platform[];
}

export interface Durations {
  readonly count: number;
  readonly medianSeconds?: number;
  readonly p90Seconds?: number;
}

export interface PlatformFigures {
  readonly platform: Platform;
  readonly requests: number;
  readonly states: Readonly<Partial<Record<RequestState, number>>>;
  readonly pushes: { readonly accepted: number; readonly refused: number; readonly underWay: number };
  readonly outcomes: Readonly<Record<string, number>>;
}

/** How requests fared that were made in a span of time. */
export interface Figures {
  readonly funnel: {
    readonly asked: number;
    readonly pushed: number;
    readonly seen: number;
    readonly answered: number;
    readonly shared: number;
    readonly linked: number;
  };
  readonly states: Readonly<Partial<Record<RequestState, number>>>;
  readonly timeToAnswer: Durations;
  readonly timeToLink: Durations;
  readonly platforms: readonly PlatformFigures[];
  /** `day` as 2026-11-22, in UTC; without empty days. */
  readonly days: readonly {
    readonly day: string;
    readonly asked: number;
    readonly shared: number;
    readonly declined: number;
    readonly expired: number;
  }[];
}

export interface Insights {
  /** What installations have announced, most installations first. */
  collectors(): Promise<readonly KnownCollector[]>;
  /** @param to before this moment */
  figures(from: Moment, to: Moment): Promise<Figures>;
}

/** What can be read and written, inside a transaction and outside. */
export interface Records {
  readonly tickets: Tickets;
  readonly agents: Agents;
  readonly users: Users;
  readonly installations: Installations;
  readonly requests: Requests;
  readonly reports: Reports;
  readonly agentUploads: AgentUploads;
  readonly owners: Owners;
  readonly consents: Consents;
  readonly consentTexts: ConsentTexts;
  readonly files: Files;
  readonly leases: Leases;
  readonly downloads: Downloads;
  readonly connections: Connections;
  readonly timeline: Timeline;
  readonly apiKeys: ApiKeys;
  readonly templates: Templates;
  readonly audit: Audit;
  readonly pushes: { ofRequest(requestId: string): Promise<readonly Push[]> };
}

export interface Transaction extends Records {
  readonly idempotency: Idempotency;
  /** One audit row, one timeline row where there is a ticket, one outbox row where the pipeline has work for it. */
  append(facts: readonly Fact[]): Promise<void>;
  /** Work that is due later, without a fact. */
  wake(wakes: readonly Wake[]): Promise<void>;
}

export interface Store extends Records {
  /**
   * All of it or nothing. Work that answers `"conflict"` has lost a compare-and-swap: what it wrote before is rolled back, and
   * the caller gets `"conflict"` to decide anew. The relay of this process is woken after the commit.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Throws when the database is away, not migrated, or lacks rights. */
  check(): Promise<void>;
}

/** What an agent's ask brings along; the statement checks the ticket, the user and the key itself. */
export interface AcceptInput {
  readonly id: string;
  readonly ticketId: string;
  readonly userId: string;
  readonly installationId?: string;
  readonly agentId: string;
  readonly reason: string;
  readonly collectors: readonly string[];
  readonly window?: { readonly from: Moment; readonly to: Moment };
  readonly maxBytes: number;
  readonly maxFiles: number;
  readonly answerBy: Moment;
  readonly roundId: string;
  readonly now: Moment;
  readonly idempotency?: IdempotencyScope;
}

export type AcceptOutcome =
  | { readonly kind: "accepted"; readonly request: LogRequest; readonly replayed: boolean }
  | { readonly kind: "ticket_not_found" }
  | { readonly kind: "user_not_on_ticket" }
  | { readonly kind: "installation_not_of_user" }
  | { readonly kind: "key_reused" }
  | { readonly kind: "in_progress" };

/** Hot: all requests that arrive while a commit is in flight are written by one statement. Resolves after the commit. */
export interface RequestAcceptor {
  accept(input: AcceptInput): Promise<AcceptOutcome>;
}

/** A send that this worker may make now; nobody else will until the lease is over. */
export interface ClaimedPush {
  readonly pushId: string;
  readonly requestId: string;
  readonly roundId: string;
  readonly kind: PushKind;
  readonly platform: Platform;
  readonly attempt: number;
  readonly userId: string;
  readonly installationId?: string;
  readonly ticketId: string;
  readonly answerBy: Moment;
  readonly locale?: string;
}

/** How an attempt ended, decided by the use case; the statement writes it. */
export type PushEnd =
  | { readonly kind: "accepted"; readonly notificationId?: string; readonly telemetryAt?: Moment }
  | {
      readonly kind: "waiting";
      readonly nextAttemptAt: Moment;
      readonly reason: string;
      readonly status?: number;
      /** An operator's error shows as `reach: refused` at once. */ readonly operator: boolean;
    }
  | { readonly kind: "refused"; readonly reason: string; readonly status?: number };

/** Hot: claim and finish of pushes, one statement each. */
export interface PushLedger {
  /**
   * For each (requestId, roundId) that is still the request's errand and still makes sense (ask, remind: open, before
   * `answerBy`; closed: not open, or snoozed): one Push row for each platform on which the user has an installation, leased
   * to this caller for `leaseSeconds`, unless it is finished or another attempt is not yet due.
   */
  claim(
    items: readonly { readonly requestId: string; readonly roundId: string }[],
    now: Moment,
    leaseSeconds: number,
  ): Promise<readonly ClaimedPush[]>;
  /**
   * Writes one outcome: the Push row, `requested → notified` and `reach` on the request, the facts, and the outbox row of the
   * next attempt, all in one statement. An ask that finishes after its request closed arms a closing push in its place.
   */
  finish(push: ClaimedPush, end: PushEnd, now: Moment, nextRoundId: string): Promise<void>;
  findForTelemetry(pushId: string): Promise<{ readonly push: Push; readonly telemetryReads: number } | undefined>;
  saveOutcomes(
    pushId: string,
    outcomes: Readonly<Record<string, number>> | undefined,
    nextAt: Moment | undefined,
    now: Moment,
  ): Promise<void>;
}

/** The relay's side of the outbox. */
export interface Outbox {
  /**
   * Takes up to `limit` due rows, nearest deadline first, hands them to `move`, and marks them moved when `move` returns.
   * Rows that another relay holds are skipped. When `move` throws, nothing is marked.
   * @returns how many were moved, and when the next row is due.
   */
  relay(
    limit: number,
    now: Moment,
    move: (rows: readonly OutboxRow[]) => Promise<void>,
  ): Promise<{ readonly moved: number; readonly nextDueAt?: Moment }>;
  /** Called after each commit of this process that appended rows. */
  onAppended(listener: () => void): void;
}

/** What is due by a column of PostgreSQL, whatever the queue knows: the reconciler's and the sweeps' reads. */
export interface DueWork {
  /** Work whose time passed more than `graceSeconds` ago and that the queue seems to have lost. */
  overdue(now: Moment, graceSeconds: number, limit: number): Promise<readonly OutboxRow[]>;
  /** Requests whose `answerBy` or snooze is over: nothing but PostgreSQL is needed to decide them. */
  deadlines(
    now: Moment,
    limit: number,
  ): Promise<readonly { readonly requestId: string; readonly kind: "answer" | "snooze" }[]>;
  /** Requests and reports whose `uploadBy` is over: the blobs must be looked at first. */
  uploadDeadlines(now: Moment, limit: number): Promise<readonly OwnerRef[]>;
  /** Linked files whose `deleteAfter` is past. */
  retention(now: Moment, limit: number): Promise<readonly string[]>;
  /** Which of these blob names belong to a file whose state permits the blob. */
  ownedBlobs(names: readonly string[]): Promise<ReadonlySet<string>>;
  /** Deletes idempotency records, outbox leftovers and agents' names past their time, and writes down that the sweep came. */
  forgetOld(now: Moment): Promise<void>;
  metrics(now: Moment): Promise<Metrics>;
  /** What runs beneath, and when the sweep last came. */
  state(): Promise<DatabaseState>;
}

export interface DatabaseState {
  /** PostgreSQL's own version. */
  readonly version: string;
  /** Name of the latest migration. */
  readonly migration?: string;
  readonly lastSweepAt?: Moment;
}

export interface Metrics {
  readonly oldestOverdueRequestSeconds: number;
  readonly outboxAgeSeconds: number;
  readonly outboxRows: number;
  readonly requestsByState: Readonly<Record<string, number>>;
  readonly pushesByOutcome: Readonly<Record<string, number>>;
  readonly verifyFailures: Readonly<Record<string, number>>;
}
