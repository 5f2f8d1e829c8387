import { createHash, randomUUID } from "node:crypto";
import { type Request, type Response, Router } from "express";
import type { Desk, DeskFile, DeskRequest } from "./desk.ts";
import type { UploadEntry } from "./journal.ts";
import { LINK_HEADERS } from "./serve-device-half.ts";

/**
 * Serves upload links as Blob Storage serves a SAS that may only create: one Put Blob, whole, with its length said before it;
 * never a second one. Bytes are hashed and let go.
 * https://learn.microsoft.com/rest/api/storageservices/put-blob
 */
export function serveBlobs(desk: Desk): Router {
  const router = Router();
  router.put("/blobs/:fileId", (request, response, next) => {
    putBlob(desk, request, response).catch(next);
  });
  return router;
}

async function putBlob(desk: Desk, request: Request, response: Response): Promise<void> {
  const { journal } = desk;
  const fileId = String(request.params["fileId"]);
  const found = [...desk.requests.values()].find(({ files }) => files.some(({ id }) => id === fileId));
  if (!found) return refuse(response, 404, "ResourceNotFound");
  const owner: DeskRequest = found;
  const trouble = desk.nextUpload;
  desk.nextUpload = undefined;
  const begun = journal.begin();
  const carriedToken = request.get("authorization") !== undefined;
  const wrongHeaders = Object.entries(LINK_HEADERS).flatMap(([name, value]) =>
    request.get(name) === value ? [] : [name],
  );
  journal.add({ kind: "note", note: "upload begun" });
  let body: { sizeBytes: number; sha256: string } | undefined;

  /** The script knows of it before the app does. */
  const told = (status: number, retryAfterSeconds?: number): void => {
    const entry: Omit<UploadEntry, "ended" | "endedMs"> = {
      ...begun,
      kind: "upload",
      requestId: owner.id,
      fileId,
      link: request.originalUrl,
      status,
      wrongHeaders,
      carriedToken,
      sizeBytes: body?.sizeBytes,
      sha256: body?.sha256,
      retryAfterSeconds,
    };
    journal.add(entry);
  };
  const no = (status: number, code: string, retryAfterSeconds?: number): void => {
    told(status, retryAfterSeconds);
    request.resume();
    if (retryAfterSeconds !== undefined) response.setHeader("Retry-After", String(retryAfterSeconds));
    refuse(response, status, code);
  };

  if (carriedToken) return no(400, "InvalidAuthenticationInfo");
  if (request.get("content-length") === undefined) return no(411, "MissingContentLengthHeader");
  if (request.get("x-ms-blob-type") !== "BlockBlob") return no(400, "MissingRequiredHeader");
  if (request.query["age"] !== String(desk.linkAge)) return no(403, "AuthenticationFailed");
  if (trouble?.upload === "busy") return no(503, "ServerBusy", trouble.retryAfterSeconds);
  body = await readBody(request);
  if (!body) return told(0);
  if (trouble?.upload === "hold" && !(await isReleased(desk, response))) return told(0);
  const file = owner.files.find(({ id }) => id === fileId);
  if (file?.blob) return no(409, "BlobAlreadyExists");
  owner.files = owner.files.map((one): DeskFile => (one.id === fileId && body ? { ...one, blob: body } : one));
  if (trouble?.upload === "storeAndRefuse")
    return trouble.as === 403 ? no(403, "UnauthorizedBlobOverwrite") : no(409, "BlobAlreadyExists");
  told(trouble?.upload === "storeSilently" ? 0 : 201);
  if (trouble?.upload === "storeSilently") return void response.destroy();
  response.setHeader("x-ms-request-id", randomUUID());
  response.setHeader("x-ms-version", "2026-04-06");
  response.setHeader("ETag", `"0x${body.sha256.slice(0, 15).toUpperCase()}"`);
  response.status(201).end();
}

/** @returns undefined when the body was cut off */
async function readBody(request: Request): Promise<{ sizeBytes: number; sha256: string } | undefined> {
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

/** Waits until the script lets uploads go on, or the app hangs up. */
function isReleased(desk: Desk, response: Response): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (released: boolean) => {
      desk.held.delete(release);
      resolve(released);
    };
    const release = (): void => end(true);
    desk.held.add(release);
    response.once("close", () => end(false));
  });
}

function refuse(response: Response, status: number, code: string): void {
  response.setHeader("x-ms-error-code", code);
  response.setHeader("Content-Type", "application/xml");
  response
    .status(status)
    .end(`<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
