import { randomUUIDv7 } from "node:crypto";
import type { Ids } from "#ports/ids.ts";

/** Ids that sort about as they were made, so that new rows land side by side in an index. */
export const uuidV7: Ids = { next: () => randomUUIDv7() };
