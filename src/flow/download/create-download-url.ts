import { fileFact } from "#domain/facts.ts";
import { evidenceBlobName, type LogFile } from "#domain/log-file.ts";
import { DOWNLOAD_LINK_TTL_SECONDS } from "#domain/policy.ts";
import type { Actor, Moment } from "#domain/vocabulary.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import type { Clock } from "#ports/clock.ts";
import type { Store } from "#ports/store.ts";
import { findLinkedFile } from "./find-linked-file.ts";

export interface CreateDownloadUrl {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly clock: Clock;
}

/**
 * A read link of minutes for a verified file. The fact is committed before the link is handed out: no download without a record.
 *
 * @throws not_found, file_gone, conflict when the file is not linked (yet), blob_store_unavailable
 */
export async function createDownloadUrl(
  { store, blobs, clock }: CreateDownloadUrl,
  actor: Actor,
  fileId: string,
): Promise<{ readonly file: LogFile; readonly url: string; readonly expiresAt: Moment }> {
  const file = await findLinkedFile(store, fileId);
  const now = clock.now();
  const expiresAt = now + DOWNLOAD_LINK_TTL_SECONDS * 1000;
  const { url } = await blobs.createDownloadLink(evidenceBlobName(file), file.name, expiresAt);
  await store.transaction((tx) =>
    tx.append([fileFact(file, { type: "file.downloadLinkCreated", at: now, actor, data: { expiresAt } })]),
  );
  return { file, url, expiresAt };
}
