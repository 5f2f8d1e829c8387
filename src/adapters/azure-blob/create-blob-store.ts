import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { TokenCredential } from "@azure/identity";
import {
  BlobServiceClient,
  type BlockBlobClient,
  type StoragePipelineOptions,
  StorageSharedKeyCredential,
} from "@azure/storage-blob";
import { SINGLE_UPLOAD_MAX_BYTES } from "#domain/policy.ts";
import { Problem } from "#domain/problems.ts";
import type { Moment } from "#domain/vocabulary.ts";
import type { BlobContent, BlobStore, Promotion, UploadLink } from "#ports/blob-store.ts";
import type { Clock } from "#ports/clock.ts";
import { asProblem, isBlobMissing, isConditionUnmet } from "./blob-trouble.ts";
import { checkLinks } from "./check-links.ts";
import { attachmentDisposition } from "./content-disposition.ts";
import { prepareContainers } from "./prepare-containers.ts";
import { readBytes } from "./read-bytes.ts";
import { writeBlocks } from "./write-blocks.ts";
import { type SignLink, signWithAccountKey, signWithDelegationKey } from "./sign-links.ts";

/** One call that moves no bytes of ours. Two tries of the SDK fit in; past it the store counts as away. */
const CALL_TIMEOUT_MS = 20_000;

/** The service's own limit for a copy in one call; a larger one is started and then looked at until it is done. */
const COPY_IN_ONE_CALL_MAX_BYTES = 256 * 1024 * 1024;

/** A copy inside one account moves no bytes over a network of ours, and is a matter of seconds even for the largest file. */
const COPY_TIMEOUT_MS = 10 * 60_000;
const COPY_POLL_MS = 500;

/** The copy's own read link is checked when the copy starts. Short, because the copy shows it: Azurite answers every later
 *  read of the evidence with `x-ms-copy-source`, signature and all. */
const COPY_LINK_TTL_MS = 2 * 60_000;

/** How often a read that broke off is taken up again where it stopped, on the condition that the blob is the same. */
const READ_RESUMES = 3;

/** Few and fast: our own attempts, with their times in PostgreSQL, are the ones that count. */
const PIPELINE: StoragePipelineOptions = {
  retryOptions: { maxTries: 2, retryDelayInMs: 200, maxRetryDelayInMs: 1_000 },
};

export type BlobCredential =
  | { readonly kind: "account-key"; readonly accountName: string; readonly accountKey: string }
  | { readonly kind: "token"; readonly tokenCredential: TokenCredential };

/** Files that one PUT does not carry, or that an operator wants in blocks. */
export interface LargeFileBlocks {
  /** Files over this many bytes get links for Put Block and Put Block List. */
  readonly overBytes: number;
  /** Where the service does not let a create-only link write blocks, give links that can also overwrite until they expire. */
  readonly allowOverwrite: boolean;
}

export interface BlobStoreOptions {
  /** Of the account, such as `https://name.blob.core.windows.net` or `http://127.0.0.1:10000/devstoreaccount1`. */
  readonly endpoint: string;
  readonly credential: BlobCredential;
  readonly ingestContainer: string;
  readonly evidenceContainer: string;
  /** What devices and browsers call the endpoint, when that differs: with a path it replaces the account's too. */
  readonly publicUrl?: string;
  /** Host names (or host:port) to which links and calls may use plain http. */
  readonly allowInsecureHosts: readonly string[];
  readonly clock: Clock;
  readonly largeFileBlocks?: LargeFileBlocks;
  readonly log: { warn(fields: object, message: string): void };
}

/**
 * Blob Storage behind the port. Links are for one blob, one permission, and https only unless the host is allowed not to be.
 *
 * Headers of a "blocks" link go with its Put Block List; Put Block takes none of them.
 *
 * @throws Error when an address is plain http to a host that is not allowed, or names no account.
 */
