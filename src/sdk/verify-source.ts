import { BeckonError } from "./beckon-error.ts";
import type { Bytes, FrozenFile } from "./frozen-file.ts";
import { createGentleHash } from "./hash-gently.ts";
import type { Hasher } from "./sha256.ts";
import type { UploadSource } from "./upload-bytes.ts";

/** Blobs whose hash this run has taken. A Blob never changes, so once is enough. */
const hashed = new WeakMap<Blob, string>();

/** @returns the SHA-256 of the frozen bytes, lower-case hex */
export async function hashFile(file: FrozenFile, createHasher: () => Hasher): Promise<string> {
  const hash = createGentleHash(createHasher());
  for await (const piece of file.stream()) await hash.update(piece);
  const sha256 = hash.digest();
  if (file.blob) hashed.set(file.blob, sha256);
  return sha256;
}

/**
 * The file as an upload takes it: the bytes that the user consented to, or an error, never others.
 *
 * @param onFailure told when the file itself fails, so that this is not taken for trouble of the network
 */
export function verifySource(
  file: FrozenFile,
  consented: Pick<UploadSource, "fileId" | "name" | "sizeBytes" | "sha256">,
  createHasher: () => Hasher,
  onFailure: (error: BeckonError) => void,
): UploadSource {
  const { fileId, name, sizeBytes, sha256 } = consented;

  function fail(message: string, cause?: unknown): BeckonError {
    const error = new BeckonError("file_unreadable", `${name}: ${message}`, { cause });
    onFailure(error);
    return error;
  }

  async function* stream(): AsyncGenerator<Bytes> {
    const hash = createGentleHash(createHasher());
    let readBytes = 0;
    let held: Bytes | undefined;
    try {
      for await (const piece of file.stream()) {
        if (piece.length === 0) continue;
        await hash.update(piece);
        readBytes += piece.length;
        if (held) yield held;
        held = piece;
      }
    } catch (cause) {
      throw fail("it can no longer be read", cause);
    }
    if (readBytes !== sizeBytes || hash.digest() !== sha256) throw fail("its bytes are not those that were shown");
    if (held) yield held;
  }

  return {
    fileId,
    name,
    sizeBytes,
    sha256,
    saved: file.saved,
    stream,
    async blob() {
      const { blob } = file;
      const pieces: Bytes[] = [];
      if (!blob || hashed.get(blob) !== sha256) for await (const piece of stream()) if (!blob) pieces.push(piece);
      if (!blob) return new Blob(pieces);
      hashed.set(blob, sha256);
      return blob;
    },
  };
}
