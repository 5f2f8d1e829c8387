import type { Pool } from "pg";
import { FACT_TYPES } from "#domain/facts.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type {
  DueWork,
  Insights,
  Outbox,
  PushLedger,
  Records,
  RequestAcceptor,
  Store,
  Transaction,
} from "#ports/store.ts";
import { createAgents } from "./agents.ts";
import { createAgentUploads } from "./agent-uploads.ts";
import { createApiKeys } from "./api-keys.ts";
import { createAudit } from "./audit.ts";
import { checkDatabase } from "./check-database.ts";
import { createConsentTexts } from "./consent-texts.ts";
import { createConnections, createMarkConnections, type ConnectionRules } from "./connections.ts";
import { createConsents } from "./consents.ts";
import { databaseProblem, withDatabaseProblems } from "./database-problem.ts";
import { createDownloads } from "./downloads.ts";
import { createDueWork } from "./due-work.ts";
import { APPEND_FACTS, APPEND_WAKES, factRecords, wakeRecords, type NeedsRelay } from "./facts.ts";
import { createFiles } from "./files.ts";
import { createIdempotency } from "./idempotency.ts";
import { createInsights } from "./insights.ts";
import { createInstallations } from "./installations.ts";
import { openPool } from "./open-pool.ts";
import { createLeases } from "./leases.ts";
import { createOutbox } from "./outbox.ts";
import { startClock } from "./postgres-clock.ts";
import { openPrisma, type Db } from "./prisma-client.ts";
import { createOwners } from "./owners.ts";
import { createPushLedger } from "./push-ledger.ts";
import { createPushes } from "./pushes.ts";
import { createRequestAcceptor } from "./request-acceptor.ts";
import { createReports } from "./reports.ts";
import { createRequests } from "./requests.ts";
import { createTemplates } from "./templates.ts";
import { createTickets } from "./tickets.ts";
import { createTimeline } from "./timeline.ts";
import { createUsers } from "./users.ts";

/** How long a transaction waits for a connection, and how long it may take: as the pool's own patience. */
const TRANSACTION_LIMITS_MS = { maxWait: 4_000, timeout: 15_000 };
const DEFAULT_CONSENT_TEXT_VERSION = "default-1";

export interface PostgresStore {
  readonly store: Store;
  readonly acceptor: RequestAcceptor;
  readonly pushLedger: PushLedger;
  readonly outbox: Outbox;
  readonly dueWork: DueWork;
  readonly insights: Insights;
  readonly clock: Clock;
  /** Ends the clock and, if it was opened here, the pool. */
  close(): Promise<void>;
}

/**
 * PostgreSQL behind all ports that are about what is true. Resolves when the clock was measured once, or when PostgreSQL did
 * not answer: then everything throws `Problem("database_unavailable")` until it does.
 *
 * @param options.pool instead of `databaseUrl`; stays the caller's. Its sessions must be in UTC.
 * @param options.poolSize connections at most, 10 when not given.
 * @param options.needsRelay which facts have work in the pipeline.
 * @param options.connections which facts make a connection due, and whether new tickets get one; none when not given.
 * @param options.consentTextVersion the version in force, `default-1` when not given.
 */
