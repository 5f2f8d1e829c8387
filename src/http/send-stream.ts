import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Response } from "express";

/** A reader that takes nothing for this long is gone, or wants to hold our memory. */
const STUCK_READER_MS = 60_000;

/** Sends bytes as they come and as fast as the reader takes them. When the reader goes, reading stops. */
export async function sendStream(
  response: Response,
  bytes: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): Promise<void> {
  response.setTimeout(STUCK_READER_MS, () => response.destroy());
  try {
    await pipeline(Readable.from(bytes, { objectMode: false }), response);
  } catch (error) {
    if (!response.destroyed || (error instanceof Error && !isGone(error))) throw error;
  }
}

function isGone(error: Error): boolean {
  return "code" in error && (error.code === "ERR_STREAM_PREMATURE_CLOSE" || error.code === "ECONNRESET");
}
