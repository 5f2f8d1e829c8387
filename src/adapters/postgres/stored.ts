/** Between rows, where what is absent is null and a moment is a Date, and the domain, where it is absent and a number. */
import type { Moment } from "#domain/vocabulary.ts";

/** A domain object as a row gives it: every property there, null for what is absent. */
export type Stored<T> = { readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? T[K] | null : T[K] };

/** Drops the nulls. Given as `absentNulls<Ticket>({ … })` it does not compile when a property was forgotten. */
export function absentNulls<T extends object>(stored: Stored<T>): T {
  return Object.fromEntries(Object.entries(stored).filter(([, value]) => value !== null)) as T;
}

export function momentOf(date: Date): Moment;
export function momentOf(date: Date | null): Moment | null;
export function momentOf(date: Date | null): Moment | null {
  return date === null ? null : date.getTime();
}

export function dateOf(moment: Moment): Date;
export function dateOf(moment: Moment | undefined): Date | null;
export function dateOf(moment: Moment | undefined): Date | null {
  return moment === undefined ? null : new Date(moment);
}
