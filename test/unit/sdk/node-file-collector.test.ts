import { appendFile, mkdtemp, readdir, readFile, rename, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CollectRequest, FrozenFile } from "#sdk/frozen-file.ts";
import { nodeFileCollector } from "#sdk/node-file-collector.ts";
import { nodeFolderStorage } from "#sdk/node-folder-storage.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "beckon-logs-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const logs = () => nodeFileCollector({ name: "app", label: "App log", folder, pattern: /^app\.log(\.\d+)?$/ });
const snapshots = () => readdir(join(folder, ".beckon-app"));

function asking(more: Partial<CollectRequest> = {}): CollectRequest & { left: string[] } {
  const left: string[] = [];
  const { signal } = new AbortController();
  const leaveOut = ({ name }: { name: string }) => void left.push(name);
  return { window: undefined, maxBytes: 1e9, maxFiles: 50, signal, leaveOut, left, ...more };
}

async function read(file: FrozenFile | undefined, start?: number, end?: number): Promise<string> {
  let text = "";
  for await (const piece of file?.stream(start, end) ?? []) text += Buffer.from(piece).toString();
  return text;
}

test("a frozen log stays as it was shown while the log is appended to, rotated, truncated and deleted", async () => {
  const path = join(folder, "app.log");
  await writeFile(path, "first\nsecond\n");
  const [frozen] = await logs().collect(asking());
  await appendFile(path, "third\n");
  expect(await read(frozen)).toBe("first\nsecond\n");
  await rename(path, `${path}.1`);
  await writeFile(path, "a new log\n");
  expect(await read(frozen)).toBe("first\nsecond\n");
  await truncate(`${path}.1`);
  expect(await read(frozen)).toBe("first\nsecond\n");
  await rm(`${path}.1`);
  expect(await read(frozen, 6, 12)).toBe("second");
});

test("after a restart the same bytes are found again, and only while they are whole", async () => {
  await writeFile(join(folder, "app.log"), "2026-11-22T09:00:00Z start\n2026-11-22T09:30:00+00:00 end\n");
  const [frozen] = await logs().collect(asking());
  await writeFile(join(folder, "app.log"), "rotated");
  const reopened = await logs().reopen?.(frozen?.saved ?? "");
  expect(await read(reopened)).toContain("start");
  expect(reopened?.coversFrom).toEqual(new Date("2026-11-22T09:00:00Z"));
  expect(reopened?.coversTo).toEqual(new Date("2026-11-22T09:30:00Z"));
  const [snapshot = ""] = await snapshots();
  await truncate(join(folder, ".beckon-app", snapshot), 3);
  expect(await logs().reopen?.(frozen?.saved ?? "")).toBeUndefined();
  expect(await logs().reopen?.(JSON.stringify({ id: "../app.log", sizeBytes: 7 }))).toBeUndefined();
});

test("files that match are taken newest first, within the budget, and those before the window stay at home", async () => {
  for (const [index, name] of ["app.log", "app.log.1", "app.log.2", "other.txt"].entries()) {
    await writeFile(join(folder, name), "x".repeat(10));
    const at = new Date(Date.UTC(2026, 10, 22 - index));
    await utimes(join(folder, name), at, at);
  }
  const day = (date: number) => new Date(Date.UTC(2026, 10, date));
  const all = await logs().collect(asking());
  expect(all.map(({ name }) => name)).toEqual(["app.log", "app.log.1", "app.log.2"]);
  const recent = await logs().collect(asking({ window: { from: day(21), to: day(23) } }));
  expect(recent.map(({ name }) => name)).toEqual(["app.log", "app.log.1"]);
  const few = asking({ maxBytes: 25 });
  expect(await logs().collect(few)).toHaveLength(2);
  expect(few.left).toEqual(["app.log.2"]);
});

test("an empty log is a file too", async () => {
  await writeFile(join(folder, "app.log"), "");
  const [frozen] = await logs().collect(asking());
  expect([frozen?.sizeBytes, await read(frozen)]).toEqual([0, ""]);
});

test("a release removes the copy, and a start removes those that nobody needs", async () => {
  await writeFile(join(folder, "app.log"), "one");
  const [first] = await logs().collect(asking());
  const [second] = await logs().collect(asking());
  const [third] = await logs().collect(asking());
  await first?.release?.();
  await first?.release?.();
  expect(await snapshots()).toHaveLength(2);
  await logs().releaseAllBut?.([third?.saved ?? ""]);
  expect(await read(third)).toBe("one");
  await expect(read(second)).rejects.toThrow("ENOENT");
  expect(await readFile(join(folder, "app.log"), "utf8")).toBe("one");
});

test("a folder remembers text and bytes, whole or not at all, under any key", async () => {
  const storage = nodeFolderStorage(join(folder, "memory"));
  expect([await storage.keys(), await storage.get("none")]).toEqual([[], undefined]);
  await storage.set("beckon/answer/../1", "text");
  await storage.set("beckon/file/1", new Blob(["bytes"]));
  const again = nodeFolderStorage(join(folder, "memory"));
  expect((await again.keys()).sort()).toEqual(["beckon/answer/../1", "beckon/file/1"]);
  expect(await again.get("beckon/answer/../1")).toBe("text");
  const blob = await again.get("beckon/file/1");
  expect(blob instanceof Blob && (await blob.text())).toBe("bytes");
  await again.set("beckon/file/1", "now text");
  expect(await again.get("beckon/file/1")).toBe("now text");
  await again.delete("beckon/file/1");
  expect(await again.keys()).toEqual(["beckon/answer/../1"]);
});
