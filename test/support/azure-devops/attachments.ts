import { createHash, randomUUID, type Hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { refuse } from "./refusal.ts";

export interface Attachment {
  readonly id: string;
  readonly fileName: string;
  sizeBytes: number;
  /** Hex, of all bytes; absent while chunks are missing. */
  sha256?: string;
  /** How many PUTs of chunks it came in; 0 for one POST. */
  chunks: number;
}

/** Attachments - Create, Upload Chunk and Delete, as the reference has them. Keeps no bytes, only what they hash to. */
export class Attachments {
  readonly #all = new Map<string, Attachment>();
  readonly #hashes = new Map<string, Hash>();
  /** What the organization takes. */
  limitBytes = 60 * 1024 * 1024;
  /** Larger ones must come in chunks. */
  simpleMaxBytes = 130_000_000;
  received = 0;

  all(): readonly Attachment[] {
    return [...this.#all.values()];
  }

  /** A whole one. */
  find(id: string): Attachment | undefined {
    const found = this.#all.get(id.toLowerCase());
    return found?.sha256 === undefined ? undefined : found;
  }

  async create(request: IncomingMessage, query: URLSearchParams): Promise<Attachment> {
    const fileName = query.get("fileName") ?? "";
    if (fileName === "" || /[\\/:*?"<>|]/.test(fileName)) refuse(400, "ArgumentException", "fileName");
    const length = lengthOf(request);
    const attachment: Attachment = { id: randomUUID(), fileName, sizeBytes: 0, chunks: 0 };
    const uploadType = query.get("uploadType") ?? "simple";
    if (uploadType === "chunked") {
      if (length !== 0) refuse(400, "ArgumentException", "A chunked upload begins without content");
      this.#hashes.set(attachment.id, createHash("sha256"));
    } else {
      if (uploadType !== "simple") refuse(400, "ArgumentException", "uploadType");
      if (length > this.simpleMaxBytes) refuse(413, "RequestEntityTooLarge", "Use chunked upload");
      this.#checkLimit(length);
      const hash = createHash("sha256");
      attachment.sizeBytes = await this.#take(request, hash);
      attachment.sha256 = hash.digest("hex");
    }
    this.#all.set(attachment.id, attachment);
    return attachment;
  }

  async uploadChunk(request: IncomingMessage, id: string): Promise<Attachment> {
    const attachment = this.#all.get(id);
    const hash = this.#hashes.get(id);
    if (!attachment || !hash) refuse(404, "AttachmentNotFoundException", "TF237082: no such upload");
    const [, from, to, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(request.headers["content-range"] ?? "") ?? [];
    if (from === undefined) refuse(400, "ArgumentException", "Content-Range");
    const length = lengthOf(request);
    if (Number(from) !== attachment.sizeBytes || Number(to) - Number(from) + 1 !== length) {
      refuse(400, "ArgumentException", "The chunk does not follow the one before");
    }
    this.#checkLimit(Number(total));
    attachment.sizeBytes += await this.#take(request, hash);
    attachment.chunks += 1;
    if (attachment.sizeBytes === Number(total)) {
      attachment.sha256 = hash.digest("hex");
      this.#hashes.delete(id);
    }
    return attachment;
  }

  delete(id: string): void {
    if (!this.#all.delete(id)) refuse(404, "AttachmentNotFoundException", "TF237082: no such attachment");
  }

  clear(): void {
    this.#all.clear();
    this.#hashes.clear();
    this.received = 0;
  }

  #checkLimit(sizeBytes: number): void {
    if (sizeBytes > this.limitBytes) refuse(413, "AttachmentTooLarge", "TF237082: The file exceeds the limit");
  }

  async #take(request: IncomingMessage, hash: Hash): Promise<number> {
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      hash.update(chunk);
      size += chunk.length;
      this.received += chunk.length;
    }
    return size;
  }
}

function lengthOf(request: IncomingMessage): number {
  if (request.headers["content-type"] !== "application/octet-stream") {
    refuse(415, "VssRequestContentTypeNotSupportedException", "TF400000: application/octet-stream is expected");
  }
  const length = request.headers["content-length"];
  if (length === undefined) refuse(411, "LengthRequired", "Content-Length");
  return Number(length);
}
