import { hash } from "node:crypto";
import type { Request } from "express";
import type { Route } from "#contract/route.ts";
import { Problem } from "#domain/problems.ts";
import type { Moment } from "#domain/vocabulary.ts";
import type { IdempotencyScope, Transaction } from "#ports/store.ts";
import { callerKey, type Caller } from "./caller.ts";
import type { Reply } from "./http-kit.ts";

export type IdempotencyKey = IdempotencyScope;
export type KeyScope = Omit<IdempotencyScope, "fingerprint">;

/**
 * Reads `Idempotency-Key`: a structured string as draft-07 of the IETF has it, or the bare value as most clients send it.
 * The fingerprint covers method, path and body, so that one key cannot stand for two requests.
 */
export function idempotencyKeyOf(request: Request, route: Route, caller: Caller): IdempotencyKey | undefined {
  const scope = keyScopeOf(request, route, caller);
  return scope && { ...scope, fingerprint: fingerprintOf(request, request.body) };
}

/**
 * The key alone, for a body whose fingerprint is known only when it has been read.
 *
 * @throws invalid_request
 */
export function keyScopeOf(request: Request, route: Route, caller: Caller): KeyScope | undefined {
  const header = request.get("idempotency-key");
  if (header === undefined) return undefined;
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Problem("invalid_request", {
      detail: "Idempotency-Key must be 1 to 255 visible ASCII characters.",
      details: [{ target: "header Idempotency-Key", message: "must be 1 to 255 visible ASCII characters" }],
    });
  }
  return { caller: callerKey(caller), method: request.method, route: route.name, key };
}

/** Hex SHA-256 over method, path and what the body says, whatever the order in which its members stand. */
export function fingerprintOf({ method, path }: Pick<Request, "method" | "path">, content: unknown): string {
  return hash("sha256", `${method} ${path}\n${canonicalJson(content)}`, "hex");
}

/**
 * Runs an effect once a key. The record and its answer are written in the transaction of the effect; a replay gets the stored
 * answer.
 *
 * @throws idempotency_key_reused, in_progress
 */
export async function once(
  tx: Transaction,
  scope: IdempotencyKey | undefined,
  now: Moment,
  effect: () => Promise<Reply>,
): Promise<Reply> {
  if (!scope) return effect();
  const claim = await tx.idempotency.claim(scope, now);
  if (claim.kind === "reused") throw new Problem("idempotency_key_reused");
  if (claim.kind === "replay") return claim.answer;
  const reply = await effect();
  await tx.idempotency.store(scope, {
    status: reply.status,
    headers: reply.headers ?? {},
    body: typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body ?? null),
  });
  return reply;
}

/** JSON with its keys in order, so that the same content has one fingerprint. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join()}}`;
}
