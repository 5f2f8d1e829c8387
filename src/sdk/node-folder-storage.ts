import { openAsBlob } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { BeckonStorage } from "./storage.ts";

const TEXT = ".txt";
const BYTES = ".bin";

/**
 * Remembers in files of a folder of its own. A value is written beside and renamed, so that a crash leaves the old value or
 * the new one, never half of one.
 */
export function nodeFolderStorage(folder: string): BeckonStorage {
  const path = (key: string, end: string) => join(folder, encodeURIComponent(key) + end);

  return {
    async get(key) {
      const text = await readFile(path(key, TEXT), "utf8").catch(ifMissing(undefined));
      if (text !== undefined) return text;
      try {
        return await openAsBlob(path(key, BYTES));
      } catch {
        return undefined; // it does not say why; what cannot be opened is as good as gone
      }
    },
    async set(key, value) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const [end, other] = typeof value === "string" ? [TEXT, BYTES] : [BYTES, TEXT];
      const draft = path(key, `${end}.${crypto.randomUUID()}.draft`);
      const handle = await open(draft, "wx", 0o600);
      try {
        await handle.writeFile(typeof value === "string" ? value : value.stream());
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, path(key, end));
      await rm(path(key, other), { force: true });
    },
    async delete(key) {
      await rm(path(key, TEXT), { force: true });
      await rm(path(key, BYTES), { force: true });
    },
    async keys() {
      const names = await readdir(folder).catch(ifMissing([]));
      return names
        .filter((name) => name.endsWith(TEXT) || name.endsWith(BYTES))
        .map((name) => decodeURIComponent(name.slice(0, -TEXT.length)));
    },
  };
}

function ifMissing<Value>(value: Value): (error: unknown) => Value {
  return (error) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return value;
    throw error;
  };
}
