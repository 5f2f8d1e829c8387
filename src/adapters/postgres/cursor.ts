import { Problem } from "#domain/problems.ts";
import type { Page } from "#ports/store.ts";

type Kind = "number" | "string" | "uuid" | "digits";
type Values<Shape extends readonly Kind[]> = { [I in keyof Shape]: Shape[I] extends "number" ? number : string };

const MAX_BIGINT = 9_223_372_036_854_775_807n;
/** 9999-12-31T23:59:59.999Z in milliseconds. */
const MAX_MOMENT = 253_402_300_799_999;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Where a page ended, as an opaque word: the name of its list and the sort key of its last row. */
export function encodeCursor(list: string, key: readonly (number | string)[]): string {
  return Buffer.from(JSON.stringify([list, ...key])).toString("base64url");
}

/**
 * The sort key after which the next page begins.
 *
 * @throws Problem invalid_request when the cursor is not one that `encodeCursor` made for this list.
 */
export function decodeCursor<const Shape extends readonly Kind[]>(
  list: string,
  cursor: string,
  shape: Shape,
): Values<Shape> {
  const [name, ...key] = parse(cursor);
  const fits = name === list && key.length === shape.length && shape.every((kind, index) => isOfKind(key[index], kind));
  if (!fits)
    throw new Problem("invalid_request", {
      details: [{ target: "query after", message: "This link is not one of ours." }],
    });
  return key as Values<Shape>;
}

function parse(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function isOfKind(value: unknown, kind: Kind): boolean {
  // The range of a timestamp that PostgreSQL can hold and `Date` can say.
  if (kind === "number") return Number.isSafeInteger(value) && Math.abs(value as number) <= MAX_MOMENT;
  if (typeof value !== "string") return false;
  if (kind === "string") return !value.includes("\0") && value.isWellFormed();
  return kind === "uuid" ? UUID.test(value) : isDigits(value);
}

/** A whole number that fits PostgreSQL's `bigint`, and so its `xid8` as well: no server has seen 2^63 transactions. */
export function isDigits(text: string): boolean {
  return /^\d{1,19}$/.test(text) && BigInt(text) <= MAX_BIGINT;
}

/** A page of at most `limit` from rows that were read with one more than that. */
export function pageOf<Row, T>(
  rows: readonly Row[],
  limit: number,
  read: (row: Row) => T,
  cursorOf: (row: Row) => string,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(read), ...(rows.length > limit && last !== undefined && { next: cursorOf(last) }) };
}
