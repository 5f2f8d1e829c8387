import { fileFact } from "#domain/facts.ts";
import type { LogFile } from "#domain/log-file.ts";
import { Problem } from "#domain/problems.ts";
import { retryConflicts } from "#domain/retry-conflicts.ts";
import type { Role } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";
import type { Store } from "#ports/store.ts";

/** Who may remove what a colleague added. */
const OVERSEERS: readonly Role[] = ["lead", "admin"];

/**
 * Removes a file that an agent added: no device can take it back. The row stays as a tombstone, and the fact sets the removal of the
 * blob going. A file that is gone already stays as it went.
 *
 * @throws not_found, not_removable when a user shared it, forbidden when a colleague added it, conflict
 */
export async function removeFile(
  { store, clock }: { readonly store: Pick<Store, "transaction">; readonly clock: Clock },
  agent: { readonly id: string; readonly roles: readonly Role[] },
  fileId: string,
): Promise<LogFile> {
  return retryConflicts(() =>
    store.transaction(async (tx) => {
      const file = await tx.files.find(fileId);
      if (!file) throw new Problem("not_found");
      if (file.ownerKind !== "agent_upload")
        throw new Problem("not_removable", {
          detail: "A user shared it: the user takes it back, or retention deletes it.",
        });
      const upload = await tx.agentUploads.find(file.ownerId);
      if (upload?.agentId !== agent.id && !agent.roles.some((role) => OVERSEERS.includes(role)))
        throw new Problem("forbidden", { detail: "A colleague added it: they, a lead or an admin can remove it." });
      if (file.state !== "linked") return file;
      const now = clock.now();
      const gone: LogFile = { ...file, state: "deleted", reason: "removed", deletedAt: now, cleanupAt: now };
      if (!(await tx.files.save(gone, { ifState: "linked" }))) return "conflict";
      const data = { reason: "removed", agentUploadId: file.ownerId };
      await tx.append([
        fileFact(file, { type: "file.deleted", at: now, actor: { kind: "agent", id: agent.id }, data }),
      ]);
      return gone;
    }),
  );
}
