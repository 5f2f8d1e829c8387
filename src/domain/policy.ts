/** Numbers that rule what users and agents meet. Those that an operator may change are settings with these defaults. */

/** How long an upload link works: 50 MB on a 1 Mbit/s uplink take 7 minutes, twice over, and short enough that a leaked link
 *  is stale when it is found. Never past `uploadBy`. */
export const UPLOAD_LINK_TTL_SECONDS = 15 * 60;

/** How long a download link works: long enough to click it, short enough that a pasted one is dead. Assurance B-14. */
export const DOWNLOAD_LINK_TTL_SECONDS = 2 * 60;

/** How long a user has to finish an upload after sharing. Shown to the user. Design, section 3. */
export const UPLOAD_BY_SECONDS = 24 * 60 * 60;

/** How long verified files are kept when nothing else is set. Design, section 8. */
export const RETENTION_DAYS = 30;

/** How often one request may remind its user, until the ask budget comes. Design, section 8. */
export const MAX_REMINDERS = 2;

/** A file that stays unreadable this long is refused as `unreadable`, so that every request ends. Design, section 3. */
export const UNREADABLE_AFTER_SECONDS = 24 * 60 * 60;

/** One PUT takes at most this. Azure's limit for Put Blob is 5,000 MiB. */
export const SINGLE_UPLOAD_MAX_BYTES = 5_000 * 1024 * 1024;

/** A blob that belongs to nothing is removed when it is older than this: longer than any link lives. Design, section 8. */
export const STRAY_BLOB_SECONDS = 2 * 60 * 60;

/** An agent's name is forgotten when they were not seen for this long; what they did stays under their id. Decision 0019. */
export const FORGET_AGENT_SECONDS = 365 * 24 * 60 * 60;

/** How long after an operator's error (401, 403, 404 of the hub) the same push is tried again. Design, section 7. */
export const OPERATOR_RETRY_SECONDS = 5 * 60;

/**
 * Seconds until the next attempt after `attempt` failures: doubles from 1 s to 60 s, with up to a quarter of chance added so
 * that a thousand requests that failed together do not return together. A wait that the other side asked for is kept as it is.
 *
 * @param attempt how many attempts have failed, from 1
 * @param chance a number in [0, 1)
 * @param askedSeconds what Retry-After said, in seconds
 */
export function retryDelaySeconds(attempt: number, chance: number, askedSeconds?: number): number {
  const doubled = Math.min(60, 2 ** Math.min(attempt - 1, 6));
  return Math.max(askedSeconds ?? 0, doubled * (1 + chance / 4));
}
