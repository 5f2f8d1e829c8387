import type { IncomingMessage } from "node:http";
import { HubError } from "#emulator/hub/hub-error.ts";

/** How far past the limit a body is still read, in bytes: a client that is cut off while it writes sees a reset, not our 413. */
const DRAIN_BYTES = 16 * 1024 * 1024;

/**
 * Reads a whole request body.
 *
 * @throws HubError 413 when it is larger than `maxBytes`, 400 when it is not UTF-8.
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.byteLength;
    if (size <= maxBytes) chunks.push(chunk);
    else if (size > maxBytes + DRAIN_BYTES) {
      request.destroy();
      break;
    }
  }
  if (size > maxBytes) throw new HubError(413, `The request body is larger than ${maxBytes} bytes`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new HubError(400, "The request body is not UTF-8 text");
  }
}
