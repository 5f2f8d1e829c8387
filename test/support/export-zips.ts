import { buffer } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { ZipFile } from "yazl";
import { exportLogs, type ExportOptions } from "#sdk/export-logs.ts";
import { freezeBytes } from "#sdk/frozen-file.ts";
import { createCrc32, writeZip } from "#sdk/write-zip.ts";

export const EXPORTED_AT = new Date("2026-11-22T09:30:44Z");

export type Contents = Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>;

/** What a user's app exported, by the SDK itself: each file of the collector `app` unless it says `collector/name`. */
export async function exportZip(files: Contents, options: Partial<ExportOptions> = {}): Promise<Buffer> {
  const named = Object.entries(files).map(([path, content]) => {
    const [name = "", collector = "app"] = path.split("/").toReversed();
    return { collector, file: freezeBytes(name, content, { modifiedAt: EXPORTED_AT }) };
  });
  const collectors = [...Map.groupBy(named, ({ collector }) => collector)].map(([name, of]) => ({
    name,
    label: name,
    collect: async () => of.map(({ file }) => file),
  }));
  const made = await exportLogs({ collectors, share: async () => {}, now: () => EXPORTED_AT, ...options });
  if (!made) throw new Error("Nothing was exported");
  return Buffer.from(await made.zip.arrayBuffer());
}

/** A zip that nobody exported, its paths as they are given; a path may be there twice. */
export async function zipOf(files: readonly (readonly [path: string, content: string])[]): Promise<Buffer> {
  const entries = files.map(([path, text]) => {
    const bytes = new TextEncoder().encode(text);
    const crc = createCrc32();
    crc.update(bytes);
    const stream = async function* () {
      yield bytes;
    };
    return { path, sizeBytes: bytes.length, crc32: crc.value(), modifiedAt: EXPORTED_AT, stream };
  });
  const pieces: Uint8Array[] = [];
  for await (const piece of writeZip(entries, { deflate: false })) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** A zip by another writer, deflated, and in the form for more than 4 GiB unless told. */
export async function zip64Of(
  files: readonly (readonly [path: string, content: Buffer])[],
  { forceZip64Format = true, comment = "" }: { readonly forceZip64Format?: boolean; readonly comment?: string } = {},
): Promise<Buffer> {
  const zip = new ZipFile();
  // yazl's types do not know of an entry's comment.
  const options = { mtime: EXPORTED_AT, forceZip64Format, fileComment: comment };
  for (const [path, content] of files) zip.addBuffer(content, path, options);
  zip.end({ forceZip64Format, comment: "" });
  return buffer(zip.outputStream as Readable);
}

export interface NamedFile {
  readonly path: string;
  readonly sizeBytes?: number;
  readonly sha256?: string;
  readonly name?: string;
}

/** A manifest that says whatever a test wants it to say. */
export function manifestOf(files: readonly NamedFile[], more: object = {}): string {
  return JSON.stringify({
    type: "beckon.export",
    v: 1,
    createdAt: EXPORTED_AT.toISOString(),
    sdkVersion: "1",
    callIds: [],
    files: files.map((file) => ({
      collector: "app",
      name: file.path,
      sizeBytes: 2,
      sha256: "0".repeat(64),
      modifiedAt: EXPORTED_AT.toISOString(),
      ...file,
    })),
    leftOut: [],
    ...more,
  });
}

const CENTRAL = Buffer.from("PK\u0001\u0002", "latin1");
/** Where an entry's flags, check and sizes stand in the directory. */
const FLAGS = 8;
const CHECK = 16;
const SIZE = 24;

/** Changes what the directory says of an entry. */
export function forge(zip: Buffer, path: string, what: "encrypted" | "check" | "two bytes"): Buffer {
  const forged = Buffer.from(zip);
  for (let at = forged.indexOf(CENTRAL); at !== -1; at = forged.indexOf(CENTRAL, at + 4)) {
    const length = forged.readUInt16LE(at + 28);
    if (forged.toString("utf8", at + 46, at + 46 + length) !== path) continue;
    if (what === "encrypted") forged.writeUInt16LE(forged.readUInt16LE(at + FLAGS) | 1, at + FLAGS);
    else if (what === "two bytes") forged.writeUInt32LE(2, at + SIZE);
    else forged.writeUInt32LE((forged.readUInt32LE(at + CHECK) ^ 1) >>> 0, at + CHECK);
    return forged;
  }
  throw new Error(`No entry ${path}`);
}
