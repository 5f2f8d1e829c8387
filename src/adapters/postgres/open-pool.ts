import pg from "pg";

/** Give up on connecting after this long: a caller of ours waits, and 503 with Retry-After says more than a hang. */
const CONNECT_TIMEOUT_MS = 4_000;
/** No statement of ours takes a second on a healthy database; a longer one holds a connection that others wait for. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** A network that swallows packets gives no error: past this the connection is given up from our side as well. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
/** A transaction whose process hangs in between must not hold locks for ever. The relay keeps one open while it enqueues. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

/**
 * A pool that mends itself: a connection that broke is thrown away, and the next query opens another.
 *
 * @param options.poolSize connections at most, 10 when not given.
 */
export function openPool({ databaseUrl, poolSize = 10 }: { databaseUrl: string; poolSize?: number }): pg.Pool {
  return new pg.Pool({
    connectionString: databaseUrl,
    max: poolSize,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    application_name: "beckon",
    // Prisma's adapter cuts the offset off a timestamptz that it reads, and writes one without: right only in UTC.
    options: "-c TimeZone=UTC",
  });
}
