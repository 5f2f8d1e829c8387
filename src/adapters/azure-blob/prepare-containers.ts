import { type BlobServiceClient, type CorsRule, RestError } from "@azure/storage-blob";
import { Problem } from "#domain/problems.ts";

/** What an upload from a page sends, and nothing else. Ours are known by it among the rules of others. Assurance B-13. */
const UPLOAD_HEADERS = "content-type,x-ms-*,if-none-match";

/** Why a PUT was refused ("already there"), and how long to wait, are in headers that a page sees only when they are exposed. */
const EXPOSED_HEADERS = "etag,x-ms-error-code,x-ms-request-id,retry-after";

const CORS_MAX_AGE_SECONDS = 300;

/** Some five calls of milliseconds; past it the store counts as away. */
const TIMEOUT_MS = 60_000;

/**
 * Creates the containers that are missing, closed to the public, and lets pages of these origins PUT. CORS belongs to the
 * account in Azure: rules of others stay, and every page still needs a link. Twice, or two at once, is as once.
 */
export async function prepareContainers({
  service,
  containers,
  corsOrigins,
}: {
  service: BlobServiceClient;
  containers: readonly string[];
  corsOrigins: readonly string[];
}): Promise<void> {
  const within = { abortSignal: AbortSignal.timeout(TIMEOUT_MS) };
  // Without `access`: a container's default is private.
  for (const container of containers) await service.getContainerClient(container).createIfNotExists(within);
  if (corsOrigins.length === 0) return;
  const ours: CorsRule = {
    allowedOrigins: corsOrigins.join(","),
    allowedMethods: "PUT,OPTIONS",
    allowedHeaders: UPLOAD_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAgeInSeconds: CORS_MAX_AGE_SECONDS,
  };
  try {
    const { cors = [] } = await service.getProperties(within);
    if (cors.some((rule) => isSame(rule, ours))) return;
    await service.setProperties(
      { cors: [...cors.filter((rule) => rule.allowedHeaders !== UPLOAD_HEADERS), ours] },
      within,
    );
  } catch (error) {
    if (!(error instanceof RestError) || error.statusCode !== 403) throw error;
    throw new Problem("blob_store_unavailable", {
      detail: `Our credential may not set CORS rules (role Storage Account Contributor). Set one for ${ours.allowedOrigins}: methods ${ours.allowedMethods}, headers ${ours.allowedHeaders}, exposed ${ours.exposedHeaders}.`,
    });
  }
}

function isSame(one: CorsRule, other: CorsRule): boolean {
  return (
    one.allowedOrigins === other.allowedOrigins &&
    one.allowedMethods === other.allowedMethods &&
    one.allowedHeaders === other.allowedHeaders &&
    one.exposedHeaders === other.exposedHeaders &&
    one.maxAgeInSeconds === other.maxAgeInSeconds
  );
}
