/**
 * Where a step says what an operator should know. Fields are ids, counts and words of the domain: nothing secret, nothing
 * personal. A pino logger is one.
 */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
