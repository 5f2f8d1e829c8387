/** Files as collectors give them: frozen, so that what the user is shown is what is hashed and what is uploaded. */

import type { LeftOutReason } from "./wire.ts";
import { BLOB_PIECE_BYTES } from "./policy.ts";

export type Bytes = Uint8Array<ArrayBuffer>;

/**
 * A file whose bytes no longer change, whatever happens to the log that it was taken from: a copy, a Blob, or the first
 * `sizeBytes` bytes of a file that is only appended to.
 */
export interface FrozenFile {
  /** At most 255 characters; unique within its collector, or the SDK numbers it. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
  /** The time of the first and of the last thing that the file tells of, where that is known. */
  readonly coversFrom?: Date | undefined;
  readonly coversTo?: Date | undefined;
  /** The frozen bytes from `start` (0) up to `end` (`sizeBytes`), in pieces; as often as it is called. */
  stream(start?: number, end?: number): AsyncIterable<Bytes>;
  /** The same bytes, where the platform has them as a Blob already. */
  readonly blob?: Blob | undefined;
  /** What `Collector.reopen` needs to give the same bytes after a restart. Without it the SDK keeps a copy in `storage`. */
  readonly saved?: string | undefined;
  /** Called once when the bytes are needed no more. */
  release?(): Promise<void>;
}

export interface CollectRequest {
  /** What the agent asks about. A file that it does not touch can stay at home. */
  readonly window: { readonly from: Date; readonly to: Date } | undefined;
  /** What the whole answer may have at most; the SDK leaves out the oldest files that are too much. */
  readonly maxBytes: number;
  readonly maxFiles: number;
  readonly signal: AbortSignal;
  /**
   * Names a file, or a part of one, that was found and not frozen, so that the user hears of it, and the ticket if they share.
   * `over_max_bytes` unless it says why.
   */
  leaveOut(file: {
    readonly name: string;
    readonly sizeBytes: number;
    readonly modifiedAt: Date;
    readonly reason?: LeftOutReason;
  }): void;
}

/** A kind of log that the app can produce. */
export interface Collector {
  /** What agents ask for: lower-case letters, digits and `-`, such as `app` or `acs-calling`. */
  readonly name: string;
  /** What the user reads, in the user's language. */
  readonly label: string;
  /** What agents see before they ask. */
  readonly typicalSizeBytes?: number;
  collect(request: CollectRequest): Promise<readonly FrozenFile[]>;
  /** The same file after a restart, from its `saved`; undefined when it is gone. */
  reopen?(saved: string): Promise<FrozenFile | undefined>;
  /** Called once at start: frozen files of this collector that nobody needs any more may go. */
  releaseAllBut?(saved: readonly string[]): Promise<void>;
}

/**
 * A frozen file of something that the app holds in memory, or picked from the disk: text, bytes (copied), or a Blob.
 *
 * @param content a Blob is kept as it is; where it is a user's file, the browser refuses to read it once it has changed
 */
export function freezeBytes(
  name: string,
  content: string | Uint8Array | Blob,
  more: { modifiedAt?: Date; coversFrom?: Date; coversTo?: Date } = {},
): FrozenFile {
  const blob = content instanceof Blob ? content : new Blob([content as string | Bytes]);
  return {
    name,
    sizeBytes: blob.size,
    modifiedAt: new Date(),
    ...more,
    blob,
    async *stream(start = 0, end = blob.size) {
      for (let at = start; at < end; at += BLOB_PIECE_BYTES) {
        yield new Uint8Array(await blob.slice(at, Math.min(at + BLOB_PIECE_BYTES, end)).arrayBuffer());
      }
    },
  };
}
