import { decideOwner, type FileOwner } from "#domain/file-owner.ts";
import type { LogFile } from "#domain/log-file.ts";
import type { FileReason, Moment } from "#domain/vocabulary.ts";
import type { BlobContent, BlobHead } from "#ports/blob-store.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** What verify found out about an uploaded file. */
export type Finding =
  | { readonly kind: "holds"; readonly evidenceEtag: string }
  | { readonly kind: "refused"; readonly reason: FileReason; readonly foundBytes?: number }
  | { readonly kind: "missing" };

/** What the store says of the blob, before a byte of it is read. Nothing is decided when the size is the consented one. */
export function judgeHead(file: Pick<LogFile, "sizeBytes">, head: BlobHead | undefined): Finding | undefined {
  if (!head) return { kind: "missing" };
  if (head.sizeBytes !== file.sizeBytes) return { kind: "refused", reason: "size_differs", foundBytes: head.sizeBytes };
  return undefined;
}

/** What was read, against the consent and against what was there a moment ago. Nothing is decided when it is the same. */
export function judgeContent(
  file: Pick<LogFile, "sha256">,
  head: Pick<BlobHead, "etag">,
  content: BlobContent | undefined,
): Finding | undefined {
  if (!content) return { kind: "missing" };
  if (content.etag !== head.etag) return { kind: "refused", reason: "changed_after_upload" };
  if (content.sha256 !== file.sha256) return { kind: "refused", reason: "hash_differs" };
  return undefined;
}

/** The file as it is from now on. Blobs that its new state does not permit are due for removal at once. */
export function settleFile(
  file: LogFile,
  finding: Finding,
  { retentionDays, now }: { retentionDays: number; now: Moment },
): LogFile {
  const { verifyAt: _settled, unreadableSince: _over, ...kept } = file;
  const settled = { ...kept, cleanupAt: now };
  switch (finding.kind) {
    case "holds":
      return {
        ...settled,
        state: "linked",
        evidenceEtag: finding.evidenceEtag,
        linkedAt: now,
        deleteAfter: now + retentionDays * DAY_MS,
      };
    case "refused":
      return { ...settled, state: "refused", reason: finding.reason };
    case "missing":
      return { ...settled, state: "missing", reason: "not_uploaded" };
  }
}

/**
 * The request or report after one of its files has settled. It is saved even where its state stays: its version is what keeps two
 * files that settle at the same moment from both taking the other for open.
 */
export function settleOwner(owner: FileOwner, files: readonly Pick<LogFile, "state">[], now: Moment): FileOwner {
  const open = files.filter(({ state }) => state === "announced" || state === "uploaded").length;
  const linked = files.filter(({ state }) => state === "linked").length;
  return decideOwner(owner, { type: "settled", open, linked }, now).owner;
}

/** As long as the setting says, but never longer than the user was shown: the setting may have grown since. */
export function retentionDaysFor(shown: Readonly<Record<string, string>> | undefined, settingDays: number): number {
  const promised = Number(shown?.["retentionDays"]);
  return Number.isInteger(promised) && promised > 0 ? Math.min(promised, settingDays) : settingDays;
}
