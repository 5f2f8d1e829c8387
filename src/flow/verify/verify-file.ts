import { fileFact, ownerIdOf, type Fact } from "#domain/facts.ts";
import { hasEnded, ownerFact } from "#domain/file-owner.ts";
import { evidenceBlobName, ingestBlobName, ownerOf, type LogFile } from "#domain/log-file.ts";
import { retryDelaySeconds, UNREADABLE_AFTER_SECONDS } from "#domain/policy.ts";
import { Problem } from "#domain/problems.ts";
import { retryConflicts } from "#domain/retry-conflicts.ts";
import type { Actor } from "#domain/vocabulary.ts";
import type { BlobContent, BlobStore } from "#ports/blob-store.ts";
import type { Clock } from "#ports/clock.ts";
import { WorkerStops } from "#ports/job-queue.ts";
import type { Log } from "#ports/log.ts";
import type { Store, Transaction } from "#ports/store.ts";
import { type Finding, judgeContent, judgeHead, retentionDaysFor, settleFile, settleOwner } from "./settle-file.ts";

export interface VerifyFileDeps {
  readonly store: Pick<Store, "files" | "owners" | "transaction">;
  readonly blobs: Pick<BlobStore, "head" | "inspect" | "promote">;
  readonly clock: Clock;
  /** How long a file is kept, unless its user was promised less. */
  readonly retentionDays: number;
  /** A number in [0, 1). */
  readonly chance: () => number;
  readonly log: Pick<Log, "warn">;
  /** How often a worker says that it is still reading, in milliseconds; 10 s unless told. */
  readonly heartbeatMs?: number;
  /** Where the kill tests stop the process: `verify:after-hash`, `verify:after-copy`, `verify:after-commit`. */
  readonly failpoint?: (name: string) => void | Promise<void>;
}

const ACTOR: Actor = { kind: "system", id: "verify" };

/** Every lost race means that another file of the request has settled, and a consent names at most some dozens. The bytes are
 *  hashed by then: giving up would read them all again. */
const SETTLE_TRIES = 100;

/** While a large file is read, its `verifyAt` is kept this far ahead, so that the reconciler does not set a second worker on
 *  it. Only a hint: a file is verified twice without harm. */
const HEARTBEAT_MS = 10_000;
const HEARTBEAT_AHEAD_MS = 30_000;

/**
 * Settles one uploaded file: reads it back, holds it against the consent, copies what holds to evidence on the condition
 * that it is still what was hashed, and links it, or names it as refused or missing. The last file settles the
 * request or report that it came with. What is settled already is left alone, so that any step may be run again after a crash.
 *
 * The ingest blob goes by the cleanup that the facts set going. Trouble with the store puts the file off, until 24 h after the
 * first attempt that failed.
 */
export async function verifyFile(fileId: string, deps: VerifyFileDeps, signal: AbortSignal): Promise<void> {
  const { store, clock } = deps;
  const file = await store.files.find(fileId);
  if (file?.state !== "uploaded") return;
  const owner = await store.owners.find(ownerOf(file));
  if (owner?.state !== "uploaded") {
    if (owner && hasEnded(owner)) await leaveToCleanup(fileId, deps);
    return;
  }

  let finding: Finding;
  try {
    finding = await whileBeating(file, deps, () => examine(file, deps, signal));
  } catch (error) {
    // No trouble of the store, and no attempt that counts.
    if (signal.reason instanceof WorkerStops) return handBack(fileId, deps);
    // Not since its upload: verify may begin much later, and this is the only copy.
    const { unreadableSince = clock.now() } = file;
    if (clock.now() - unreadableSince < UNREADABLE_AFTER_SECONDS * 1000) await putOff(fileId, error, deps);
    else await settle(fileId, { kind: "refused", reason: "unreadable" }, deps);
    // Recorded either way, so that every request ends; what nobody expected must still be seen.
    if (signal.aborted || (error instanceof Problem && error.code === "blob_store_unavailable")) return;
    throw error;
  }
  const settled = await settle(fileId, finding, deps);
  if (!settled && finding.kind === "holds") await answerForLateCopy(fileId, deps);
  await deps.failpoint?.("verify:after-commit");
}

