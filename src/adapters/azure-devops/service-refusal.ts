import type { ConnectorRefusal } from "#ports/ticket-connector.ts";

export interface ServiceResponse {
  readonly status: number;
  readonly headers: Headers;
  /** What the body said, where it was JSON. */
  readonly body: unknown;
}

/**
 * What an answer that is no success means for us. The words are ours: the service's own may repeat what was sent. Of them only
 * its error number (`TF401320`) and the name of the error go along, by which an operator finds it in Microsoft's pages.
 *
 * 429 and Retry-After: https://learn.microsoft.com/azure/devops/integrate/concepts/rate-limits. A token that is wrong or over
 * is answered 203 with a sign-in page, 302 to one, or 401, depending on the method
 * (github.com/microsoft/azure-devops-auth-samples, issue 52).
 */
export function refusalOf({ status, headers, body }: ServiceResponse, now: number): ConnectorRefusal {
  const named = nameOf(body);
  const retryAfterSeconds = askedWait(headers, now);
  if (retryAfterSeconds !== undefined && status >= 400) {
    const reason = `Azure DevOps asked for a wait of ${retryAfterSeconds} s (${status}).`;
    return { kind: "later", reason, status, retryAfterSeconds };
  }
  const known = MEANINGS[status];
  if (known) return { kind: known.kind, reason: `${known.reason} (${status}${named}).`, status };
  if (status >= 500) return { kind: "later", reason: `Azure DevOps is in trouble (${status}${named}).`, status };
  if (status < 400) {
    return {
      kind: "operator",
      reason: `Azure DevOps sent a sign-in page: the token is not taken (${status}).`,
      status,
    };
  }
  return { kind: "never", reason: `Azure DevOps does not take this (${status}${named}).`, status };
}

const MEANINGS: Readonly<Record<number, { readonly kind: ConnectorRefusal["kind"]; readonly reason: string }>> = {
  400: { kind: "never", reason: "Azure DevOps does not take this as it is" },
  401: { kind: "operator", reason: "Azure DevOps refused the token: it is wrong, over, or of another organization" },
  403: { kind: "operator", reason: "The token lacks a right in the project" },
  404: { kind: "operator", reason: "There is no such project, kind of work item or work item, or no right to see it" },
  408: { kind: "later", reason: "Azure DevOps took too long" },
  409: { kind: "changed", reason: "Somebody changed the work item at the same time" },
  412: { kind: "changed", reason: "Somebody changed the work item at the same time" },
  413: { kind: "never", reason: "Azure DevOps says that this is too large" },
  429: { kind: "later", reason: "Azure DevOps has too much to do" },
};

/** Retry-After in seconds, as a number or a date; on a success it asks for a rest before the next call. */
export function askedWait(headers: Headers, now: number): number | undefined {
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Math.ceil(Number(value));
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}

function nameOf(body: unknown): string {
  if (typeof body !== "object" || body === null) return "";
  const { message, typeKey } = body as { message?: unknown; typeKey?: unknown };
  const number = typeof message === "string" ? /\b(?:TF|VS)\d{4,8}\b/.exec(message)?.[0] : undefined;
  const type = typeof typeKey === "string" && /^[A-Za-z]{1,80}$/.test(typeKey) ? typeKey : undefined;
  return [number, type].map((word) => (word === undefined ? "" : `, ${word}`)).join("");
}