export function createBlobStore(options: BlobStoreOptions): BlobStore {
  const { credential, clock, log, allowInsecureHosts } = options;
  const largeFileBlocks = options.largeFileBlocks ?? { overBytes: SINGLE_UPLOAD_MAX_BYTES, allowOverwrite: false };
  const endpoint = trustedBase(options.endpoint, allowInsecureHosts);
  const publicBase =
    options.publicUrl === undefined ? endpoint : publicBaseOf(options.publicUrl, endpoint, allowInsecureHosts);
  const containers = { ingest: options.ingestContainer, evidence: options.evidenceContainer };

  const service = new BlobServiceClient(endpoint, sdkCredential(credential), PIPELINE);
  const sign: SignLink =
    credential.kind === "account-key"
      ? signWithAccountKey(credential.accountName, credential.accountKey)
      : signWithDelegationKey({
          service,
          accountName: accountNameOf(service),
          clock,
          onRenewalFailed: (error) =>
            log.warn({ err: asProblem(error) }, "The user delegation key could not be renewed; the old one serves on"),
        });
  /** Set by the check of the links; asked of the service when a large file comes before it. */
  let createCoversBlocks: boolean | undefined;

  const place = (name: string) => {
    const [room, ...rest] = name.split("/");
    if ((room !== "ingest" && room !== "evidence") || rest.length === 0)
      throw new TypeError(`No room has a blob '${name}'`);
    return { container: containers[room], blob: rest.join("/") };
  };
  const clientOf = (name: string): BlockBlobClient => {
    const { container, blob } = place(name);
    return service.getContainerClient(container).getBlockBlobClient(blob);
  };
  const link = async (
    base: string,
    name: string,
    terms: { permission: "c" | "w" | "r"; expiresAt: Moment; contentDisposition?: string; contentType?: string },
  ) => {
    const { container, blob } = place(name);
    const { query, expiresAt } = await sign({ container, blob, httpsOnly: base.startsWith("https:"), ...terms });
    const path = [container, ...blob.split("/")].map(encodeURIComponent).join("/");
    return { url: `${base}/${path}?${query}`, expiresAt };
  };
  const head = (name: string, signal?: AbortSignal) =>
    call(signal, CALL_TIMEOUT_MS, async (abortSignal) => {
      const properties = await clientOf(name).getProperties({ abortSignal });
      return {
        sizeBytes: properties.contentLength ?? 0,
        etag: properties.etag ?? "",
        lastModifiedAt: properties.lastModified?.getTime() ?? 0,
      };
    });
  const open = async (name: string, signal?: AbortSignal) => {
    const response = await call(signal, CALL_TIMEOUT_MS, (abortSignal) =>
      // Resumed reads are conditional on the ETag that the first one answered with.
      clientOf(name).download(0, undefined, { abortSignal, maxRetryRequests: READ_RESUMES }),
    );
    if (!response?.readableStreamBody || response.etag === undefined) return undefined;
    return { etag: response.etag, bytes: readBytes(response.readableStreamBody, signal) };
  };
  const readPart: BlobStore["readPart"] = async (name, { offset, lengthBytes }, ifMatch, signal) => {
    try {
      const response = await call(signal, CALL_TIMEOUT_MS, (abortSignal) =>
        clientOf(name).download(offset, lengthBytes, {
          abortSignal,
          conditions: { ifMatch },
          maxRetryRequests: READ_RESUMES,
        }),
      );
      return response?.readableStreamBody && readBytes(response.readableStreamBody, signal);
    } catch (error) {
      if (isConditionUnmet(error)) return undefined;
      throw error;
    }
  };
  const check = async (signal: AbortSignal) => {
    const found = await checkLinks({
      signal,
      // Not the public address: the server need not reach it, and the signature is the same.
      createLink: async (name, expiresAt) => (await link(endpoint, name, { permission: "c", expiresAt })).url,
      remove: (name) =>
        call(undefined, CALL_TIMEOUT_MS, (abortSignal) => clientOf(name).deleteIfExists({ abortSignal })),
      clock,
    });
    createCoversBlocks = found.createCoversBlocks;
    return found;
  };

  return {
    async createUploadLink(name, sizeBytes, expiresAt): Promise<UploadLink> {
      if (!name.startsWith("ingest/")) throw new TypeError("Links write to ingest only");
      const headers = { "if-none-match": "*" };
      if (sizeBytes <= largeFileBlocks.overBytes) {
        const { url, expiresAt: until } = await mended(() => link(publicBase, name, { permission: "c", expiresAt }));
        return {
          url,
          // If-None-Match says why a second PUT is refused ("already there") where the service asks it before the permission.
          headers: { "x-ms-blob-type": "BlockBlob", "content-type": "application/octet-stream", ...headers },
          upload: "single",
          expiresAt: until,
        };
      }
      createCoversBlocks ??= (await check(AbortSignal.timeout(CALL_TIMEOUT_MS))).createCoversBlocks;
      if (!createCoversBlocks && !largeFileBlocks.allowOverwrite) {
        throw new Problem("blob_store_unavailable", {
          detail: `Files over ${largeFileBlocks.overBytes} bytes need links in blocks, which this store gives only with leave to overwrite; the settings do not allow that.`,
        });
      }
      const permission = createCoversBlocks ? "c" : "w";
      const { url, expiresAt: until } = await mended(() => link(publicBase, name, { permission, expiresAt }));
      return {
        url,
        headers: { "x-ms-blob-content-type": "application/octet-stream", ...headers },
        upload: "blocks",
        expiresAt: until,
      };
    },

    async createDownloadLink(name, fileName, expiresAt) {
      const { url } = await mended(() =>
        link(publicBase, name, {
          permission: "r",
          expiresAt,
          contentDisposition: attachmentDisposition(fileName),
          contentType: "application/octet-stream",
        }),
      );
      return { url };
    },

    head,

    async write(name, bytes, signal) {
      // What the giver of the bytes throws is the caller's, and stays as it is; trouble with the store becomes a Problem.
      let given: { readonly error: unknown } | undefined;
      const watched = async function* () {
        try {
          yield* bytes;
        } catch (error) {
          given = { error };
          throw error;
        }
      };
      try {
        return await writeBlocks(clientOf(name), watched(), signal);
      } catch (error) {
        if (given && given.error === error) throw error;
        signal.throwIfAborted();
        throw asProblem(error);
      }
    },

    async inspect(name, signal): Promise<BlobContent | undefined> {
      const opened = await open(name, signal);
      if (!opened) return undefined;
      const hash = createHash("sha256");
      let sizeBytes = 0;
      for await (const chunk of opened.bytes) {
        hash.update(chunk);
        sizeBytes += chunk.byteLength;
      }
      return { sizeBytes, sha256: hash.digest("hex"), etag: opened.etag };
    },

    readPart,

    async promote(from, to, ifMatch, signal): Promise<Promotion> {
      const source = await head(from, signal);
      if (!source) return { kind: "missing" };
      if (source.etag !== ifMatch) return { kind: "changed" };
      const { url } = await mended(() =>
        link(endpoint, from, { permission: "r", expiresAt: clock.now() + COPY_LINK_TTL_MS }),
      );
      const target = clientOf(to);
      try {
        const etag = await call(signal, COPY_TIMEOUT_MS, async (abortSignal) => {
          const terms = { abortSignal, sourceConditions: { ifMatch } };
          if (source.sizeBytes <= COPY_IN_ONE_CALL_MAX_BYTES) return (await target.syncCopyFromURL(url, terms)).etag;
          // The service itself fails it when the source changes under it. One that a killed worker started answers 409 until it is done.
          const copy = await target.beginCopyFromURL(url, terms);
          while (!copy.isDone()) {
            await sleep(COPY_POLL_MS, undefined, { signal: abortSignal });
            await copy.poll({ abortSignal });
          }
          return (await target.getProperties({ abortSignal })).etag;
        });
        return etag === undefined ? { kind: "missing" } : { kind: "promoted", etag };
      } catch (error) {
        if (isConditionUnmet(error)) return { kind: "changed" };
        throw error;
      }
    },

    async remove(name, signal) {
      await call(signal, CALL_TIMEOUT_MS, (abortSignal) =>
        clientOf(name).deleteIfExists({ abortSignal, deleteSnapshots: "include" }),
      );
    },

    async *list(room, { from, pageSize = 1_000, signal } = {}) {
      const pages = service
        .getContainerClient(containers[room])
        .listBlobsFlat(signal && { abortSignal: signal })
        .byPage({ maxPageSize: pageSize, ...(from !== undefined && { continuationToken: from }) });
      for (;;) {
        const page = await mended(() => pages.next());
        if (page.done) return;
        const { segment, continuationToken: next } = page.value;
        const blobs = segment.blobItems.map(({ name, properties }) => ({
          name: `${room}/${name}`,
          lastModifiedAt: properties.lastModified.getTime(),
        }));
        yield { blobs, ...(next && { next }) };
      }
    },

    async prepare({ corsOrigins }) {
      await mended(() => prepareContainers({ service, containers: Object.values(containers), corsOrigins }));
    },

    check: (signal) => mended(() => check(signal)),
  };
}

