import type { LogFile } from "#domain/log-file.ts";
import { Problem } from "#domain/problems.ts";
import type { Records } from "#ports/store.ts";

const GONE: Readonly<Record<string, string>> = {
  withdrawn: "Its user took it back.",
  removed: "The agent who added it, a lead or an admin removed it.",
};

/**
 * A file that agents may read: verified, and neither taken back nor over.
 *
 * @throws not_found, file_gone, conflict when the file is not linked (yet)
 */
export async function findLinkedFile(store: Pick<Records, "files">, fileId: string): Promise<LogFile> {
  const file = await store.files.find(fileId);
  if (!file) throw new Problem("not_found");
  if (file.state === "deleted")
    throw new Problem("file_gone", {
      detail: GONE[file.reason ?? ""] ?? "Its retention is over.",
      extra: { reason: file.reason },
    });
  if (file.state !== "linked")
    throw new Problem("conflict", {
      detail: `Only a linked file can be read; this one is ${file.state}.`,
      extra: { state: file.state },
    });
  return file;
}
