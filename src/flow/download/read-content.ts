import { fileFact } from "#domain/facts.ts";
import { evidenceBlobName, type LogFile } from "#domain/log-file.ts";
import { Problem } from "#domain/problems.ts";
import { formatTime } from "#contract/primitives.ts";
import type { Actor, Moment } from "#domain/vocabulary.ts";
import type { BlobPart, BlobStore } from "#ports/blob-store.ts";
import type { Clock } from "#ports/clock.ts";
import type { Store } from "#ports/store.ts";
import { findLinkedFile } from "./find-linked-file.ts";
import { isText, PROBE_BYTES } from "./is-text.ts";

export interface ReadContent {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly clock: Clock;
}

/** A viewer that scrolls asks for hundreds of parts. One reading of a person is one fact: decision 0011. */
const ONE_READING_MS = 10 * 60 * 1000;
const REMEMBER_AT_MOST = 5_000;

export interface ContentReader {
  /** @throws not_found, file_gone, conflict, not_text with what is known of the file, blob_store_unavailable */
  open(fileId: string): Promise<LogFile>;
  /** The fact is committed before the first byte leaves: no reading without a record. */
  noteReading(actor: Actor, file: LogFile): Promise<void>;
  /** @throws file_gone when the blob went meanwhile, blob_store_unavailable */
  read(file: LogFile, part: BlobPart, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

/** Reads verified text for the console's viewer, a part at a time. */
export function createContentReader({ store, blobs, clock }: ReadContent): ContentReader {
  /** Bytes of a linked file never change, so neither does this. */
  const knownText = new Map<string, boolean>();
  const noted = new Map<string, Moment>();

  const read: ContentReader["read"] = async (file, part, signal) => {
    const bytes = await blobs.readPart(evidenceBlobName(file), part, file.evidenceEtag ?? "", signal);
    if (!bytes) throw new Problem("file_gone");
    return bytes;
  };

  const looksLikeText = async (file: LogFile): Promise<boolean> => {
    const known = knownText.get(file.id);
    if (known !== undefined) return known;
    const begin: number[] = [];
    if (file.sizeBytes > 0) {
      const part = { offset: 0, lengthBytes: Math.min(PROBE_BYTES, file.sizeBytes) };
      for await (const chunk of await read(file, part, AbortSignal.timeout(20_000))) begin.push(...chunk);
    }
    return remember(knownText, file.id, isText(file.name, Uint8Array.from(begin)));
  };

  return {
    async open(fileId) {
      const file = await findLinkedFile(store, fileId);
      if (await looksLikeText(file)) return file;
      throw new Problem("not_text", {
        detail: "It can be downloaded, and opened by what wrote it.",
        extra: {
          fileName: file.name,
          sizeBytes: file.sizeBytes,
          sha256: file.sha256,
          modifiedAt: formatTime(file.modifiedAt),
          coverage: file.coverage,
        },
      });
    },

    async noteReading(actor, file) {
      const now = clock.now();
      const key = `${actor.id} ${file.id}`;
      if ((noted.get(key) ?? Number.NEGATIVE_INFINITY) > now - ONE_READING_MS) return;
      if (!(await store.downloads.wasRead(file.id, actor.id, now - ONE_READING_MS))) {
        await store.transaction((tx) => tx.append([fileFact(file, { type: "file.read", at: now, actor })]));
        remember(noted, key, now);
      }
    },

    read,
  };
}

function remember<Value>(memory: Map<string, Value>, key: string, value: Value): Value {
  if (memory.size >= REMEMBER_AT_MOST) memory.delete(memory.keys().next().value ?? "");
  memory.set(key, value);
  return value;
}