export async function createStore({
  needsRelay,
  ids,
  connections,
  consentTextVersion = DEFAULT_CONSENT_TEXT_VERSION,
  ...connection
}: ({ databaseUrl: string; poolSize?: number } | { pool: Pool }) & {
  needsRelay: NeedsRelay;
  ids: Ids;
  connections?: ConnectionRules;
  consentTextVersion?: string;
}): Promise<PostgresStore> {
  const pool = "pool" in connection ? connection.pool : openPool(connection);
  // Without a listener a connection that breaks in the pool would end the process; the pool throws it away by itself.
  const ignore = (): void => {};
  pool.on("error", ignore);
  const prisma = openPrisma(pool);
  const relayedTypes = FACT_TYPES.filter(needsRelay);
  const listeners = new Set<() => void>();
  const onAppended = (): void => {
    for (const listener of listeners) listener();
  };
  const { clock, stop } = await startClock(pool);
  const append = { needsRelay, relayedTypes, markConnections: createMarkConnections(connections) };

  const store: Store = {
    ...records(prisma, consentTextVersion),
    async transaction(work) {
      let appended = false;
      try {
        const result = await prisma.$transaction(async (db) => {
          const tx = transaction(db, consentTextVersion, append, clock, () => (appended = true));
          const outcome = await work(tx);
          if (outcome === "conflict") throw new LostRace(outcome);
          return outcome;
        }, TRANSACTION_LIMITS_MS);
        if (appended) onAppended();
        return result;
      } catch (error) {
        if (error instanceof LostRace) return error.outcome as Awaited<ReturnType<typeof work>>;
        throw databaseProblem(error);
      }
    },
    check: () => checkDatabase(pool),
  };
  return {
    store: { ...store, check: withDatabaseProblems({ check: store.check }).check },
    acceptor: createRequestAcceptor({ pool, relayedTypes, onWritten: onAppended }),
    pushLedger: withDatabaseProblems(createPushLedger({ pool, ids, relayedTypes, onAppended })),
    outbox: createOutbox({ pool, listeners }),
    dueWork: withDatabaseProblems(createDueWork(pool)),
    insights: withDatabaseProblems(createInsights(pool)),
    clock,
    async close() {
      stop();
      await prisma.$disconnect();
      // Our own pool keeps its listener to the last: its sockets close only after `end` has resolved, and may still complain.
      if ("pool" in connection) pool.off("error", ignore);
      else await pool.end();
    },
  };
}

/** Rolls a transaction back whose work lost a compare-and-swap: what it had written before must not stand alone. */
class LostRace extends Error {
  readonly outcome: unknown;
  constructor(outcome: unknown) {
    super("another transaction won");
    this.outcome = outcome;
  }
}

function records(db: Db, consentTextVersion: string): Records {
  const requests = withDatabaseProblems(createRequests(db));
  const reports = withDatabaseProblems(createReports(db));
  return {
    tickets: withDatabaseProblems(createTickets(db)),
    users: withDatabaseProblems(createUsers(db)),
    agents: withDatabaseProblems(createAgents(db)),
    installations: withDatabaseProblems(createInstallations(db)),
    requests,
    reports,
    agentUploads: withDatabaseProblems(createAgentUploads(db)),
    owners: createOwners({ requests, reports }),
    consents: withDatabaseProblems(createConsents(db)),
    consentTexts: withDatabaseProblems(createConsentTexts(db, consentTextVersion)),
    files: withDatabaseProblems(createFiles(db)),
    leases: withDatabaseProblems(createLeases(db)),
    downloads: withDatabaseProblems(createDownloads(db)),
    connections: withDatabaseProblems(createConnections(db)),
    timeline: withDatabaseProblems(createTimeline(db)),
    apiKeys: withDatabaseProblems(createApiKeys(db)),
    pushes: withDatabaseProblems(createPushes(db)),
    templates: withDatabaseProblems(createTemplates(db)),
    audit: withDatabaseProblems(createAudit(db)),
  };
}

interface AppendRules {
  readonly needsRelay: NeedsRelay;
  readonly relayedTypes: readonly string[];
  readonly markConnections: ReturnType<typeof createMarkConnections>;
}

function transaction(
  db: Db,
  consentTextVersion: string,
  { needsRelay, relayedTypes, markConnections }: AppendRules,
  clock: Clock,
  onOutboxRow: () => void,
): Transaction {
  return {
    ...records(db, consentTextVersion),
    idempotency: createIdempotency(db),
    async append(facts) {
      if (facts.length === 0) return;
      await db.$executeRawUnsafe(APPEND_FACTS, factRecords(facts), relayedTypes);
      const marked = await markConnections(db, facts);
      if (marked || facts.some((fact) => needsRelay(fact.type))) onOutboxRow();
    },
    async wake(wakes) {
      if (wakes.length === 0) return;
      await db.$executeRawUnsafe(APPEND_WAKES, wakeRecords(wakes), new Date(clock.now()));
      onOutboxRow();
    },
  };
}
