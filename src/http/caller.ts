import type { Actor, Moment, Role } from "#domain/vocabulary.ts";

/** Who calls, as far as their credential proves it. */
export type Caller =
  | {
      readonly kind: "agent";
      readonly id: string;
      readonly roles: readonly Role[];
      readonly name?: string;
      /** When the console's cookie ends; absent for bearer tokens. */
      readonly sessionEndsAt?: Moment;
    }
  /** `installationId` where the token was made for one installation only. */
  | { readonly kind: "device"; readonly userId: string; readonly installationId?: string }
  | { readonly kind: "key"; readonly id: string }
  | { readonly kind: "public" };

export type CallerOf<Audience> = Extract<Caller, { kind: Audience }>;

/** The caller as the audit keeps it: an id, no name. */
export function actorOf(caller: Caller): Actor {
  switch (caller.kind) {
    case "agent":
      return { kind: "agent", id: caller.id };
    case "device":
      return { kind: "user", id: caller.userId };
    case "key":
      return { kind: "key", id: caller.id };
    case "public":
      return { kind: "system", id: "public" };
  }
}

/** One string a caller, for rate limits and for the scope of Idempotency-Key. */
export function callerKey(caller: Caller): string {
  const actor = actorOf(caller);
  return `${actor.kind}:${actor.id}`;
}
