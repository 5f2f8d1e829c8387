import { applyVerdict } from "#domain/apply-verdict.ts";
import { fileFact, requestFact, type Fact } from "#domain/facts.ts";
import { transition, type Command, type Verdict } from "#domain/lifecycle.ts";
import type { LogFile } from "#domain/log-file.ts";
import type { LogRequest } from "#domain/log-request.ts";
import { Problem } from "#domain/problems.ts";
import { retryConflicts } from "#domain/retry-conflicts.ts";
import type { Actor, FileState, Moment } from "#domain/vocabulary.ts";
import { findOwnRequest, requireKnownFiles } from "#http/find-own-request.ts";
import type { Clock } from "#ports/clock.ts";
import type { Store, Transaction } from "#ports/store.ts";

export interface Withdrawal {
  readonly request: LogRequest;
  readonly files: readonly LogFile[];
  /** Who had a download link of a file before it was taken back. */
  readonly downloadedBefore: readonly { readonly fileId: string; readonly agentId: string; readonly at: Moment }[];
}

/** States in which a file stands for something that can be taken back. */
const STANDING: readonly FileState[] = ["announced", "uploaded", "linked"];
const ROUNDS = 10;

/**
 * Take-back. Without file ids the whole consent is withdrawn; with them those files are deleted with a tombstone and the request
 * keeps its state, unless none is left. The blobs go by the pipeline, and with them every link that was given out.
 *
 * @throws not_found, nothing_to_withdraw, invalid_request, conflict
 */
export async function withdrawConsent(
  { store, clock }: { readonly store: Store; readonly clock: Clock },
  caller: { readonly userId: string; readonly installationId?: string },
  requestId: string,
  fileIds?: readonly string[],
): Promise<Withdrawal> {
  const actor: Actor = { kind: "user", id: caller.userId };
  return retryConflicts(
    () =>
      store.transaction(async (tx) => {
        const request = await findOwnRequest(tx, caller, requestId);
        const before = await tx.files.ofRequest(request.id);
        requireKnownFiles(before, fileIds);
        const now = clock.now();
        const files = before.map((file) => (isMeant(file, fileIds) ? deleted(file, now) : file));
        const goes = files.filter((file, index) => file !== before[index]);
        const verdict = decide(request, files, { all: fileIds === undefined, changed: goes.length > 0 });
        if (!verdict.ok)
          throw new Problem(verdict.problem, {
            detail: `The request is ${request.state}.`,
            extra: { state: request.state },
          });
        if (verdict.changed || goes.length > 0) {
          const next = applyVerdict(request, verdict, { at: now });
          if (!(await tx.requests.save(next, { ifVersion: request.version }))) return "conflict";
          if (!(await saveAll(tx, before, goes))) return "conflict";
          if (verdict.state === "withdrawn") await markWithdrawn(tx, requestId, now);
          await startVerify(tx, request, next, files, now);
          await tx.append([
            ...goes.map((file) =>
              fileFact(file, { type: "file.deleted", at: now, actor, data: { reason: "withdrawn" } }),
            ),
            ...(verdict.changed ? [endFact(next, actor, now)] : []),
          ]);
          return {
            request: { ...next, version: request.version + 1 },
            files,
            downloadedBefore: await tx.downloads.ofFiles(goes.map(({ id }) => id)),
          };
        }
        const gone = before.filter((file) => file.reason === "withdrawn").map(({ id }) => id);
        return { request, files: before, downloadedBefore: await tx.downloads.ofFiles(gone) };
      }),
    ROUNDS,
  );
}

/** What a take-back does to the request: all, the last of them, or only some of its files. */
function decide(
  request: LogRequest,
  files: readonly LogFile[],
  { all, changed }: { all: boolean; changed: boolean },
): Verdict {
  const inState = (state: FileState) => files.filter((file) => file.state === state).length;
  const nothingLeft = files.every((file) => !STANDING.includes(file.state));
  if (all || (changed && nothingLeft)) return transition(request, { type: "withdraw" });
  if (!changed) return { ok: true, changed: false, state: request.state };
  // Without the files that were waited for, the rest may be all accounted for, or all settled.
  const command: Command =
    request.state === "consented"
      ? { type: "complete", open: inState("announced"), uploaded: inState("uploaded") }
      : { type: "settled", open: inState("announced") + inState("uploaded"), linked: inState("linked") };
  return transition(request, command);
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

async function markWithdrawn(tx: Transaction, requestId: string, now: Moment): Promise<void> {
  const consent = await tx.consents.ofRequest(requestId);
  if (consent) await tx.consents.markWithdrawn(consent.id, now);
}

/** Taking back the last file that was waited for sends the others on to verify. */
async function startVerify(
  tx: Transaction,
  before: LogRequest,
  next: LogRequest,
  files: readonly LogFile[],
  now: Moment,
): Promise<void> {
  if (before.state !== "consented" || next.state !== "uploaded") return;
  for (const file of files) {
    if (file.state !== "uploaded") continue;
    await tx.files.save({ ...file, verifyAt: now }, { ifState: "uploaded" });
    await tx.wake([{ type: "verify.due", dueAt: now, requestId: next.id, fileId: file.id }]);
  }
}

function endFact(request: LogRequest, actor: Actor, at: Moment): Fact {
  const types = {
    withdrawn: "request.withdrawn",
    uploaded: "request.uploaded",
    linked: "request.linked",
    rejected: "request.rejected",
  } as const;
  const type = types[request.state as keyof typeof types];
  return requestFact(request, {
    type,
    at,
    actor,
    data: request.rejectReason ? { reason: request.rejectReason } : {},
  });
}
