import { ownerIdOf, type Fact, type Wake } from "#domain/facts.ts";
import { awaitsFiles, decideOwner, type FileOwner, type OwnerRef } from "#domain/file-owner.ts";
import { ingestBlobName, type LogFile } from "#domain/log-file.ts";
import { retryConflicts } from "#domain/retry-conflicts.ts";
import { fileOutcomeFact, uploadEndFact } from "#domain/upload-facts.ts";
import type { Actor, Moment } from "#domain/vocabulary.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import type { Clock } from "#ports/clock.ts";
import type { Store, Transaction } from "#ports/store.ts";

export interface ExpireUploadDeps {
  readonly store: Pick<Store, "owners" | "files" | "transaction">;
  readonly blobs: Pick<BlobStore, "head">;
  readonly clock: Clock;
}

const ACTOR: Actor = { kind: "system", id: "deadlines" };

/**
 * Ends an upload when `uploadBy` has passed. A file whose blob is there counts as uploaded, whether the device said so or
 * died before it could; the rest is missing. Goes on to verify when anything arrived, else the request or report is rejected.
 *
 * @throws blob_store_unavailable: nothing is decided while nobody can look. conflict
 */
export async function expireUpload(ref: OwnerRef, deps: ExpireUploadDeps, signal: AbortSignal): Promise<void> {
  const { store, blobs, clock } = deps;
  const owner = await store.owners.find(ref);
  if (owner === undefined || !isOver(owner, clock.now())) return;
  const arrived = new Set<string>();
  // Looked at before the transaction, which should not wait for a store. What arrives after this is a stray blob, and swept.
  for (const file of await store.files.ofOwner(ref.id)) {
    if (file.state === "announced" && (await blobs.head(ingestBlobName(file), signal))) arrived.add(file.id);
  }
  await retryConflicts(() => store.transaction((tx) => settleUpload(ref, arrived, tx, clock.now())));
}

async function settleUpload(
  ref: OwnerRef,
  arrived: ReadonlySet<string>,
  tx: Transaction,
  now: Moment,
): Promise<"conflict" | undefined> {
  const owner = await tx.owners.find(ref);
  if (owner === undefined || !isOver(owner, now)) return undefined;
  const before = await tx.files.ofOwner(ref.id);
  const files = before.map((file) => settleFile(file, arrived.has(file.id), now));
  const uploaded = files.filter(({ state }) => state === "uploaded").length;
  const { verdict, owner: next } = decideOwner(owner, { type: "uploadDeadline", uploaded }, now);
  if (!verdict.ok || !verdict.changed) return undefined;
  if (!(await tx.owners.save(next, { ifVersion: owner.version }))) return "conflict";
  const occasion = { at: now, actor: ACTOR };
  const facts: Fact[] = [];
  for (const [index, file] of files.entries()) {
    const was = before[index];
    if (was === undefined || was === file) continue;
    // Whoever changes a file that is waited for saves its owner as well. Rolls back; the next round decides anew.
    if (!(await tx.files.save(file, { ifState: was.state }))) return "conflict";
    if (was.state === "announced") facts.push(fileOutcomeFact(file, occasion));
  }
  await tx.append([...facts, uploadEndFact(next, files, occasion)]);
  await tx.wake(files.flatMap((file) => verifyNow(file, now)));
  return undefined;
}

function isOver(owner: FileOwner, now: Moment): boolean {
  return awaitsFiles(owner) && owner.uploadBy !== undefined && owner.uploadBy <= now;
}

function settleFile(file: LogFile, arrived: boolean, now: Moment): LogFile {
  switch (file.state) {
    case "announced":
      return arrived
        ? { ...file, state: "uploaded", uploadedAt: now, verifyAt: now }
        : { ...file, state: "missing", reason: "upload_deadline", cleanupAt: now };
    case "uploaded":
      // The device said so, and verify finds out.
      return { ...file, verifyAt: now };
    default:
      return file;
  }
}

function verifyNow(file: LogFile, now: Moment): Wake[] {
  return file.state === "uploaded" ? [{ type: "verify.due", dueAt: now, ...ownerIdOf(file), fileId: file.id }] : [];
}
