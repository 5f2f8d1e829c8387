import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Namespace } from "#emulator/hub/namespace.ts";
import { loadSnapshot, takeSnapshot } from "./snapshot.ts";

/** How often it is looked whether something has changed, in milliseconds: what a kill can lose. */
const SAVE_INTERVAL_MS = 1_000;

/** Keeps hubs, keys, installations and registrations in a folder, and reads them back at the next start. */
export interface Persistence {
  /** Writes what has changed since and stops. */
  close(): Promise<void>;
}

/**
 * Reads what an earlier emulator left in `directory`, and from now on writes there.
 *
 * @throws Error when what is there cannot be read: an emulator that began empty would soon overwrite it.
 */
export async function persistIn(directory: string, namespace: Namespace): Promise<Persistence> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, "emulator.json");
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (text !== null) {
    try {
      loadSnapshot(namespace, JSON.parse(text));
    } catch (cause) {
      throw new Error(`${file} cannot be read; move it away to begin anew`, { cause });
    }
  }
  let saved = text === null ? -1 : namespace.revision;
  let writing = Promise.resolve();
  const save = (): Promise<void> => {
    writing = writing.then(async () => {
      const { revision } = namespace;
      if (revision === saved) return;
      // Beside it and then in its place: a kill in between leaves the old file whole.
      await writeFile(`${file}.new`, JSON.stringify(takeSnapshot(namespace)));
      await rename(`${file}.new`, file);
      saved = revision;
    });
    return writing;
  };
  // A disk that is full now may not be at the next turn; close tells about the last one.
  const timer = setInterval(() => void save().catch(() => (writing = Promise.resolve())), SAVE_INTERVAL_MS);
  return {
    async close() {
      clearInterval(timer);
      await save();
    },
  };
}
