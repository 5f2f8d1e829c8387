import { ownerIdOf, type Wake } from "#domain/facts.ts";
import { awaitsFiles, decideOwner, type FileOwner, type OwnerRef } from "#domain/file-owner.ts";
import type { LogFile } from "#domain/log-file.ts";
import { Problem, type ProblemDetail } from "#domain/problems.ts";
import { retryConflicts } from "#domain/retry-conflicts.ts";
import { fileOutcomeFact, uploadEndFact } from "#domain/upload-facts.ts";
import type { Actor, Moment } from "#domain/vocabulary.ts";
import { findOwn, requireKnownFiles } from "#http/find-own-request.ts";
import type { Clock } from "#ports/clock.ts";
import type { Store, Transaction } from "#ports/store.ts";

export interface FileOutcome {
  readonly fileId: string;
  readonly outcome: "uploaded" | "given_up";
}

/** How many rounds of compare-and-swap: eight uploads of one phone may report at the same moment. */
const ROUNDS = 10;

/**
 * Records how uploads ended: any subset, any number of times; a file's first outcome stands. When every consented file is accounted
 * for, the request or report goes on to verify, or is rejected when nothing arrived.
 *
 * @throws not_found, not_consented, file_outcome_stands, invalid_request, conflict
 */
export async function completeUploads(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  caller: { readonly userId: string; readonly installationId?: string },
  ref: OwnerRef,
  outcomes: readonly FileOutcome[],
): Promise<{ readonly owner: FileOwner; readonly files: readonly LogFile[] }> {
  const actor: Actor = { kind: "user", id: caller.userId };
  return retryConflicts(
    () =>
      store.transaction(async (tx) => {
        const owner = await findOwn(tx, caller, ref);
        const before = await tx.files.ofOwner(owner.id);
        if (before.length === 0) throw new Problem("not_consented", { extra: { state: owner.state } });
        requireKnownFiles(
          before,
          outcomes.map(({ fileId }) => fileId),
          "files",
        );
        const now = clock.now();
        const files = applyOutcomes(before, outcomes, owner, now);
        const changed = files.filter((file, index) => file !== before[index]);
        if (changed.length === 0) return { owner, files };

        const open = files.filter(({ state }) => state === "announced").length;
        const uploaded = files.filter(({ state }) => state === "uploaded").length;
        const { verdict, owner: next } = decideOwner(owner, { type: "complete", open, uploaded }, now);
        if (!verdict.ok) throw new Problem(verdict.problem, { extra: { state: owner.state } });
        // Saved even where the state stays: of two reports at once, the later must see what the earlier wrote, or neither would
        // see that nothing is open any more.
        if (!(await tx.owners.save(next, { ifVersion: owner.version }))) return "conflict";
        const due =
          verdict.changed && verdict.state === "uploaded" ? files.map((file) => dueForVerify(file, now)) : files;
        await saveFiles(tx, before, due);
        await tx.append([
          ...changed.map((file) => fileOutcomeFact(file, { at: now, actor })),
          ...(verdict.changed ? [uploadEndFact(next, due, { at: now, actor })] : []),
        ]);
        await tx.wake(
          due.flatMap((file): Wake[] =>
            file.verifyAt === now ? [{ type: "verify.due", dueAt: now, ...ownerIdOf(file), fileId: file.id }] : [],
          ),
        );
        return { owner: { ...next, version: owner.version + 1 }, files: due };
      }),
    ROUNDS,
  );
}

/** A file's first outcome stands: an equal one again is nothing new, a different one is refused. */
function applyOutcomes(
  files: readonly LogFile[],
  outcomes: readonly FileOutcome[],
  owner: FileOwner,
  now: Moment,
): LogFile[] {
  const given = new Map<string, FileOutcome["outcome"]>();
  const details: ProblemDetail[] = [];
  outcomes.forEach(({ fileId, outcome }, index) => {
    const file = files.find(({ id }) => id === fileId);
    const standing = given.get(fileId) ?? (file ? standingOutcome(file) : undefined);
    if (standing !== undefined && standing !== outcome) {
      details.push({
        target: `files[${index}].outcome`,
        message: `'${outcome}' comes too late: the file's outcome is '${standing}'`,
      });
    }
    given.set(fileId, outcome);
  });
  if (details.length > 0)
    throw new Problem("file_outcome_stands", { detail: details.map(({ message }) => message).join("; "), details });
  return files.map((file) => {
    const outcome = given.get(file.id);
    if (outcome === undefined || file.state !== "announced" || !awaitsFiles(owner)) return file;
    return outcome === "uploaded"
      ? { ...file, state: "uploaded", uploadedAt: now }
      : { ...file, state: "missing", reason: "given_up", cleanupAt: now };
  });
}

function standingOutcome(file: LogFile): FileOutcome["outcome"] | undefined {
  if (file.state === "announced") return undefined;
  if (file.uploadedAt !== undefined) return "uploaded";
  // Taken back or dropped before any outcome: whatever the device says of it now changes nothing.
  return file.state === "missing" && file.reason === "given_up" ? "given_up" : undefined;
}

function dueForVerify(file: LogFile, now: Moment): LogFile {
  return file.state === "uploaded" ? { ...file, verifyAt: now } : file;
}

async function saveFiles(tx: Transaction, before: readonly LogFile[], after: readonly LogFile[]): Promise<void> {
  for (const [index, file] of after.entries()) {
    const was = before[index];
    if (was && was !== file) await tx.files.save(file, { ifState: was.state });
  }
}
