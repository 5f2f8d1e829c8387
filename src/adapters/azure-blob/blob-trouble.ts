import { RestError } from "@azure/storage-blob";
import { Problem } from "#domain/problems.ts";
import { redactSecrets } from "#domain/redact-secrets.ts";

/** What the service calls the error, such as `BlobNotFound`. A HEAD has no body, so that the header is the one place. */
export function serviceCode(error: unknown): string | undefined {
  if (!(error instanceof RestError)) return undefined;
  return error.response?.headers.get("x-ms-error-code") ?? error.code;
}

/** The blob is not there. A container that is not there is the operator's trouble, and must not read as a user's missing file. */
export function isBlobMissing(error: unknown): boolean {
  return error instanceof RestError && error.statusCode === 404 && serviceCode(error) !== "ContainerNotFound";
}

/** The blob is no longer the one that the condition named. */
export function isConditionUnmet(error: unknown): boolean {
  return error instanceof RestError && error.statusCode === 412;
}

/** What the caller is told when a call failed: `blob_store_unavailable` for what time or an operator mends, else the error. */
export function asProblem(error: unknown): unknown {
  if (error instanceof Problem) return error;
  const cause = withoutSecrets(error);
  const retryAfterSeconds = retryAfterOf(error);
  const unavailable = (detail?: string) =>
    new Problem("blob_store_unavailable", {
      cause,
      ...(detail !== undefined && { detail }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    });
  if (error instanceof RestError && error.statusCode !== undefined) {
    const { statusCode } = error;
    if (serviceCode(error) === "ContainerNotFound") {
      return unavailable("The file store lacks its containers. Run: beckon migrate");
    }
    if (statusCode === 401 || statusCode === 403) {
      return unavailable("The file store refuses our credential. Run: beckon doctor");
    }
    return statusCode === 408 || statusCode === 409 || statusCode === 429 || statusCode >= 500 ? unavailable() : cause;
  }
  if (error instanceof RestError || isAbort(error) || isIdentityTrouble(error) || isNetworkTrouble(error)) {
    return unavailable();
  }
  return cause;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}

/** The token service is away or refuses us. Its classes are many; their names are its contract. */
function isIdentityTrouble(error: unknown): boolean {
  return error instanceof Error && /^(Aggregate)?Authentication|^Credential/.test(error.name);
}

function isNetworkTrouble(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    /^(E[A-Z]+|ERR_STREAM_.*)$/.test(error.code)
  );
}

function retryAfterOf(error: unknown): number | undefined {
  if (!(error instanceof RestError)) return undefined;
  const seconds = Number(error.response?.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : undefined;
}

/** The SDK's errors carry the whole request, its links and headers with it. What anyone may log is rebuilt from its words. */
function withoutSecrets(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const words = redactSecrets(error.message);
  if (!(error instanceof RestError) && words === error.message) return error;
  const facts = [error instanceof RestError ? error.statusCode : undefined, serviceCode(error)]
    .filter(Boolean)
    .join(" ");
  const safe = new Error(facts === "" ? words : `${facts}: ${words}`);
  safe.name = error.name;
  // Its first line is the message, which a HEAD leaves empty: ours instead, and then the frames.
  const frames = error.stack?.slice(error.stack.search(/\n {4}at /)) ?? "";
  safe.stack = `${safe.name}: ${safe.message}${redactSecrets(frames)}`;
  return safe;
}
