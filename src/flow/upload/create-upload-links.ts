import { awaitsFiles, isReport, factOfOwner, type FileOwner, type OwnerRef } from "#domain/file-owner.ts";
import { UPLOAD_LINK_TTL_SECONDS } from "#domain/policy.ts";
import { ingestBlobName, type LogFile } from "#domain/log-file.ts";
import { Problem } from "#domain/problems.ts";
import { findOwn, requireKnownFiles } from "#http/find-own-request.ts";
import type { BlobStore, UploadLink } from "#ports/blob-store.ts";
import type { Clock } from "#ports/clock.ts";
import type { Store } from "#ports/store.ts";

export interface CreateUploadLinks {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly clock: Clock;
}

export interface FileLink {
  readonly fileId: string;
  readonly link: UploadLink;
}

/** Store look-ups that one call has under way at once. */
const AT_ONCE = 8;

/**
 * Mints links for announced files of a consented request, or of an open report, each for one blob and some minutes, never past `uploadBy`. Every one
 * is a fact, because Azure keeps no record of them (assurance, B-6).
 *
 * @throws blob_store_unavailable
 */
async function mintLinks(
  { store, blobs, clock }: CreateUploadLinks,
  owner: FileOwner,
  files: readonly LogFile[],
): Promise<FileLink[]> {
  const now = clock.now();
  const expiresAt = Math.min(now + UPLOAD_LINK_TTL_SECONDS * 1000, owner.uploadBy ?? now);
  const links: FileLink[] = [];
  for (const file of files) {
    if (file.state !== "announced" || expiresAt <= now) continue;
    links.push({
      fileId: file.id,
      link: await blobs.createUploadLink(ingestBlobName(file), file.sizeBytes, expiresAt),
    });
  }
  if (links.length > 0) {
    const data = { links: links.length, expiresAt, fileIds: links.map(({ fileId }) => fileId) };
    const actor = { kind: "user", id: owner.userId } as const;
    await store.transaction((tx) => tx.append([factOfOwner(owner, { type: "links.created", at: now, actor, data })]));
  }
  return links;
}

/**
 * The links that a new consent or report has earned. A link can be signed without asking the store, so the store is asked: a device must not
 * be sent to one that is away.
 *
 * @throws blob_store_unavailable
 */
export async function mintFirstLinks(
  deps: CreateUploadLinks,
  owner: FileOwner,
  files: readonly LogFile[],
): Promise<FileLink[]> {
  const [first] = files;
  if (first) await deps.blobs.head(ingestBlobName(first));
  return mintLinks(deps, owner, files);
}

/**
 * Fresh links for what is not there yet, and which files are there already.
 *
 * @param fileIds only these; all when undefined
 * @throws not_found, not_consented, request_closed, invalid_request, blob_store_unavailable
 */
export async function createUploadLinks(
  deps: CreateUploadLinks,
  caller: { readonly userId: string; readonly installationId?: string },
  ref: OwnerRef,
  fileIds?: readonly string[],
): Promise<{ readonly links: readonly FileLink[]; readonly there: readonly string[] }> {
  const owner = await findOwn(deps.store, caller, ref);
  const files = await deps.store.files.ofOwner(owner.id);
  requireUploading(owner, files, deps.clock.now());
  requireKnownFiles(files, fileIds);
  const asked = files.filter((file) => fileIds === undefined || fileIds.includes(file.id));
  const there = new Set(asked.filter((file) => file.uploadedAt !== undefined).map(({ id }) => id));
  const open = asked.filter((file) => file.state === "announced");
  for (let from = 0; from < open.length; from += AT_ONCE) {
    const some = open.slice(from, from + AT_ONCE);
    const heads = await Promise.all(some.map((file) => deps.blobs.head(ingestBlobName(file))));
    some.forEach((file, index) => heads[index] && there.add(file.id));
  }
  const links = await mintLinks(
    deps,
    owner,
    open.filter((file) => !there.has(file.id)),
  );
  return { links, there: [...there] };
}

/** Links are only for a consent that is being fulfilled. */
function requireUploading(owner: FileOwner, files: readonly LogFile[], now: number): void {
  if (awaitsFiles(owner) && now < (owner.uploadBy ?? 0)) return;
  const consented = files.length > 0;
  throw new Problem(consented ? "request_closed" : "not_consented", {
    detail: consented
      ? `Nothing more is taken: the ${isReport(owner) ? "report" : "request"} is ${awaitsFiles(owner) ? "past its uploadBy" : owner.state}.`
      : "Share first.",
    extra: { state: owner.state },
  });
}
