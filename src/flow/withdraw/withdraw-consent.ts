import { fileFact, ownerIdOf, type Fact } from "#domain/facts.ts";
import {
  awaitsFiles,
  decideOwner,
  ownerFact,
  type FileOwner,
  type OwnerRef,
  type OwnerVerdict,
} from "#domain/file-owner.ts";
import type { LogFile } from "#domain/log-file.ts";
import { Problem } from "#domain/problems.ts";
import { retryConflicts } from "#domain/retry-conflicts.ts";
import type { Actor, FileState, Moment } from "#domain/vocabulary.ts";
import { findOwn, requireKnownFiles } from "#http/find-own-request.ts";
import type { Clock } from "#ports/clock.ts";
import type { Store, Transaction } from "#ports/store.ts";

export interface Withdrawal {
  readonly owner: FileOwner;
  readonly files: readonly LogFile[];
  /** Who had a download link of a file before it was taken back. */
  readonly downloadedBefore: readonly { readonly fileId: string; readonly agentId: string; readonly at: Moment }[];
}

/** States in which a file stands for something that can be taken back. */
const STANDING: readonly FileState[] = ["announced", "uploaded", "linked"];
const ROUNDS = 10;

/**
 * Take-back. Without file ids the whole consent is withdrawn; with them those files are deleted with a tombstone and the request
 * or report keeps its state, unless none is left. The blobs go by the pipeline, and with them every link that was given out.
 *
 * @throws not_found, nothing_to_withdraw, invalid_request, conflict
 */
export async function withdrawConsent(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  caller: { readonly userId: string; readonly installationId?: string },
  ref: OwnerRef,
  fileIds?: readonly string[],
): Promise<Withdrawal> {
  const actor: Actor = { kind: "user", id: caller.userId };
  return retryConflicts(
    () =>
      store.transaction(async (tx) => {
        const owner = await findOwn(tx, caller, ref);
        const before = await tx.files.ofOwner(owner.id);
        requireKnownFiles(before, fileIds);
        const now = clock.now();
        const files = before.map((file) => (isMeant(file, fileIds) ? deleted(file, now) : file));
        const goes = files.filter((file, index) => file !== before[index]);
        const { verdict, owner: next } = decide(owner, files, now, {
          all: fileIds === undefined,
          changed: goes.length > 0,
        });
        if (!verdict.ok)
          throw new Problem(verdict.problem, {
            detail: `It is ${owner.state}.`,
            extra: { state: owner.state },
          });
        if (verdict.changed || goes.length > 0) {
          if (!(await tx.owners.save(next, { ifVersion: owner.version }))) return "conflict";
          if (!(await saveAll(tx, before, goes))) return "conflict";
          if (verdict.state === "withdrawn") await markWithdrawn(tx, ref, now);
          await startVerify(tx, owner, next, files, now);
          await tx.append([
            ...goes.map((file) =>
              fileFact(file, { type: "file.deleted", at: now, actor, data: { reason: "withdrawn" } }),
            ),
            ...(verdict.changed ? [endFact(next, actor, now)] : []),
          ]);
          return {
            owner: { ...next, version: owner.version + 1 },
            files,
            downloadedBefore: await tx.downloads.ofFiles(goes.map(({ id }) => id)),
          };
        }
        const gone = before.filter((file) => file.reason === "withdrawn").map(({ id }) => id);
        return { owner, files: before, downloadedBefore: await tx.downloads.ofFiles(gone) };
      }),
    ROUNDS,
  );
}

/** What a take-back does to the owner: all, the last of them, or only some of its files. */
function decide(
  owner: FileOwner,
  files: readonly LogFile[],
  now: Moment,
  { all, changed }: { all: boolean; changed: boolean },
): { readonly verdict: OwnerVerdict; readonly owner: FileOwner } {
  const inState = (state: FileState) => files.filter((file) => file.state === state).length;
  const nothingLeft = files.every((file) => !STANDING.includes(file.state));
  if (all || (changed && nothingLeft)) return decideOwner(owner, { type: "withdraw" }, now);
  if (!changed) return { verdict: { ok: true, changed: false, state: owner.state }, owner };
  // Without the files that were waited for, the rest may be all accounted for, or all settled.
  return decideOwner(
    owner,
    awaitsFiles(owner)
      ? { type: "complete", open: inState("announced"), uploaded: inState("uploaded") }
      : { type: "settled", open: inState("announced") + inState("uploaded"), linked: inState("linked") },
    now,
  );
}

function isMeant(file: LogFile, fileIds: readonly string[] | undefined): boolean {
  return STANDING.includes(file.state) && (fileIds === undefined || fileIds.includes(file.id));
}

function deleted(file: LogFile, now: Moment): LogFile {
  const { verifyAt: _settled, ...kept } = file;
  return { ...kept, state: "deleted", reason: "withdrawn", deletedAt: now, cleanupAt: now };
}

async function saveAll(tx: Transaction, before: readonly LogFile[], goes: readonly LogFile[]): Promise<boolean> {
  for (const file of goes) {
    const was = before.find(({ id }) => id === file.id);
    if (was && !(await tx.files.save(file, { ifState: was.state }))) return false;
  }
  return true;
}

async function markWithdrawn(tx: Transaction, ref: OwnerRef, now: Moment): Promise<void> {
  const consent = await tx.consents.ofOwner(ref);
  if (consent) await tx.consents.markWithdrawn(consent.id, now);
}

/** Taking back the last file that was waited for sends the others on to verify. */
async function startVerify(
  tx: Transaction,
  before: FileOwner,
  next: FileOwner,
  files: readonly LogFile[],
  now: Moment,
): Promise<void> {
  if (!awaitsFiles(before) || next.state !== "uploaded") return;
  for (const file of files) {
    if (file.state !== "uploaded") continue;
    await tx.files.save({ ...file, verifyAt: now }, { ifState: "uploaded" });
    await tx.wake([{ type: "verify.due", dueAt: now, ...ownerIdOf(file), fileId: file.id }]);
  }
}

function endFact(owner: FileOwner, actor: Actor, at: Moment): Fact {
  const verbs = { withdrawn: "withdrawn", uploaded: "uploaded", linked: "linked", rejected: "rejected" } as const;
  const data = owner.rejectReason ? { reason: owner.rejectReason } : {};
  return ownerFact(owner, verbs[owner.state as keyof typeof verbs], { at, actor, data });
}
