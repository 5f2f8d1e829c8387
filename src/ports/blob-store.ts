import type { Moment } from "#domain/vocabulary.ts";

/** A link that lets its holder create one blob, once. */
export interface UploadLink {
  readonly url: string;
  /** Headers that the upload must send. */
  readonly headers: Readonly<Record<string, string>>;
  /** One PUT, or Put Block and Put Block List. */
  readonly upload: "single" | "blocks";
  readonly expiresAt: Moment;
}

export interface BlobHead {
  readonly sizeBytes: number;
  readonly etag: string;
  readonly lastModifiedAt: Moment;
}

export interface BlobContent {
  readonly sizeBytes: number;
  /** Hex, lower case, over the bytes as they were read back. */
  readonly sha256: string;
  /** Of the blob whose bytes were hashed: reading is pinned to it. */
  readonly etag: string;
}

/** At least one byte, and within the blob. */
export interface BlobPart {
  readonly offset: number;
  readonly lengthBytes: number;
}

export interface BlobPage {
  readonly blobs: readonly { readonly name: string; readonly lastModifiedAt: Moment }[];
  /** Opaque: where the next page begins. Absent on the last one. */
  readonly next?: string;
}

export type Promotion =
  | { readonly kind: "promoted"; readonly etag: string }
  /** The source is no longer the one that was hashed. */
  | { readonly kind: "changed" }
  | { readonly kind: "missing" };

/**
 * Two rooms, by the first segment of a name: `ingest/…` (written by devices, trusted by nobody) and `evidence/…` (verified
 * bytes; no link ever writes here). Names are ours: `ingest/{ownerId}/{fileId}`. Throws `Problem("blob_store_unavailable")`
 * when the store is away; a missing blob is an answer, not an error.
 */
export interface BlobStore {
  createUploadLink(name: string, sizeBytes: number, expiresAt: Moment): Promise<UploadLink>;
  /** A read link that downloads as an attachment with this file name (RFC 6266), as octet-stream. */
  createDownloadLink(name: string, fileName: string, expiresAt: Moment): Promise<{ readonly url: string }>;
  head(name: string, signal?: AbortSignal): Promise<BlobHead | undefined>;
  /**
   * Writes what arrives, in bounded memory, and hashes it as it passes; a slow store slows the giver down. Only where nothing
   * stands yet. When it throws (also what the bytes themselves threw) nothing of the blob is left, as far as the store answers.
   */
  write(name: string, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<BlobContent>;
  /** Reads the blob back and hashes it as it streams, in bounded memory. */
  inspect(name: string, signal: AbortSignal): Promise<BlobContent | undefined>;
  /**
   * Reads a part of the blob, on the condition that it still has `ifMatch`: what was verified is what is read. Undefined when
   * it is missing or another one stands there.
   */
  readPart(
    name: string,
    part: BlobPart,
    ifMatch: string,
    signal?: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Copies on the server's side, on the condition that the source still has `ifMatch`; a copy that is there is made again. */
  promote(from: string, to: string, ifMatch: string, signal: AbortSignal): Promise<Promotion>;
  /** Missing is success. */
  remove(name: string, signal?: AbortSignal): Promise<void>;
  /** Page by page, from the beginning or from where a page said that the next one begins. */
  list(
    room: "ingest" | "evidence",
    options?: { readonly from?: string; readonly pageSize?: number; readonly signal?: AbortSignal },
  ): AsyncIterable<BlobPage>;
  /** Creates the containers where they are missing and sets CORS on ingest. For `beckon migrate`. */
  prepare(options: { readonly corsOrigins: readonly string[] }): Promise<void>;
  /** A canary through a real link: PUT, overwrite (refused), read back (refused), remove. Throws with what to mend. */
  check(signal: AbortSignal): Promise<{ readonly createCoversBlocks: boolean }>;
}