/**
 * Runs one call under a timeout, which ends with the call: how long the bytes of an answer may take depends on how many
 * there are. Missing is `undefined`, an unmet condition stays what it is, trouble becomes a Problem.
 */
async function call<T>(
  signal: AbortSignal | undefined,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  try {
    return await work(signal ? AbortSignal.any([signal, late.signal]) : late.signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (isBlobMissing(error)) return undefined;
    if (isConditionUnmet(error)) throw error;
    throw asProblem(error);
  } finally {
    clearTimeout(timer);
  }
}

async function mended<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asProblem(error);
  }
}

function sdkCredential(credential: BlobCredential): StorageSharedKeyCredential | TokenCredential {
  return credential.kind === "token"
    ? credential.tokenCredential
    : new StorageSharedKeyCredential(credential.accountName, credential.accountKey);
}

/** An address without a slash at its end, which may be plain http only on a host that is allowed to. */
function trustedBase(address: string, allowInsecureHosts: readonly string[]): string {
  const url = new URL(address);
  const insecureAllowed = allowInsecureHosts.includes(url.hostname) || allowInsecureHosts.includes(url.host);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && insecureAllowed)) {
    throw new Error(
      `The blob address ${url.origin} is not https, and ${url.hostname} is none of the hosts that may go without.`,
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** Azurite has the account in the path; a public address that is only a host takes it over. */
function publicBaseOf(address: string, endpoint: string, allowInsecureHosts: readonly string[]): string {
  const base = trustedBase(address, allowInsecureHosts);
  return new URL(base).pathname === "/" ? `${base}${new URL(endpoint).pathname.replace(/\/$/, "")}` : base;
}

function accountNameOf(service: BlobServiceClient): string {
  if (service.accountName === "") {
    throw new Error(
      "The blob address names no storage account. Give the account's own address, such as https://name.blob.core.windows.net",
    );
  }
  return service.accountName;
}
