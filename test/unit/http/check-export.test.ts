import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { checkExport, EXPORT_FILES_AT_MOST, type ExportSource } from "#http/check-export.ts";
import { exportZip, forge, manifestOf, zip64Of, zipOf, type NamedFile } from "#test/support/export-zips.ts";
import { unzip } from "#test/support/unzip.ts";

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

const check = async (zip: Buffer | Promise<Buffer>, maxBytes = MIB) => checkExport(sourceOf(await zip), maxBytes);

const exported = (deflate = true) =>
  exportZip({ "a.log": "of a\n".repeat(500), "media/b.log": "of b\n".repeat(500), "empty.log": "" }, { deflate });

const said = (files: readonly NamedFile[], ...content: (readonly [string, string])[]) =>
  zipOf([["manifest.json", manifestOf(files)], ...content]);

describe("what the SDK exported", () => {
  test.for([true, false])("proves itself, and gives its files (deflated: %s)", async (deflate) => {
    const verdict = await check(exported(deflate));
    if (verdict.kind !== "proven") throw new Error(JSON.stringify(verdict));
    expect(verdict.manifest.files.map(({ path }) => path).toSorted()).toEqual([
      "app/a.log",
      "app/empty.log",
      "media/b.log",
    ]);
    expect(await buffer(Readable.from(verdict.read("media/b.log")))).toEqual(Buffer.from("of b\n".repeat(500)));
  });

  test("proves itself in the form for large zips as well", async () => {
    const entries = await unzip(await exported());
    expect(await check(zip64Of([...entries]))).toMatchObject({ kind: "proven" });
  });
});

test.for([
  ["a zip without a manifest", zipOf([["a.log", "hi"]]), "no_manifest", undefined],
  [
    "a manifest that does not come first",
    zipOf([
      ["a.log", "hi"],
      ["manifest.json", "{}"],
    ]),
    "no_manifest",
    undefined,
  ],
  ["a manifest that is none", zipOf([["manifest.json", "{"]]), "manifest_malformed", undefined],
  ["a manifest that is something else", zipOf([["manifest.json", "[]"]]), "manifest_malformed", undefined],
  ["a manifest with NUL in a name", said([{ path: "a.log", name: "a\0.log" }]), "manifest_malformed", undefined],
  [
    "a manifest that is not text",
    zipOf([["manifest.json", manifestOf([])]]).then((zip) =>
      Buffer.from(zip.toString("latin1").replace("beckon", "b\xffckon"), "latin1"),
    ),
    "unreadable",
    "manifest.json",
  ],
  ["a file too many", said([], ["a.log", "hi"]), "extra_file", "a.log"],
  ["a file too few", said([{ path: "a.log" }]), "file_missing", "a.log"],
  ["another size", said([{ path: "a.log" }], ["a.log", "longer"]), "size_differs", "a.log"],
  ["other bytes", said([{ path: "a.log" }], ["a.log", "hi"]), "hash_differs", "a.log"],
  ["an encrypted file", exported().then((zip) => forge(zip, "app/a.log", "encrypted")), "unreadable", "app/a.log"],
  [
    "an encrypted manifest",
    exported().then((zip) => forge(zip, "manifest.json", "encrypted")),
    "unreadable",
    "manifest.json",
  ],
  [
    "a wrong check of a file",
    exported().then((zip) => forge(zip, "media/b.log", "check")),
    "unreadable",
    "media/b.log",
  ],
  [
    "a wrong check of the manifest",
    exported().then((zip) => forge(zip, "manifest.json", "check")),
    "unreadable",
    "manifest.json",
  ],
] as const)("%s proves nothing", async ([, zip, doubt, path]) => {
  expect(await check(zip)).toEqual({ kind: "unproven", doubt, ...(path === undefined ? {} : { path }) });
});

