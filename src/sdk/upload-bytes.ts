import { type Fetch, retryAfterMs } from "./api-client.ts";
import type { Bytes, FrozenFile } from "./frozen-file.ts";
import { onAbort, throwIfAborted } from "./on-abort.ts";
import type { Hasher } from "./sha256.ts";
import type { UploadLink } from "./wire.ts";
import { STALL_MS } from "./policy.ts";

/** What is uploaded. Both forms give the consented bytes or fail: they are hashed on the way. */
export interface UploadSource {
  /** The server's. The same after a restart: a transfer that went on without the app is found by it. */
  readonly fileId: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** What the collector said of where it keeps the bytes, for uploaders that take a path. */
  readonly saved: string | undefined;
  /** The bytes in pieces. The last piece is held back until the hash of all is right. */
  stream(): AsyncIterable<Bytes>;
  blob(): Promise<Blob>;
}

/**
 * Sends the source to the URL with PUT. Resolves with whatever status came; rejects when none came, or when the source fails.
 *
 * @param headers to be sent as they are
 */
export type Upload = (
  source: UploadSource,
  url: string,
  headers: Readonly<Record<string, string>>,
  options: { signal: AbortSignal; onProgress: (sentBytes: number) => void },
) => Promise<{ status: number; retryAfterMs?: number | undefined }>;

/** A file of which parts can be sent. */
export interface BlockSource extends UploadSource {
  readonly file: FrozenFile;
  readonly createHasher: () => Hasher;
  /** Told when the file itself fails, so that this is not taken for trouble of the network. */
  readonly onFailure: () => void;
}

/**
 * Sends the source in blocks to a link that takes them. Resolves with the status of what made a blob of them, or of what failed.
 *
 * @param options.thereBytes how much an earlier attempt brought
 * @param options.onThere so much is there now; 0: nothing of it is, begin anew
 */
export type UploadBlocks = (
  source: BlockSource,
  link: Pick<UploadLink, "url" | "headers">,
  options: Parameters<Upload>[3] & {
    upload: Upload;
    thereBytes: number;
    onThere: (bytes: number) => Promise<void>;
    hasExpired: () => boolean;
  },
) => ReturnType<Upload>;

/** As much of XMLHttpRequest as is used: the SDK also compiles where browsers' types are absent. */
interface Xhr {
  readonly status: number;
  readonly upload: { onprogress: ((event: { loaded: number }) => void) | null };
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getAllResponseHeaders(): string;
  send(body: Blob): void;
  abort(): void;
}

/**
 * The upload that fits where this runs: XMLHttpRequest in pages, because browsers' fetch tells no upload progress; fetch with
 * a Blob in workers; fetch with a stream in Node, where a Blob would have to stand in memory.
 *
 * @param now milliseconds since 1970 by the server's clock, for a Retry-After that is a date
 */
export function defaultUpload(fetch: Fetch, now = Date.now): Upload {
  const { XMLHttpRequest, WorkerGlobalScope } = globalThis as unknown as {
    XMLHttpRequest?: new () => Xhr;
    WorkerGlobalScope?: unknown;
  };
  if (XMLHttpRequest) return watched(now, (...call) => uploadWithXhr(new XMLHttpRequest(), ...call));
  return watched(now, (...call) => uploadWithFetch(fetch, WorkerGlobalScope === undefined, ...call));
}

/** What came, with the header that asks to wait. */
type Sent = Promise<{ status: number; retryAfter: string | null | undefined }>;

/** Breaks an upload off that stalled, and reads for how long the answer asks to wait. */
function watched(now: () => number, upload: (...call: Parameters<Upload>) => Sent): Upload {
  return async (source, url, headers, { signal, onProgress }) => {
    const attempt = new AbortController();
    const stalled = (): void => attempt.abort(new TypeError("the upload stalled"));
    let timer: ReturnType<typeof setTimeout> | undefined = setTimeout(stalled, STALL_MS);
    const leave = onAbort(signal, () => attempt.abort(signal.reason));
    try {
      const { status, retryAfter } = await upload(source, url, headers, {
        signal: attempt.signal,
        onProgress(sentBytes) {
          if (!timer) return; // a stream that was broken off may be pulled once more
          clearTimeout(timer);
          timer = setTimeout(stalled, STALL_MS);
          onProgress(sentBytes);
        },
      });
      return { status, retryAfterMs: retryAfterMs(retryAfter, now()) };
    } finally {
      clearTimeout(timer);
      timer = undefined;
      leave();
    }
  };
}

async function uploadWithXhr(xhr: Xhr, ...[source, url, headers, { signal, onProgress }]: Parameters<Upload>): Sent {
  const body = await source.blob();
  throwIfAborted(signal);
  return new Promise((resolve, reject) => {
    const leave = onAbort(signal, () => xhr.abort());
    const ended = (end: () => void) => () => {
      leave();
      end();
    };
    xhr.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded }) => onProgress(loaded);
    xhr.onload = ended(() => {
      // To ask for a header that the file store does not expose would be an error in the page's console, for every file.
      const [, retryAfter] = /retry-after: *(.+)/i.exec(xhr.getAllResponseHeaders()) ?? [];
      resolve({ status: xhr.status, retryAfter });
    });
    xhr.onerror = ended(() => reject(new TypeError("no answer")));
    xhr.onabort = ended(() => reject(signal.reason));
    xhr.send(body);
  });
}

async function uploadWithFetch(
  fetch: Fetch,
  streams: boolean,
  ...[source, url, headers, { signal, onProgress }]: Parameters<Upload>
): Sent {
  // An empty stream is sent chunked, which blob storage refuses; without Content-Length every stream is.
  const body = streams && source.sizeBytes > 0 ? asReadable(source, onProgress) : await source.blob();
  const response = await fetch(url, {
    method: "PUT",
    headers: streams ? { ...headers, "Content-Length": String(source.sizeBytes) } : headers,
    body,
    ...(streams && { duplex: "half" as const }),
    signal,
  });
  await response.text();
  onProgress(source.sizeBytes);
  return { status: response.status, retryAfter: response.headers.get("retry-after") };
}

/** Of Node; the types that are used here do not know it. */
interface ReadableStreamMaker {
  from(pieces: AsyncIterable<Bytes>): ReadableStream<Bytes>;
}

/** Pulled piece by piece: what the network has not taken is not read yet. */
function asReadable(source: UploadSource, onProgress: (sentBytes: number) => void): ReadableStream<Bytes> {
  return (ReadableStream as unknown as ReadableStreamMaker).from(counted());

  async function* counted(): AsyncGenerator<Bytes> {
    let sentBytes = 0;
    for await (const piece of source.stream()) {
      yield piece;
      sentBytes += piece.length;
      onProgress(sentBytes);
    }
  }
}
