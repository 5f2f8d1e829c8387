import type { Moment, Role } from "./vocabulary.ts";

/** Somebody who handles tickets, as their credential last named them. What they did is kept under the id alone. */
export interface Agent {
  readonly id: string;
  /** As the identity provider says; absent where it says none. */
  readonly name?: string;
  readonly roles: readonly Role[];
  readonly seenAt: Moment;
}
