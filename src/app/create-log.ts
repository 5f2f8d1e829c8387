import { pino } from "pino";
import { redactSecrets } from "#domain/redact-secrets.ts";
import type { Log } from "#ports/log.ts";

/** What must never stand in a log, whatever object it came in on (design, section 8). */
const SECRET_PATHS = [
  "authorization",
  "*.authorization",
  "headers.authorization",
  "token",
  "*.token",
  "sig",
  "*.sig",
  "url",
  "*.url",
  "pushChannel",
  "*.pushChannel",
  "connectionString",
  "*.connectionString",
];

/**
 * One JSON line an event on stderr, so that stdout stays free for what a command answers. SAS signatures and connection strings
 * are taken out of messages as well.
 */
export function createLog(level: "debug" | "info" | "warn" | "error" | "silent", name: string): Log {
  return pino(
    {
      level,
      base: { name },
      redact: { paths: SECRET_PATHS, censor: "[redacted]" },
      serializers: { error: describeError, err: describeError },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    pino.destination(2),
  );
}

/** An error's name, message and causes without what could be secret in them. A stack only for bugs: it has no values in it. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return redactSecrets(String(error));
  return {
    name: error.name,
    message: redactSecrets(error.message),
    ...("code" in error ? { code: String(error.code) } : {}),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
    ...(error.stack && error.name !== "Problem" ? { stack: redactSecrets(error.stack) } : {}),
  };
}
