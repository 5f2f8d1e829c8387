/**
 * Attachments - Create, and Attachments - Upload Chunk: "On accounts with higher attachment upload limits (>130MB), you will
 * need to use chunked upload." https://learn.microsoft.com/rest/api/azure/devops/wit/attachments/create?view=azure-devops-rest-7.1
 */
import type { ConnectorAnswer, OutgoingFile } from "#ports/ticket-connector.ts";
import type { CallService } from "./call-service.ts";
import { attachmentId, isObject } from "./work-item.ts";

/** Larger files go in chunks. */
export const SIMPLE_MAX_BYTES = 130_000_000;
/** The reference names no size. Some 16 MiB: a broken connection costs seconds, and 2 GiB are 128 calls. */
export const CHUNK_BYTES = 16 * 1024 * 1024;

const NO_BYTES = { stream: none(), lengthBytes: 0 };
/** What no file system takes in a name. */
const UNSAFE = /[\\/:*?"<>|\p{Cc}]/gu;

export interface UploadSizes {
  readonly simpleMaxBytes: number;
  readonly chunkBytes: number;
}

/** Sends a file's bytes as they are read. @returns the address of the attachment; undefined when the bytes went meanwhile */
export async function uploadAttachment(
  call: CallService,
  project: string,
  file: OutgoingFile,
  { simpleMaxBytes, chunkBytes }: UploadSizes,
  signal: AbortSignal,
): Promise<ConnectorAnswer<string | undefined>> {
  const path = `/${project}/_apis/wit/attachments`;
  const fileName = fileNameOf(file.name);
  if (file.sizeBytes <= simpleMaxBytes) {
    const bytes = await readAll(file, 0, file.sizeBytes);
    if (!bytes) return { kind: "done", value: undefined };
    return addressOf(await call({ method: "POST", path, query: { fileName }, bytes }, signal));
  }
  const begun = addressOf(
    await call({ method: "POST", path, query: { fileName, uploadType: "chunked" }, bytes: NO_BYTES }, signal),
  );
  if (begun.kind !== "done") return begun;
  const id = attachmentId(begun.value) ?? "";
  for (let offset = 0; offset < file.sizeBytes; offset += chunkBytes) {
    const lengthBytes = Math.min(chunkBytes, file.sizeBytes - offset);
    const bytes = await readAll(file, offset, lengthBytes);
    if (!bytes) return { kind: "done", value: undefined };
    const range = `bytes ${offset}-${offset + lengthBytes - 1}/${file.sizeBytes}`;
    const answer = await call(
      { method: "PUT", path: `${path}/${id}`, query: { fileName }, headers: { "content-range": range }, bytes },
      signal,
    );
    if (answer.kind !== "done") return answer;
  }
  return begun;
}

async function readAll(file: OutgoingFile, offset: number, lengthBytes: number) {
  if (lengthBytes === 0) return NO_BYTES;
  const stream = await file.read({ offset, lengthBytes });
  return stream && { stream, lengthBytes };
}

function addressOf(answer: ConnectorAnswer<unknown>): ConnectorAnswer<string> {
  if (answer.kind !== "done") return answer;
  const url = isObject(answer.value) ? answer.value["url"] : undefined;
  return typeof url === "string" && attachmentId(url) !== undefined
    ? { kind: "done", value: url }
    : { kind: "later", reason: "Azure DevOps did not say where the attachment is." };
}

/** A name that every system takes; never empty. */
function fileNameOf(name: string): string {
  return name.toWellFormed().replaceAll(UNSAFE, "_").slice(0, 255) || "file";
}

async function* none(): AsyncGenerator<Uint8Array, void, undefined> {
  // Nothing to send: an empty file, and the beginning of a chunked upload.
}
