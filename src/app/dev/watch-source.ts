import { watch } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../../..");
const FOLDERS = ["src", "prisma"] as const;

/** Files that matter; what an editor writes beside them does not. */
const SOURCE = /\.(tsx?|css|html|svg|sql|prisma|json|js)$/;

/** Editors write a file in several steps, and tools many files in a row. */
const QUIET_MS = 150;

/**
 * Tells which files changed, each time that it has become quiet.
 *
 * @param onChange paths in the clone, with slashes, each once
 * @returns how to stop
 */
export function watchSource(onChange: (files: readonly string[]) => void): () => void {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    const files = [...changed];
    changed.clear();
    onChange(files);
  };
  const watchers = FOLDERS.map((folder) =>
    watch(join(ROOT, folder), { recursive: true }, (_event, name) => {
      if (name === null || !SOURCE.test(name)) return;
      changed.add(`${folder}/${name.replaceAll("\\", "/")}`);
      clearTimeout(timer);
      timer = setTimeout(tell, QUIET_MS);
    }),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
