import { type Fetch, retryAfterMs } from "./api-client.ts";
import type { Bytes } from "./frozen-file.ts";

/** What is uploaded. Both forms give the consented bytes or fail: they are hashed on the way. */
export interface UploadSource {
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

/** As much of XMLHttpRequest as is used: the SDK also compiles where browsers' types are absent. */
interface Xhr {
  readonly status: number;
  readonly upload: { onprogress: ((event: { loaded: number }) => void) | null };
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getResponseHeader(name: string): string | null;
  send(body: Blob): void;
  abort(): void;
}

/**
 * The upload that fits where this runs: XMLHttpRequest in pages, because browsers' fetch tells no upload progress; fetch with
 * a Blob in workers; fetch with a stream in Node, where a Blob would have to stand in memory.
 */
export function defaultUpload(fetch: Fetch): Upload {
  const { XMLHttpRequest, WorkerGlobalScope } = globalThis as unknown as {
    XMLHttpRequest?: new () => Xhr;
    WorkerGlobalScope?: unknown;
  };
  if (XMLHttpRequest) return unlessStalled((...call) => uploadWithXhr(new XMLHttpRequest(), ...call));
  return unlessStalled((...call) => uploadWithFetch(fetch, WorkerGlobalScope === undefined, ...call));
}

/** A connection on which nothing moves this long is dead, whatever the network says: phones change networks silently. */
const STALL_MS = 2 * 60_000;

function unlessStalled(upload: Upload): Upload {
  return async (source, url, headers, { signal, onProgress }) => {
    const attempt = new AbortController();
    const stop = (): void => attempt.abort(signal.reason);
    const stalled = (): void => attempt.abort(new TypeError("the upload stalled"));
    let timer = setTimeout(stalled, STALL_MS);
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    try {
      return await upload(source, url, headers, {
        signal: attempt.signal,
        onProgress(sentBytes) {
          clearTimeout(timer);
          timer = setTimeout(stalled, STALL_MS);
          onProgress(sentBytes);
        },
      });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  };
}

async function uploadWithXhr(xhr: Xhr, ...[source, url, headers, { signal, onProgress }]: Parameters<Upload>) {
  const body = await source.blob();
  signal.throwIfAborted();
  return new Promise<{ status: number; retryAfterMs: number | undefined }>((resolve, reject) => {
    const stop = (): void => xhr.abort();
    const ended = (end: () => void) => () => {
      signal.removeEventListener("abort", stop);
      end();
    };
    xhr.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded }) => onProgress(loaded);
    xhr.onload = ended(() =>
      resolve({ status: xhr.status, retryAfterMs: retryAfterMs(xhr.getResponseHeader("retry-after"), Date.now()) }),
    );
    xhr.onerror = ended(() => reject(new TypeError("the upload had no answer")));
    xhr.onabort = ended(() => reject(signal.reason));
    signal.addEventListener("abort", stop);
    xhr.send(body);
  });
}

async function uploadWithFetch(
  fetch: Fetch,
  streams: boolean,
  ...[source, url, headers, { signal, onProgress }]: Parameters<Upload>
) {
  // An empty stream is sent chunked, which blob storage refuses; without Content-Length every stream is.
  const body = streams && source.sizeBytes > 0 ? asReadable(source, onProgress) : await source.blob();
  const response = await fetch(url, {
    method: "PUT",
    headers: streams ? { ...headers, "Content-Length": String(source.sizeBytes) } : headers,
    body,
    ...(streams ? { duplex: "half" as const } : {}),
    signal,
  });
  await response.text();
  onProgress(source.sizeBytes);
  return { status: response.status, retryAfterMs: retryAfterMs(response.headers.get("retry-after"), Date.now()) };
}

function asReadable(source: UploadSource, onProgress: (sentBytes: number) => void): ReadableStream<Bytes> {
  const pieces = source.stream()[Symbol.asyncIterator]();
  let sentBytes = 0;
  // Pulled piece by piece: what the network has not taken is not read yet.
  return new ReadableStream<Bytes>(
    {
      async pull(controller) {
        onProgress(sentBytes);
        const { done, value } = await pieces.next();
        if (done) return controller.close();
        sentBytes += value.length;
        controller.enqueue(value);
      },
      async cancel() {
        await pieces.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
