import type { Moment } from "#domain/vocabulary.ts";

/** PostgreSQL's time, kept in step by the adapter (offset measured at start and every 30 s, monotonic in between). */
export interface Clock {
  now(): Moment;
}
