import { isRestError, type RestError } from "@azure/notification-hubs";
import type { PushOutcome } from "#ports/push-gateway.ts";
import type { Moment } from "#domain/vocabulary.ts";

export type Refusal = Exclude<PushOutcome, { readonly kind: "accepted" }>;

/**
 * What an error of the SDK means for us. Undefined for a 2xx status that the SDK did not expect: the hub has done it (Azure's
 * own pages print 200 where the service answers 201).
 *
 * The words are ours: the hub's `Detail` may repeat what was sent.
 *
 * @throws what was given, when it is neither the hub's answer nor trouble on the way to it: a bug.
 */
export function refusalOf(error: unknown, now: Moment): Refusal | undefined {
  if (!isRestError(error)) throw error;
  const status = error.statusCode ?? error.response?.status;
  if (status === undefined) {
    return { kind: "later", reason: `The hub cannot be reached (${error.code ?? "connection lost"}).` };
  }
  if (status >= 200 && status < 300) return undefined;
  const retryAfterSeconds = askedWait(error, now);
  // The service throttles with 403, and only Retry-After tells that from a missing right.
  if (retryAfterSeconds !== undefined) {
    return {
      kind: "later",
      reason: `The hub asked for a wait of ${retryAfterSeconds} s (${status}).`,
      status,
      retryAfterSeconds,
    };
  }
  const known = MEANINGS[status];
  if (known) return { ...known, reason: `${known.reason} (${status}).`, status };
  if (status >= 500) return { kind: "later", reason: `The hub is in trouble (${status}).`, status };
  if (status < 400)
    return { kind: "operator", reason: `What answers there is no notification hub (${status}).`, status };
  return { kind: "never", reason: `The hub does not take this (${status}).`, status };
}

/** Design, section 7. Statuses of 500 and more are all the hub's own trouble. */
const MEANINGS: Readonly<Record<number, { readonly kind: "later" | "operator" | "never"; readonly reason: string }>> = {
  400: { kind: "never", reason: "The hub says that this is malformed" },
  401: { kind: "operator", reason: "The hub refused the access key: it is wrong or was regenerated" },
  403: {
    kind: "operator",
    reason: "The access policy lacks a right (Listen and Send are needed), or the hub's quota is used up",
  },
  404: { kind: "operator", reason: "There is no hub of this name in the namespace" },
  408: { kind: "later", reason: "The hub took too long" },
  // Documented for registrations that are written too fast.
  409: { kind: "later", reason: "The hub is busy with another write of the same" },
  413: { kind: "never", reason: "The hub says that this is too large" },
  429: { kind: "later", reason: "The hub has too much to do" },
};

function askedWait(error: RestError, now: Moment): number | undefined {
  const headers = error.response?.headers;
  const milliseconds = headers?.get("retry-after-ms") ?? headers?.get("x-ms-retry-after-ms");
  if (milliseconds !== undefined && /^\d+$/.test(milliseconds)) return Number(milliseconds) / 1000;
  const value = headers?.get("retry-after");
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000));
}
