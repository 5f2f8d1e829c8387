import { createHash } from "node:crypto";
import type { Request } from "express";
import type { Attempt } from "./serve-blobs.ts";
import { isReleased } from "./is-released.ts";

/** https://learn.microsoft.com/rest/api/storageservices/put-block: before it is encoded. */
const MAX_BLOCK_ID_BYTES = 64;
/** https://learn.microsoft.com/rest/api/storageservices/put-block-list */
const MAX_BLOCKS = 50_000;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Stores one block. As in Blob Storage its id is Base64 and as long as those of the file's other blocks; which are there, only the
 * app remembers.
 */
export async function putBlock(attempt: Attempt): Promise<void> {
  const { desk, request, response } = attempt;
  const id = request.query["blockid"];
  const lengthBytes = Number(request.get("content-length"));
  if (typeof id !== "string") return attempt.no(400, "MissingRequiredQueryParameter");
  if (id === "" || !BASE64.test(id) || Buffer.from(id, "base64").length > MAX_BLOCK_ID_BYTES)
    return attempt.no(400, "InvalidQueryParameterValue");
  if (idsOf(attempt).some((other) => other.length !== id.length)) return attempt.no(400, "InvalidBlobOrBlock");
  if (attempt.file()?.blob) return attempt.no(409, "BlobAlreadyExists");
  if (lengthBytes === 0) return attempt.no(400, "InvalidHeaderValue");

  const trouble = desk.nextBlock;
  const isCut = trouble === "cut" && idsOf(attempt).some((other) => other !== id);
  if (isCut || trouble === "hold") desk.nextBlock = undefined;
  const bytes = await readBytes(request, isCut ? lengthBytes / 2 : Infinity);
  if (isCut) {
    desk.journal.add({ kind: "note", note: "block cut" });
    return attempt.silent();
  }
  if (!bytes) return attempt.silent();
  if (trouble === "hold") {
    desk.journal.add({ kind: "note", note: "block held" });
    if (!(await isReleased(desk, response))) return attempt.silent({ sizeBytes: bytes.length });
  }
  attempt.change({ blocks: new Map([...(attempt.file()?.blocks ?? []), [id, bytes]]) });
  attempt.yes({ sizeBytes: bytes.length });
}

/** Makes a blob of the blocks that the list names, in its order. What it does not name is let go. */
export async function putBlockList(attempt: Attempt): Promise<void> {
  const bytes = await readBytes(attempt.request, Infinity);
  if (!bytes) return attempt.silent();
  if (attempt.file()?.blob) return attempt.no(409, "BlobAlreadyExists");
  const ids = readBlockList(bytes.toString());
  if (!ids) return attempt.no(400, "InvalidXmlDocument");
  if (ids.length > MAX_BLOCKS) return attempt.no(400, "BlockListTooLong");
  const blocks = ids.map((id) => attempt.file()?.blocks?.get(id) ?? []);
  if (blocks.some((block) => block.length === 0)) return attempt.no(400, "InvalidBlockList");
  const hash = createHash("sha256");
  let sizeBytes = 0;
  for (const block of blocks) {
    hash.update(Buffer.from(block));
    sizeBytes += block.length;
  }
  const body = { sizeBytes, sha256: hash.digest("hex") };
  attempt.change({ blob: body, blocks: new Map() });
  attempt.yes(body);
}

/** @returns the ids in their order; undefined when it is no block list. Committed names none here: a link creates once */
function readBlockList(xml: string): string[] | undefined {
  const [, inner] = /^\s*(?:<\?xml[^>]*\?>\s*)?<BlockList(?:\s*\/>|\s*>([\s\S]*)<\/BlockList>)\s*$/.exec(xml) ?? [];
  if (inner === undefined) return /<BlockList\s*\/>\s*$/.test(xml) ? [] : undefined;
  const entry = /<(Latest|Uncommitted|Committed)>\s*([^<\s]*)\s*<\/\1>\s*/g;
  const ids = [...inner.matchAll(entry)].map(([, kind, id = ""]) => (kind === "Committed" ? "" : id));
  return inner.replace(entry, "").trim() === "" ? ids : undefined;
}

/** Of the blocks that are there. */
function idsOf(attempt: Attempt): string[] {
  return [...(attempt.file()?.blocks?.keys() ?? [])];
}

/**
 * @param mostBytes reads no more than about so many
 * @returns undefined when the body was cut off
 */
async function readBytes(request: Request, mostBytes: number): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  return new Promise((resolve) => {
    request.on("data", (piece: Buffer) => {
      pieces.push(piece);
      sizeBytes += piece.length;
      if (sizeBytes >= mostBytes) {
        request.pause();
        resolve(undefined);
      }
    });
    request.once("end", () => resolve(Buffer.concat(pieces)));
    request.once("close", () => resolve(undefined));
    request.once("error", () => resolve(undefined));
  });
}
