import { randomUUID } from "node:crypto";
import { createBlobs } from "#app/compose.ts";
import type { Settings } from "#app/config.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import type { Log } from "#ports/log.ts";
import { Ailment, type Check, Skipped } from "./check.ts";

const LINK_MS = 5 * 60_000;
const CHECK_MS = 15_000;
const CANARY = "beckon doctor";

/** Both containers with our role, an upload link as a device and as a thief would use it, and CORS for each web origin. */
export function blobChecks(settings: Settings, log: Log): readonly Check[] {
  const blobs = createBlobs(settings, { now: () => Date.now() }, log);
  const roles =
    settings.BLOB_ACCOUNT_KEY === undefined
      ? "give this identity the role 'Storage Blob Data Contributor' on the account, then: npx beckon migrate"
      : "see that BLOB_ENDPOINT and BLOB_ACCOUNT_KEY are right, then: npx beckon migrate";
  return [
    { name: "blob roles", mend: roles, run: () => useBothRooms(blobs) },
    {
      name: "blob links",
      mend: roles,
      async run() {
        const { createCoversBlocks } = await blobs.check(AbortSignal.timeout(CHECK_MS));
        const single = "a real upload link uploads once, cannot overwrite and cannot read";
        if (settings.BLOB_BLOCKS_OVER_BYTES === undefined) return single;
        const blocks = createCoversBlocks ? "blocks as well" : "links for blocks can overwrite until they expire";
        return `${single}; ${blocks}`;
      },
    },
    {
      name: "blob CORS",
      mend: "npx beckon migrate (its identity may need the role 'Storage Account Contributor' to set the rule)",
      run: () => askAsBrowser(blobs, settings.BLOB_CORS_ORIGINS),
    },
  ];
}

/** Everything that verify and download do, once: upload, read back, promote, download, remove. */
async function useBothRooms(blobs: BlobStore): Promise<string> {
  const signal = AbortSignal.timeout(CHECK_MS);
  const path = `doctor/${randomUUID()}`;
  const [ingest, evidence] = [`ingest/${path}`, `evidence/${path}`] as const;
  try {
    const link = await blobs.createUploadLink(ingest, CANARY.length, Date.now() + LINK_MS);
    const answer = await fetch(link.url, { method: "PUT", headers: link.headers, body: CANARY, signal });
    if (!answer.ok) throw new Error(`an upload link was answered ${answer.status} ${codeOf(answer)}`);
    const content = await blobs.inspect(ingest, signal);
    if (!content) throw new Error("an uploaded file cannot be read back");
    const { kind } = await blobs.promote(ingest, evidence, content.etag, signal);
    if (kind !== "promoted") throw new Error(`a verified file cannot be promoted to evidence (${kind})`);
    const { url } = await blobs.createDownloadLink(evidence, "doctor.txt", Date.now() + LINK_MS);
    const download = await fetch(url, { signal });
    if (!download.ok || (await download.text()) !== CANARY) {
      throw new Error(`a download link was answered ${download.status} ${codeOf(download)}`);
    }
    return "a canary was uploaded, read back, promoted to evidence, downloaded and removed";
  } finally {
    // What could not be made need not be removed; why it could not is told already.
    await Promise.allSettled([blobs.remove(ingest), blobs.remove(evidence)]);
  }
}

/** The question that a browser asks before it uploads, for each origin. */
async function askAsBrowser(blobs: BlobStore, origins: readonly string[]): Promise<string> {
  if (origins.length === 0) throw new Skipped("no web page uploads: BLOB_CORS_ORIGINS is empty");
  const link = await blobs.createUploadLink(`ingest/doctor/${randomUUID()}`, 1, Date.now() + LINK_MS);
  for (const origin of origins) {
    const answer = await fetch(link.url, {
      method: "OPTIONS",
      headers: {
        Origin: origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": Object.keys(link.headers).join(",").toLowerCase(),
      },
      signal: AbortSignal.timeout(CHECK_MS),
    });
    const allowed = answer.headers.get("access-control-allow-origin");
    if (!answer.ok || (allowed !== origin && allowed !== "*")) {
      throw new Ailment(
        `a page of ${origin} may not upload (${answer.status} ${codeOf(answer)})`,
        "npx beckon migrate",
      );
    }
  }
  return `pages of ${origins.join(", ")} may upload`;
}

function codeOf(answer: Response): string {
  return answer.headers.get("x-ms-error-code") ?? answer.statusText;
}