test.for([
  ["no zip at all", Buffer.from("hello"), "not_a_zip"],
  ["nothing", Buffer.alloc(0), "not_a_zip"],
  ["a zip whose end is missing", exported().then((zip) => zip.subarray(0, -30)), "not_a_zip"],
  ["a zip without files", zipOf([]), "empty"],
  ["a path that leads out", zipOf([["../../etc/cron.d/x", "hi"]]), "unsafe_path"],
  ["an absolute path", zipOf([["/etc/passwd", "hi"]]), "unsafe_path"],
  ["a path of Windows", zipOf([["C:/windows/x", "hi"]]), "unsafe_path"],
  ["a path with NUL", zipOf([["a.log\0.exe", "hi"]]), "unsafe_path"],
  ["a path that reads backwards", zipOf([["a\u202egol.exe", "hi"]]), "unsafe_path"],
  [
    "two files of one path",
    zipOf([
      ["a.log", "hi"],
      ["a.log", "ho"],
    ]),
    "duplicate_path",
  ],
  [
    "two paths that differ by case alone",
    zipOf([
      ["a.log", "hi"],
      ["A.LOG", "ho"],
    ]),
    "duplicate_path",
  ],
  ["more than is taken", said([{ path: "a.log", sizeBytes: 2 * MIB }]), "too_large"],
  [
    "too many files",
    zipOf(Array.from({ length: EXPORT_FILES_AT_MOST + 2 }, (_, n) => [`${n}.log`, ""] as const)),
    "too_many_files",
  ],
  [
    "a zip without a manifest that unpacks to more than is taken",
    zip64Of([["zeros.log", Buffer.alloc(2 * MIB)]], { forceZip64Format: false }),
    "too_large",
  ],
  ["a path of 64 KiB", zipOf([["a".repeat(60_000), "hi"]]), "unsafe_path"],
  [
    "a directory that is mostly comments",
    zip64Of(
      Array.from({ length: 3 }, (_, n) => [`${n}.log`, Buffer.from("hi")] as const),
      { forceZip64Format: false, comment: "x".repeat(60_000) },
    ),
    "directory_too_large",
  ],
] as const)("%s is put on no ticket", async ([, zip, why]) => {
  expect(await check(zip)).toMatchObject({ kind: "refused", why });
});

test("a bomb is never unpacked further than it says that it goes", async () => {
  const zeros = Buffer.alloc(64 * MIB);
  const bombOf = async (named: NamedFile) =>
    zip64Of(
      [
        ["manifest.json", Buffer.from(manifestOf([named]))],
        ["zeros.log", zeros],
      ],
      { forceZip64Format: false },
    );
  // It says how large it is: more than is taken.
  const honest = await bombOf({ path: "zeros.log", sizeBytes: zeros.length });
  expect(honest.length).toBeLessThan(MIB);
  expect(await check(honest)).toMatchObject({ kind: "refused", why: "too_large" });
  // It says that it is small, and gives more: the reader stops there.
  const liar = forge(await bombOf({ path: "zeros.log", sizeBytes: 2 }), "zeros.log", "two bytes");
  expect(await check(liar)).toEqual({ kind: "unproven", doubt: "unreadable", path: "zeros.log" });
});

test("entries that lie over each other are put on no ticket", async () => {
  const zip = await zipOf([
    ["manifest.json", manifestOf([])],
    ["a.log", "x".repeat(5_000)],
  ]);
  // The directory has the second entry twice, by two names of one length.
  const [directory, end] = [zip.indexOf("PK\u0001\u0002"), zip.indexOf("PK\u0005\u0006")];
  const second = zip.subarray(zip.lastIndexOf("PK\u0001\u0002"), end);
  const twin = Buffer.from(second);
  twin.write("b.log", 46);
  const tail = Buffer.from(zip.subarray(end));
  tail.writeUInt16LE(3, 8);
  tail.writeUInt16LE(3, 10);
  tail.writeUInt32LE(end - directory + twin.length, 12);
  const overlapping = Buffer.concat([zip.subarray(0, end), twin, tail]);
  expect(await check(overlapping)).toMatchObject({ kind: "refused", why: "overlapping" });
});

test("a bit that fell over anywhere in the files is found", async () => {
  const zip = await exported(false);
  const at = zip.indexOf("of b");
  zip[at] = (zip[at] ?? 0) ^ 1;
  expect(await check(zip)).toMatchObject({ kind: "unproven", path: "media/b.log" });
});

test("a store that is away is no doubt about the archive", async () => {
  const away = new Error("away");
  const source = { sizeBytes: 1_000, read: () => Promise.reject(away) };
  await expect(checkExport(source, MIB)).rejects.toBe(away);
});
