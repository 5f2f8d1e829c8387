import { expect, test } from "vitest";
import { checkExport, type ExportSource } from "#http/check-export.ts";
import { exportLogs } from "#sdk/export-logs.ts";
import { freezeBytes } from "#sdk/frozen-file.ts";
import { createCrc32, writeZip } from "#sdk/write-zip.ts";

const MODIFIED = new Date("2026-11-22T09:30:44Z");
const MIB = 1024 * 1024;

function sourceOf(zip: Buffer): ExportSource {
  return {
    sizeBytes: zip.length,
    read: async (offset, lengthBytes) =>
      (async function* () {
        yield zip.subarray(offset, offset + lengthBytes);
      })(),
  };
}

async function exported(deflate = true): Promise<Buffer> {
  const files = ["a.log", "b.log", "empty.log"].map((name) =>
    freezeBytes(name, name === "empty.log" ? "" : `of ${name}\n`.repeat(500), { modifiedAt: MODIFIED }),
  );
  const collectors = [{ name: "app", label: "App", collect: async () => files }];
  const result = await exportLogs({ collectors, share: async () => {}, deflate });
  return Buffer.from((await result?.zip.arrayBuffer()) ?? new ArrayBuffer(0));
}

/** A zip that nobody exported. */
async function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const entries = Object.entries(files).map(([path, text]) => {
    const bytes = new TextEncoder().encode(text);
    const crc = createCrc32();
    crc.update(bytes);
    const stream = async function* () {
      yield bytes;
    };
    return { path, sizeBytes: bytes.length, crc32: crc.value(), modifiedAt: MODIFIED, stream };
  });
  const pieces: Uint8Array[] = [];
  for await (const piece of writeZip(entries)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const manifestOf = (files: readonly object[]) =>
  JSON.stringify({
    type: "beckon.export",
    v: 1,
    createdAt: MODIFIED.toISOString(),
    sdkVersion: "1",
    callIds: [],
    files,
    leftOut: [],
  });
const named = (path: string, more: object = {}) => ({
  path,
  collector: "app",
  name: path,
  sizeBytes: 2,
  sha256: "0".repeat(64),
  modifiedAt: MODIFIED.toISOString(),
  ...more,
});

test.for([true, false])("what the SDK exported proves itself (deflated: %s)", async (deflate) => {
  const verdict = await checkExport(sourceOf(await exported(deflate)), MIB);
  expect(verdict).toMatchObject({
    kind: "proven",
    manifest: { files: [{ name: "a.log" }, { name: "b.log" }, { name: "empty.log" }] },
  });
});

test.for([
  ["no zip at all", Buffer.from("hello"), "not_a_zip"],
  ["nothing", Buffer.alloc(0), "not_a_zip"],
  ["a zip without a manifest", zipOf({ "a.log": "hi" }), "no_manifest"],
  ["a manifest that is none", zipOf({ "manifest.json": "{" }), "manifest_malformed"],
  ["a file too many", zipOf({ "manifest.json": manifestOf([]), "a.log": "hi" }), "extra_file"],
  ["a file too few", zipOf({ "manifest.json": manifestOf([named("a.log")]) }), "file_missing"],
  ["another size", zipOf({ "manifest.json": manifestOf([named("a.log")]), "a.log": "longer" }), "size_differs"],
  ["other bytes", zipOf({ "manifest.json": manifestOf([named("a.log")]), "a.log": "hi" }), "hash_differs"],
  ["more than is taken", zipOf({ "manifest.json": manifestOf([named("a.log", { sizeBytes: 2 * MIB })]) }), "too_large"],
] as const)("a zip with %s proves nothing", async ([, zip, doubt]) => {
  expect(await checkExport(sourceOf(await zip), MIB)).toMatchObject({ kind: "unproven", doubt });
});

test("a bit that fell over anywhere in the files is found", async () => {
  const zip = await exported(false);
  const at = zip.indexOf("of b.log");
  zip[at] = (zip[at] ?? 0) ^ 1;
  expect(await checkExport(sourceOf(zip), MIB)).toMatchObject({ kind: "unproven", path: "app/b.log" });
});

test("a store that is away is no doubt about the archive", async () => {
  const away = new Error("away");
  const source = { sizeBytes: 1_000, read: () => Promise.reject(away) };
  await expect(checkExport(source, MIB)).rejects.toBe(away);
});
