/** The smallest words of the wire. JSON in camelCase, times as RFC 3339 with an offset, units in names. */
import { z } from "zod";
import type { Moment } from "#domain/vocabulary.ts";

/** Years that RFC 3339 can write, once the offset is taken off. */
const FIRST_MOMENT = Date.parse("0001-01-01T00:00:00Z");
const LAST_MOMENT = Date.parse("9999-12-31T23:59:59.999Z");

/** Names that people choose for things of theirs. */
export const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
/** The shape of a BCP 47 tag. */
export const LOCALE = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/;

/** RFC 3339, with `Z` or an offset. */
export const time = z.iso
  .datetime({ offset: true })
  .refine(isWithinYears, { message: "must be in the years 1 to 9999, in UTC", params: { rule: "out_of_range" } })
  .meta({ examples: ["2026-11-22T09:30:00Z"] });

/** What is no time at all has been told so already. */
function isWithinYears(text: string): boolean {
  const moment = Date.parse(text);
  return !(moment < FIRST_MOMENT || moment > LAST_MOMENT);
}

/** An id of ours: UUID. */
export const id = z.uuid();

/** The app's own stable id of a user. */
export const userId = z.string().min(1).max(256);

/** An agent, as the identity provider names them. */
export const agentId = z.string().min(1).max(256);

/** BCP 47, such as `de-AT`. */
export const locale = z.string().regex(LOCALE, "must be a BCP 47 language tag, such as 'de-AT'");

/** IANA, such as `Europe/Berlin`. */
export const timeZone = z.string().min(1).max(64);

/** A call, as the calling service names it. */
export const callId = z.string().min(1).max(256);

/** A named kind of log that an app can produce. */
export const collectorName = z.string().regex(NAME, "must be lower-case letters, digits and '-', at most 40");

/** 64 lower-case hex digits. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hex digits");

/** The window that an agent asks about: `from` at or before `to`. */
export const timeWindow = z
  .strictObject({ from: time, to: time })
  // Not `<=`: what is no time at all has been told already.
  .refine(({ from, to }) => !(Date.parse(from) > Date.parse(to)), {
    message: "'from' must not be after 'to'",
    params: { rule: "wrong_order" },
    path: ["from"],
  });

/** A list's page: `nextLink` is opaque and absolute; absent on the last page. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ value: z.array(item), nextLink: z.url().optional() });
}

/** What every list takes. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: "Items a page" }),
  after: z.string().max(500).optional().meta({ description: "From `nextLink`; opaque" }),
};

/** @returns RFC 3339 in UTC, with milliseconds */
export function formatTime(moment: Moment): string {
  return new Date(moment).toISOString();
}

/** @param text RFC 3339, already checked by `time` */
export function parseTime(text: string): Moment {
  return Date.parse(text);
}
