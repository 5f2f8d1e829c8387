import { Problem } from "#domain/problems.ts";

/** Node's words for a network that does not carry us to PostgreSQL. */
const NETWORK_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/**
 * SQLSTATEs of a server that goes, comes, is full, or became a standby under us (25006).
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const SERVER_AWAY = /^(08...|57P0[1-5]|53300|25006)$/;

/** Prisma's words for the same. https://www.prisma.io/docs/orm/reference/error-reference */
const PRISMA_AWAY = new Set(["P1001", "P1002", "P1008", "P1017", "P2024", "P2028", "P2037"]);

/** Prisma's adapter's words, before Prisma gave them a code. */
const ADAPTER_AWAY = new Set(["DatabaseNotReachable", "ConnectionClosed", "SocketTimeout", "TooManyConnections"]);

/** pg has no codes for its own trouble, only sentences. */
const PG_SENTENCES =
  /timeout exceeded when trying to connect|Query read timeout|Connection terminated|connection timeout|Client has encountered a connection error|Client was closed and is not queryable|Cannot use a pool after calling end/i;

const QUERY_CANCELED = "57014";
export const LOCK_NOT_AVAILABLE = "55P03";

/** Prisma's own errors and those of its adapter: they print the arguments of the query, search words and names among them. */
const PRISMA_NAMES = /^(PrismaClient|DriverAdapterError)/;

/** SQLSTATEs whose words repeat a value: "invalid input syntax for type uuid: …", and whatever a trigger says. */
const SAYS_VALUES = /^(22|P0)/;

/**
 * What a caller of ours should see instead of this error: a Problem where the trouble is known, else the error itself, or what
 * may be told of it where its words hold what somebody wrote.
 */
export function databaseProblem(error: unknown): unknown {
  if (error instanceof Problem) return error;
  const chain = [...causes(error)];
  const cause = withoutValues(error, chain);
  if (chain.some(isAway)) return new Problem("database_unavailable", { cause });
  if (chain.some((link) => codesOf(link).includes(QUERY_CANCELED))) return new Problem("timeout", { cause });
  return cause;
}

/** Name, codes and the place in our source: these end in logs, where nothing personal may stand. */
function withoutValues(error: unknown, chain: readonly object[]): unknown {
  const codes = [...new Set(chain.flatMap(codesOf))];
  const saysValues = chain.some((link) => "name" in link && PRISMA_NAMES.test(String(link.name)));
  if (!(error instanceof Error) || !(saysValues || codes.some((code) => SAYS_VALUES.test(code)))) return error;
  const [code] = codes;
  const said = codes.length > 0 ? codes.join(", ") : "without a code";
  const bare = Object.assign(new Error(`The query was refused (${said})`), code === undefined ? {} : { code });
  bare.name = error.name;
  // Its stack begins with its words; one that does not was made to say something else.
  const [before, ...frames] = (error.stack ?? "").split(error.message);
  bare.stack = `${bare.name}: ${bare.message}${before !== undefined && frames.length === 1 ? frames[0] : ""}`;
  return bare;
}

/** Whether PostgreSQL (or Prisma on its behalf) gave this SQLSTATE or code anywhere in the chain of causes. */
export function hasCode(error: unknown, code: string): boolean {
  return [...causes(error)].some((link) => codesOf(link).includes(code));
}

function isAway(link: object): boolean {
  const codes = codesOf(link);
  if (codes.some((code) => NETWORK_CODES.has(code) || SERVER_AWAY.test(code) || PRISMA_AWAY.has(code))) return true;
  if ("kind" in link && typeof link.kind === "string" && ADAPTER_AWAY.has(link.kind)) return true;
  return "message" in link && typeof link.message === "string" && PG_SENTENCES.test(link.message);
}

function codesOf(link: object): string[] {
  const { code, errorCode, originalCode } = link as Record<string, unknown>;
  return [code, errorCode, originalCode].filter((value) => typeof value === "string");
}

/** An error, what caused it, and so on. Prisma keeps the driver's error in `meta.driverAdapterError`. */
function* causes(error: unknown, depth = 0): Generator<object> {
  if (typeof error !== "object" || error === null || depth > 8) return;
  yield error;
  const { cause, meta, errors } = error as {
    cause?: unknown;
    meta?: { driverAdapterError?: unknown };
    errors?: unknown;
  };
  yield* causes(cause, depth + 1);
  yield* causes(meta?.driverAdapterError, depth + 1);
  if (Array.isArray(errors)) for (const one of errors) yield* causes(one, depth + 1);
}

/** The same object with the same methods, whose rejections are what `databaseProblem` makes of them. */
export function withDatabaseProblems<T extends object>(subject: T): T {
  const wrapped = Object.entries(subject).map(([name, method]: [string, unknown]) => {
    if (typeof method !== "function") return [name, method] as const;
    const guarded = async (...args: unknown[]): Promise<unknown> => {
      try {
        return await (method as (...args: unknown[]) => unknown)(...args);
      } catch (error) {
        throw databaseProblem(error);
      }
    };
    return [name, guarded] as const;
  });
  return Object.fromEntries(wrapped) as T;
}
