import { BeckonError } from "./beckon-error.ts";
import { type Frozen, freezeRequest, type ReviewFile } from "./freeze-request.ts";
import type { Bytes, Collector, FrozenFile } from "./frozen-file.ts";
import { createSha256, type Hasher } from "./sha256.ts";
import { type Share, type ShareOutcome, shareOrDownload } from "./share-file.ts";
import { tellLeftOut } from "./tell-left-out.ts";
import { verifySource } from "./verify-source.ts";
import { SDK_VERSION } from "./version.ts";
import type { ExportedFile, ExportManifest } from "./wire.ts";
import { createCrc32, writeZip, type ZipEntry } from "./write-zip.ts";
import { throwIfAborted } from "./on-abort.ts";

export interface ExportOptions {
  /** What is asked; the same as `createBeckon` takes. */
  readonly collectors: readonly Collector[];
  /** The calls that it is about: ACS's `call.id`. */
  readonly callIds?: readonly string[];
  /** Logs that do not touch it stay at home. Default: everything that is there. */
  readonly window?: { readonly from: Date; readonly to: Date };
  /** What the files may have together, before compression. Default: 500 MiB; a zip without zip64 ends at 4 GiB. */
  readonly maxBytes?: number;
  /** Default: 200. */
  readonly maxFiles?: number;
  /** The user's choice: the files that go in. Nothing is made or handed on where it gives undefined. Default: all. */
  readonly choose?: (files: readonly ReviewFile[]) => Promise<readonly ReviewFile[] | undefined>;
  /** Hands the zip on. Default: the platform's share sheet where it takes files, else a download. */
  readonly share?: Share;
  readonly appVersion?: string;
  /** Whether to compress, where the platform can. Default: yes. Stored entries make the same bytes on every platform. */
  readonly deflate?: boolean;
  /** A faster SHA-256 where there is one. */
  readonly createHasher?: () => Hasher;
  readonly now?: () => Date;
  readonly signal?: AbortSignal;
}

export interface LogExport {
  readonly name: string;
  readonly zip: Blob;
  /** What the zip's `manifest.json` says. */
  readonly manifest: ExportManifest;
  readonly outcome: ShareOutcome;
}

const MANIFEST = "manifest.json";
/** What the zip is gathered in: the browser may keep a Blob's parts on disk. */
const PART_BYTES = 1024 * 1024;

/**
 * Puts the user's logs into a zip on the device, with a manifest of names, sizes and hashes, and hands it to the platform's
 * share: no server has part in it. Support can put such a zip on a ticket, where it verifies as an upload does.
 *
 * Call it from the user's tap, as browsers want for sharing; where a large zip takes longer than they allow, it is
 * downloaded instead.
 *
 * @returns undefined when the user chose nothing
 * @throws BeckonError `export_too_large`, `file_unreadable`, `cannot_share`; what the signal or `share` says
 */
export async function exportLogs(options: ExportOptions): Promise<LogExport | undefined> {
  const {
    collectors,
    maxBytes = 500 * 1024 * 1024,
    maxFiles = 200,
    choose,
    share = shareOrDownload,
    createHasher = createSha256,
    now = () => new Date(),
    signal = new AbortController().signal,
  } = options;
  const { window } = options;
  const asked = {
    collectors: collectors.map(({ name }) => name),
    maxBytes,
    maxFiles,
    window: window && { from: window.from.toISOString(), to: window.to.toISOString() },
  };
  const frozen = await freezeRequest(asked, collectors, signal);
  try {
    const all = frozen.files.map(({ shown }) => shown);
    const chosen = choose ? await choose(all) : all;
    if (!chosen) return undefined;
    const taken = frozen.files.filter(({ shown }) => chosen.includes(shown));
    const createdAt = now();
    const { manifest, entries } = await describe(taken, frozen, { ...options, createHasher, createdAt, signal });
    const zip = await gather(writeZip(entries, { deflate: options.deflate ?? true }), signal);
    const name = `beckon-logs-${createdAt.toISOString().slice(0, 19).replaceAll(":", "-")}Z.zip`;
    return { name, zip, manifest, outcome: (await share(zip, name)) ?? "shared" };
  } finally {
    for (const { file } of frozen.files) await file.release?.();
  }
}