/**
 * What is found out about a file's bytes; what holds is copied to evidence.
 *
 * @param written what was hashed as it was written, where that was us; else the blob is read back
 */
export async function examine(
  file: Pick<LogFile, "id" | "ownerId" | "sizeBytes" | "sha256">,
  { blobs, failpoint }: Pick<VerifyFileDeps, "blobs" | "failpoint">,
  signal: AbortSignal,
  written?: BlobContent,
): Promise<Finding> {
  const ingest = ingestBlobName(file);
  const head = await blobs.head(ingest, signal);
  const wrongHead = judgeHead(file, head);
  if (wrongHead || !head) return wrongHead ?? { kind: "missing" };
  const content = written ?? (await blobs.inspect(ingest, signal));
  const wrongContent = judgeContent(file, head, content);
  if (wrongContent) return wrongContent;
  await failpoint?.("verify:after-hash");
  const promotion = await blobs.promote(ingest, evidenceBlobName(file), head.etag, signal);
  await failpoint?.("verify:after-copy");
  switch (promotion.kind) {
    case "promoted":
      return { kind: "holds", evidenceEtag: promotion.etag };
    case "changed":
      return { kind: "refused", reason: "changed_after_upload" };
    case "missing":
      return { kind: "missing" };
  }
}

/** One transaction: the file, its request where that was the last one, and the facts. False when the file has settled otherwise. */
async function settle(
  fileId: string,
  finding: Finding,
  { store, clock, retentionDays }: VerifyFileDeps,
): Promise<boolean> {
  return retryConflicts(
    () =>
      store.transaction(async (tx) => {
        const file = await tx.files.find(fileId);
        if (file?.state !== "uploaded") return false;
        const owner = await tx.owners.find(ownerOf(file));
        if (owner?.state !== "uploaded") return false;
        const now = clock.now();
        const consent = await tx.consents.find(file.consentId);
        const settled = settleFile(file, finding, {
          retentionDays: retentionDaysFor(consent?.shown, retentionDays),
          now,
        });
        const files = (await tx.files.ofOwner(owner.id)).map((one) => (one.id === fileId ? settled : one));
        const next = settleOwner(owner, files, now);
        if (!(await tx.owners.save(next, { ifVersion: owner.version }))) return "conflict";
        if (!(await tx.files.save(settled, { ifState: "uploaded" }))) return "conflict";
        const occasion = { at: now, actor: ACTOR };
        const facts: Fact[] = [fileFact(settled, { ...occasion, ...verdictFact(settled, finding) })];
        if (next.state === "linked") {
          const linked = files.filter(({ state }) => state === "linked").length;
          facts.push(ownerFact(next, "linked", { ...occasion, data: { linked, consented: files.length } }));
        } else if (next.state === "rejected") {
          // No round: the prompt was closed when the user answered.
          facts.push(ownerFact(next, "rejected", { ...occasion, data: { reason: next.rejectReason ?? null } }));
        }
        await tx.append(facts);
        return true;
      }),
    SETTLE_TRIES,
  );
}

function verdictFact(file: LogFile, finding: Finding): Pick<Fact, "type" | "data"> {
  const { sizeBytes, coverage } = file;
  switch (finding.kind) {
    case "holds":
      return { type: "file.linked", data: { sizeBytes, coverage } };
    case "refused": {
      const { reason, foundBytes } = finding;
      return { type: "file.refused", data: { reason, sizeBytes, ...(foundBytes !== undefined && { foundBytes }) } };
    }
    case "missing":
      return { type: "file.missing", data: { reason: "not_uploaded", sizeBytes } };
  }
}

