import { createHash, randomUUID } from "node:crypto";
import { type Request, type Response, Router } from "express";
import type { Desk, DeskFile, DeskRequest } from "./desk.ts";
import type { UploadEntry, UploadPart } from "./journal.ts";
import { isReleased } from "./is-released.ts";
import { headersOf } from "./link-headers.ts";
import { putBlock, putBlockList } from "./serve-blocks.ts";

/** One upload under way, and the ways in which it ends. */
export interface Attempt {
  readonly desk: Desk;
  readonly request: Request;
  readonly response: Response;
  readonly file: () => DeskFile | undefined;
  change(change: Partial<DeskFile>): void;
  /** It was stored. */
  yes(body: StoredBody): void;
  no(status: number, code: string, more?: { readonly retryAfterSeconds?: number; readonly body?: StoredBody }): void;
  /** The connection ends without an answer. */
  silent(body?: StoredBody): void;
}

/** What came, where it came whole. */
export interface StoredBody {
  readonly sizeBytes: number;
  readonly sha256?: string;
}

/**
 * Serves upload links as Blob Storage serves a SAS that may only create: one Put Blob, whole, with its length said before it, or
 * where the link takes them blocks and their list; never a second one. Bytes are hashed and let go; blocks are kept until their list.
 * https://learn.microsoft.com/rest/api/storageservices/put-blob
 */
export function serveBlobs(desk: Desk): Router {
  const router = Router();
  router.put("/blobs/:fileId", (request, response, next) => {
    upload(desk, request, response).catch(next);
  });
  return router;
}

async function upload(desk: Desk, request: Request, response: Response): Promise<void> {
  const fileId = String(request.params["fileId"]);
  const owner = [...desk.requests.values()].find(({ files }) => files.some(({ id }) => id === fileId));
  if (!owner) return refuse(response, 404, "ResourceNotFound");
  const { comp } = request.query;
  const part = comp === "block" ? "block" : comp === "blocklist" ? "list" : "file";
  const takesBlocks = request.query["upload"] === "blocks";
  const attempt = begin(desk, { request, response, owner, fileId, part, takesBlocks });
  desk.journal.add({ kind: "note", note: "upload begun" });

  if (request.get("authorization") !== undefined) return attempt.no(400, "InvalidAuthenticationInfo");
  if (request.get("content-length") === undefined) return attempt.no(411, "MissingContentLengthHeader");
  if (part === "file" && request.get("x-ms-blob-type") !== "BlockBlob") return attempt.no(400, "MissingRequiredHeader");
  if (request.query["age"] !== String(desk.linkAge)) return attempt.no(403, "AuthenticationFailed");
  if (part !== "file" && !takesBlocks) return attempt.no(403, "AuthorizationPermissionMismatch");
  if (part === "block") return putBlock(attempt);
  if (part === "list") return putBlockList(attempt);
  return putBlob(attempt);
}

async function putBlob(attempt: Attempt): Promise<void> {
  const { desk, request, response } = attempt;
  const trouble = desk.nextUpload;
  desk.nextUpload = undefined;
  if (trouble?.upload === "busy") return attempt.no(503, "ServerBusy", trouble);
  const body = await readBody(request);
  if (!body) return attempt.silent();
  if (trouble?.upload === "hold" && !(await isReleased(desk, response))) return attempt.silent(body);
  if (attempt.file()?.blob) return attempt.no(409, "BlobAlreadyExists", { body });
  attempt.change({ blob: body, blocks: new Map() });
  if (trouble?.upload === "storeAndRefuse")
    return trouble.as === 403
      ? attempt.no(403, "UnauthorizedBlobOverwrite", { body })
      : attempt.no(409, "BlobAlreadyExists", { body });
  if (trouble?.upload === "storeSilently") return attempt.silent(body);
  attempt.yes(body);
}

/** Each way of ending it tells the script before the app can know. */
function begin(
  desk: Desk,
  {
    request,
    response,
    owner,
    fileId,
    part,
    takesBlocks,
  }: {
    readonly request: Request;
    readonly response: Response;
    readonly owner: DeskRequest;
    readonly fileId: string;
    readonly part: UploadPart;
    readonly takesBlocks: boolean;
  },
): Attempt {
  const { journal } = desk;
  const blockId = request.query["blockid"];
  const about = {
    ...journal.begin(),
    kind: "upload" as const,
    requestId: owner.id,
    fileId,
    link: request.originalUrl,
    part,
    blockId: part === "block" && typeof blockId === "string" ? blockId : undefined,
    takesBlocks,
    wrongHeaders: wrongHeaders(request, part, takesBlocks),
    carriedToken: request.get("authorization") !== undefined,
  };
  const told = (status: number, more: Partial<UploadEntry> = {}): void =>
    journal.add({
      ...about,
      status,
      code: undefined,
      retryAfterSeconds: undefined,
      sizeBytes: undefined,
      sha256: undefined,
      ...more,
    });

  return {
    desk,
    request,
    response,
    file: () => owner.files.find(({ id }) => id === fileId),
    change: (change) =>
      void (owner.files = owner.files.map((one): DeskFile => (one.id === fileId ? { ...one, ...change } : one))),
    yes(body) {
      told(201, body);
      response.setHeader("x-ms-request-id", randomUUID());
      response.setHeader("x-ms-version", "2026-04-06");
      if (body.sha256) response.setHeader("ETag", `"0x${body.sha256.slice(0, 15).toUpperCase()}"`);
      response.status(201).end();
    },
    no(status, code, { retryAfterSeconds, body } = {}) {
      told(status, { code, retryAfterSeconds, ...body });
      request.resume();
      if (retryAfterSeconds !== undefined) response.setHeader("Retry-After", String(retryAfterSeconds));
      refuse(response, status, code);
    },
    silent(body) {
      told(0, body);
      response.destroy();
    },
  };
}

/** Headers of the link that are missing or different; of a block, those that it carries and must not. */
function wrongHeaders(request: Request, part: UploadPart, takesBlocks: boolean): string[] {
  const ofLink = headersOf(takesBlocks ? "blocks" : "single");
  if (part === "block")
    return Object.keys(headersOf("blocks")).filter((name) => takesBlocks && request.get(name) !== undefined);
  const wanted = part === "file" ? { ...ofLink, "x-ms-blob-type": "BlockBlob" } : ofLink;
  return Object.entries(wanted).flatMap(([name, value]) => (request.get(name) === value ? [] : [name]));
}

/** @returns undefined when the body was cut off */
async function readBody(request: Request): Promise<Required<StoredBody> | undefined> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      hash.update(piece);
      sizeBytes += piece.length;
    }
  } catch {
    return undefined;
  }
  return { sizeBytes, sha256: hash.digest("hex") };
}

function refuse(response: Response, status: number, code: string): void {
  response.setHeader("x-ms-error-code", code);
  response.setHeader("Content-Type", "application/xml");
  response
    .status(status)
    .end(`<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
