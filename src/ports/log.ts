/**
 * Where a step says what an operator should know. Fields are ids, counts and words of the domain: nothing secret, nothing
 * personal. An error goes in as it is, as `error` or `err`: the log itself takes out what must not be seen. A pino logger is
 * one.
 */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
