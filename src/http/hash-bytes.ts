import { createHash } from "node:crypto";

/** What bytes are, as a whole. */
export interface Hashed {
  readonly sizeBytes: number;
  /** Hex, lower case. */
  readonly sha256: string;
}

/** Size and SHA-256 (hex) of bytes that are kept nowhere. */
export async function hashBytes(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Hashed> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    hash.update(chunk);
    sizeBytes += chunk.byteLength;
  }
  return { sizeBytes, sha256: hash.digest("hex") };
}

/**
 * The same bytes, held to what they should be as they pass.
 *
 * @throws Error after the last one, when they were others
 */
export async function* heldTo(expected: Hashed, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    hash.update(chunk);
    sizeBytes += chunk.byteLength;
    yield chunk;
  }
  if (sizeBytes !== expected.sizeBytes || hash.digest("hex") !== expected.sha256)
    throw new Error(`The bytes are not those that were verified: ${sizeBytes} of ${expected.sizeBytes}`);
}