/** Reads each file once, for its hash and its check; what is zipped afterwards is held to that hash. */
async function describe(
  taken: Frozen["files"],
  frozen: Frozen,
  {
    callIds,
    window,
    appVersion,
    createHasher,
    createdAt,
    signal,
  }: Pick<ExportOptions, "callIds" | "window" | "appVersion"> & {
    readonly createHasher: () => Hasher;
    readonly createdAt: Date;
    readonly signal: AbortSignal;
  },
): Promise<{ manifest: ExportManifest; entries: ZipEntry[] }> {
  const files: ExportedFile[] = [];
  const entries: ZipEntry[] = [];
  const paths = new Set([MANIFEST]);
  for (const { shown, file } of taken) {
    const { collector, name, sizeBytes, modifiedAt, coversFrom, coversTo } = shown;
    const { sha256, crc32 } = await readThrough(file, createHasher, signal);
    const path = unusedPath(collector, name, paths);
    files.push({
      path,
      collector,
      name,
      sizeBytes,
      sha256,
      modifiedAt: modifiedAt.toISOString(),
      ...(coversFrom && { coversFrom: coversFrom.toISOString() }),
      ...(coversTo && { coversTo: coversTo.toISOString() }),
    });
    const source = verifySource(file, { fileId: "", name, sizeBytes, sha256 }, createHasher, () => {});
    entries.push({ path, sizeBytes, crc32, modifiedAt, stream: source.stream });
  }
  const manifest: ExportManifest = {
    type: "beckon.export",
    v: 1,
    createdAt: createdAt.toISOString(),
    sdkVersion: SDK_VERSION,
    ...(appVersion !== undefined && { appVersion }),
    callIds: [...(callIds ?? [])],
    ...(window && { window: { from: window.from.toISOString(), to: window.to.toISOString() } }),
    files,
    leftOut: tellLeftOut(frozen),
  };
  const bytes = new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 2)}\n`);
  const crc = createCrc32();
  crc.update(bytes);
  const first: ZipEntry = {
    path: MANIFEST,
    sizeBytes: bytes.length,
    crc32: crc.value(),
    modifiedAt: createdAt,
    async *stream() {
      yield bytes;
    },
  };
  return { manifest, entries: [first, ...entries] };
}

async function readThrough(file: FrozenFile, createHasher: () => Hasher, signal: AbortSignal) {
  const hasher = createHasher();
  const crc = createCrc32();
  try {
    for await (const piece of file.stream()) {
      throwIfAborted(signal);
      hasher.update(piece);
      crc.update(piece);
    }
  } catch (cause) {
    throwIfAborted(signal);
    throw new BeckonError("file_unreadable", `${file.name}: it can no longer be read`, { cause });
  }
  return { sha256: hasher.digest("hex"), crc32: crc.value() };
}

async function gather(bytes: AsyncIterable<Bytes>, signal: AbortSignal): Promise<Blob> {
  const parts: Blob[] = [];
  let pieces: Bytes[] = [];
  let sizeBytes = 0;
  for await (const piece of bytes) {
    throwIfAborted(signal);
    pieces.push(piece);
    sizeBytes += piece.length;
    if (sizeBytes < PART_BYTES) continue;
    parts.push(new Blob(pieces));
    [pieces, sizeBytes] = [[], 0];
  }
  return new Blob([...parts, ...pieces], { type: "application/zip" });
}

/** Where a file stands in the zip: never outside of it, on no system a name that cannot be, never two alike. */
function unusedPath(collector: string, name: string, taken: Set<string>): string {
  // What Windows refuses, and what other systems take for a folder. Marks that turn the text's direction hide an ending.
  const safe = name.replace(/[\p{Cc}\p{Cf}<>:"/\\|?*]/gu, "_").replace(/[. ]+$|^\.+/g, "_") || "_";
  const dot = safe.lastIndexOf(".");
  const [stem, extension] = dot > 0 ? [safe.slice(0, dot), safe.slice(dot)] : [safe, ""];
  for (let number = 1; ; number++) {
    const path = `${collector}/${stem}${number === 1 ? "" : `-${number}`}${extension}`;
    // Two that differ by case alone are one file on Windows and macOS.
    const folded = path.normalize("NFC").toLowerCase();
    if (taken.has(folded)) continue;
    taken.add(folded);
    return path;
  }
}
