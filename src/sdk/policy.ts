/** Limits and times of the SDK. The build writes them where they are used: a name for each costs room in every app. */

/** An answer or a report that is this much too late is forgotten: no clock is off by more and still fetches tokens. */
export const LATE_MS = 24 * 60 * 60 * 1000;

/** One call waits this long for its answer: longer than the API gives itself (30 s). */
export const ANSWER_TIMEOUT_MS = 40_000;

/** A person waits in front of most calls: three tries in some four seconds, then they hear of it. */
export const CALL_TRIES = 3;

/** Who asks for a longer wait than this is not waited for. */
export const LONGEST_CALL_WAIT_MS = 5_000;

/** How long nobody looks at the clock while nothing may be sent: timers know no more than 24 days. */
export const LONGEST_SLEEP_MS = 60 * 60 * 1000;

/** The file store may refuse a file this often in a row before this run gives way to the next `sync()`. */
export const MOST_REFUSALS = 5;

/** One PUT takes at most this: Azure's limit for Put Blob is 5,000 MiB. */
export const LARGEST_FILE_BYTES = 5_000 * 1024 * 1024;

/** A connection on which nothing moves this long is dead, whatever the network says: phones change networks silently. */
export const STALL_MS = 2 * 60_000;

/** On a phone six times slower than a desk computer, this much is hashed in 3 ms. */
export const HASH_SLICE_BYTES = 64 * 1024;

/** Frames come every 16 ms; a touch that waits 50 ms is felt. */
export const LONGEST_HASHING_MS = 8;

/** What a Blob is read in. Smaller pieces are more slices to let go of: 200 of them hold a slow phone up for a tenth of a second. */
export const BLOB_PIECE_BYTES = 1024 * 1024;

/** Longer than any page takes from the first copy to the answer that names it. */
export const YOUNG_COPY_MS = 60 * 60 * 1000;

/** As many as the wire takes. */
export const MOST_LEFT_OUT = 500;

/** What one placeholder may hold, as the API takes it. */
export const LONGEST_VALUE_CHARS = 5_000;

/** What stands where no file is named: a gap would read like a mistake. */
export const NO_FILES = "–";
