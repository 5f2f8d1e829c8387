import type { LogFile } from "#domain/log-file.ts";
import { Problem } from "#domain/problems.ts";
import type { BlobContent } from "#ports/blob-store.ts";
import { retentionDaysFor, settleFile } from "./settle-file.ts";
import { examine, type VerifyFileDeps } from "./verify-file.ts";

/** A file before the ticket and the consent that it belongs to are known. */
type WrittenFile = Omit<LogFile, "ticketId" | "consentId">;

/**
 * Verifies a file whose bytes we wrote and hashed ourselves, here and now: what stands in the store must be what was written, and
 * is copied to evidence on that condition. Nothing is read back.
 *
 * @returns the file as linked; it is up to the caller to save it
 * @throws conflict when something else stands there, blob_store_unavailable
 */
export async function verifyWritten(
  file: WrittenFile,
  written: BlobContent,
  deps: Pick<VerifyFileDeps, "blobs" | "clock" | "retentionDays">,
  signal: AbortSignal,
): Promise<WrittenFile> {
  const finding = await examine(file, deps, signal, written);
  if (finding.kind !== "holds")
    throw new Problem("conflict", { detail: "What was stored is no longer what was sent. Send it again." });
  const terms = { retentionDays: retentionDaysFor(undefined, deps.retentionDays), now: deps.clock.now() };
  const {
    ticketId: _later,
    consentId: _too,
    ...linked
  } = settleFile({ ...file, ticketId: "", consentId: "" }, finding, terms);
  return linked;
}
