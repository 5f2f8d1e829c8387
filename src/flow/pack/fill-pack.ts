import { fileFact } from "#domain/facts.ts";
import { evidenceBlobName, type LogFile } from "#domain/log-file.ts";
import type { Ticket } from "#domain/ticket.ts";
import type { Actor } from "#domain/vocabulary.ts";
import { hashBytes, heldTo } from "#http/hash-bytes.ts";
import type { ZipEntry } from "#http/write-zip.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import type { Clock } from "#ports/clock.ts";
import { describePack, type DescribePack } from "./describe-pack.ts";
import { createPackPaths } from "./pack-path.ts";

export interface FillPack extends DescribePack {
  readonly blobs: Pick<BlobStore, "readPart">;
  readonly clock: Clock;
}

/** Encrypted or packed already: to deflate them costs time and saves nothing. */
const PACKED = /\.(blog|etl|zip|gz|zst|zlib|png|jpe?g|mp4)$/i;

/**
 * The entries of a ticket's pack, each read from the store when its turn comes: the linked files, then `manifest.json`, then
 * `manifest.sha256` over all of them. A file that is no longer linked when its turn comes is left out, and the manifest says why.
 *
 * @throws Error when a file that is in it already was taken back or deleted meanwhile: no finished pack holds it;
 *   blob_store_unavailable; when the bytes are not those that were verified
 */
export async function* fillPack(
  deps: FillPack,
  ticket: Ticket,
  actor: Actor,
  signal: AbortSignal,
): AsyncGenerator<ZipEntry, void, undefined> {
  const { store, clock } = deps;
  const pathOf = createPackPaths();
  const packed = new Map<string, { path: string; at: number }>();
  const sums: string[] = [];
  for (const { id } of await store.files.ofTicket(ticket.id)) {
    signal.throwIfAborted();
    const opened = await openFile(deps, actor, id, signal);
    if (!opened) continue;
    const { file, bytes } = opened;
    const path = pathOf(file);
    packed.set(file.id, { path, at: clock.now() });
    sums.push(`${file.sha256}  ${path}\n`);
    const { modifiedAt, sizeBytes, sha256 } = file;
    yield {
      path,
      modifiedAt: zipTime(modifiedAt),
      sizeBytes,
      isPacked: PACKED.test(file.name),
      bytes: heldTo({ sizeBytes, sha256 }, bytes),
    };
  }

  const files = await store.files.ofTicket(ticket.id);
  requireStillThere(files, packed);
  const at = clock.now();
  const manifest = await describePack(deps, ticket, files, packed, { agentId: actor.id, at });
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
  const { sha256 } = await hashBytes([encode(text)]);
  yield textEntry("manifest.json", text, at);
  yield textEntry("manifest.sha256", `${sums.join("")}${sha256}  manifest.json\n`, at);
  // Once more: until here the zip has no directory, and nothing opens it.
  requireStillThere(await store.files.ofTicket(ticket.id), packed);
}

/** Opens a file that is linked, and writes down that it is read before the first byte leaves. Undefined when it is not there. */
async function openFile(
  { store, blobs, clock }: FillPack,
  actor: Actor,
  fileId: string,
  signal: AbortSignal,
): Promise<{ readonly file: LogFile; readonly bytes: AsyncIterable<Uint8Array> } | undefined> {
  const file = await store.files.find(fileId);
  if (file?.state !== "linked") return undefined;
  const whole = { offset: 0, lengthBytes: file.sizeBytes };
  const bytes =
    file.sizeBytes === 0
      ? nothing()
      : await blobs.readPart(evidenceBlobName(file), whole, file.evidenceEtag ?? "", signal);
  if (!bytes) return undefined;
  const isRead = await store.transaction(async (tx) => {
    const now = await tx.files.find(fileId);
    if (now?.state !== "linked") return false;
    await tx.append([fileFact(file, { type: "file.read", at: clock.now(), actor, data: { pack: true } })]);
    return true;
  });
  if (isRead) return { file, bytes };
  await bytes[Symbol.asyncIterator]().return?.();
  return undefined;
}

function requireStillThere(files: readonly LogFile[], packed: ReadonlyMap<string, unknown>): void {
  const gone = files.find(({ id, state }) => packed.has(id) && state !== "linked");
  if (gone) throw new Error(`File ${gone.id} was deleted while it was packed (${gone.reason ?? gone.state})`);
}

function textEntry(path: string, text: string, at: number): ZipEntry {
  const bytes = encode(text);
  return { path, modifiedAt: new Date(at), sizeBytes: bytes.byteLength, isPacked: false, bytes: only(bytes) };
}

/** Zip knows the years 1980 to 2107, and a device may say any. */
function zipTime(modifiedAt: number): Date {
  return new Date(Math.min(Math.max(modifiedAt, Date.UTC(1980, 0, 2)), Date.UTC(2037, 11, 31)));
}

const encode = (text: string) => new TextEncoder().encode(text);

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}