/** Tries again later, at a time that PostgreSQL knows: whatever becomes of the queue, the reconciler finds it. */
async function putOff(fileId: string, error: unknown, { store, clock, chance, log }: VerifyFileDeps): Promise<void> {
  const askedSeconds = error instanceof Problem ? error.retryAfterSeconds : undefined;
  await store.transaction(async (tx) => {
    const file = await tx.files.find(fileId);
    if (file?.state !== "uploaded") return;
    const verifyAttempt = file.verifyAttempt + 1;
    const now = clock.now();
    const verifyAt = now + Math.ceil(retryDelaySeconds(verifyAttempt, chance(), askedSeconds) * 1000);
    const { unreadableSince = now } = file;
    const later = { ...file, verifyAttempt, verifyAt, unreadableSince };
    if (!(await tx.files.save(later, { ifState: "uploaded" }))) return;
    await tx.wake([{ type: "verify.due", dueAt: verifyAt, fileId, ...ownerIdOf(file) }]);
    log.warn(
      { fileId, ...ownerIdOf(file), verifyAttempt, err: error },
      "A file could not be verified and is tried again",
    );
  });
}

/** The worker stops: another one shall not have to wait until the reconciler misses this file. */
async function handBack(fileId: string, { store, clock }: VerifyFileDeps): Promise<void> {
  await store.transaction(async (tx) => {
    const file = await tx.files.find(fileId);
    if (file?.state !== "uploaded") return;
    const verifyAt = clock.now();
    if (!(await tx.files.save({ ...file, verifyAt }, { ifState: "uploaded" }))) return;
    await tx.wake([{ type: "verify.due", dueAt: verifyAt, fileId, ...ownerIdOf(file) }]);
  });
}

/**
 * We copied, and another worker settled the file before us. If it linked it, our copy may have replaced the one whose ETag
 * it wrote down: same bytes, another ETag. If the file was taken back, our copy must go.
 */
async function answerForLateCopy(fileId: string, deps: VerifyFileDeps): Promise<void> {
  const file = await deps.store.files.find(fileId);
  if (!file) return;
  if (file.state !== "linked") return leaveToCleanup(fileId, deps);
  // To the end even when the worker stops: whoever takes the job next finds the file settled, and does not look.
  const evidence = await deps.blobs.head(evidenceBlobName(file));
  if (!evidence || evidence.etag === file.evidenceEtag) return;
  await deps.store.files.save({ ...file, evidenceEtag: evidence.etag }, { ifState: "linked" });
}

/** Sends cleanup to look at what the file left behind. It decides by itself what may stay. */
async function leaveToCleanup(fileId: string, { store, clock }: VerifyFileDeps): Promise<void> {
  await store.transaction(async (tx: Transaction) => {
    const file = await tx.files.find(fileId);
    if (!file || file.state === "linked") return;
    const { verifyAt: _nothingToVerify, ...kept } = file;
    const now = clock.now();
    if (!(await tx.files.save({ ...kept, cleanupAt: now }, { ifState: file.state }))) return;
    await tx.wake([{ type: "cleanup.due", dueAt: now, fileId, ...ownerIdOf(file) }]);
  });
}

async function whileBeating<T>(
  file: LogFile,
  { store, clock, heartbeatMs = HEARTBEAT_MS }: VerifyFileDeps,
  work: () => Promise<T>,
): Promise<T> {
  let beating: Promise<unknown> = Promise.resolve();
  const beat = () => {
    beating = store.files
      .save({ ...file, verifyAt: clock.now() + HEARTBEAT_AHEAD_MS }, { ifState: "uploaded" })
      // The database is away: the worst is that a second worker reads the same file.
      .catch(() => undefined);
  };
  const timer = setInterval(beat, heartbeatMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    // It writes the file as it was: on its way still, it would undo what is written next.
    await beating;
  }
}
