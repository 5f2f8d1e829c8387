import { statSync, watch } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../../..");
const FOLDERS = ["src", "prisma"] as const;

/** Files that matter; what an editor writes beside them does not. */
const SOURCE = /\.(tsx?|css|html|svg|sql|prisma|json|js)$/;

/** Editors write a file in several steps, and tools many files in a row. */
const QUIET_MS = 150;

/** The clock by which files are dated is a little behind the one that is read here. */
const CLOCK_MS = 1_000;

/**
 * Tells which files changed, each time that it has become quiet.
 *
 * @param onChange paths in the clone, with slashes, each once
 * @param root the clone
 * @returns how to stop
 */
export function watchSource(onChange: (files: readonly string[]) => void, root = ROOT): () => void {
  const startedAt = Date.now() - CLOCK_MS;
  const writtenAt = new Map<string, number>();
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    const files = [...changed];
    changed.clear();
    onChange(files);
  };
  /** `npx beckon` makes its program executable each time: a file with other rights has the same content. */
  const isWritten = (file: string): boolean => {
    const mtimeMs = statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs;
    if (mtimeMs === undefined) return true;
    const before = writtenAt.get(file);
    writtenAt.set(file, mtimeMs);
    return before === undefined ? mtimeMs >= startedAt : mtimeMs !== before;
  };
  const watchers = FOLDERS.map((folder) =>
    watch(join(root, folder), { recursive: true }, (event, name) => {
      if (name === null || !SOURCE.test(name)) return;
      const file = `${folder}/${name.replaceAll("\\", "/")}`;
      // A "rename" is a file that came or went, whenever it was written.
      if (event === "change" && !changed.has(file) && !isWritten(file)) return;
      changed.add(file);
      clearTimeout(timer);
      timer = setTimeout(tell, QUIET_MS);
    }),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}
