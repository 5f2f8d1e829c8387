import type { Agent } from "#domain/agent.ts";
import type { Role } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";
import type { Agents } from "#ports/store.ts";

/** A sighting is written again after this long; within it only what changed is. */
const AGAIN_AFTER_MS = 60 * 60 * 1000;
/** After a failure: the database is away, and who calls next needs not try again at once. */
const RETRY_AFTER_MS = 60 * 1000;
const REMEMBER_AT_MOST = 10_000;
const MAX_NAME_LENGTH = 200;

export interface LearnAgentsDeps {
  readonly agents: Pick<Agents, "see">;
  readonly clock: Clock;
  /** Told when a sighting could not be written; nothing else comes of it. */
  readonly onError: (error: unknown) => void;
}

/** Who a credential speaks for, and what it calls them. */
export interface SeenAgent {
  readonly id: string;
  readonly name?: string;
  readonly roles: readonly Role[];
}

/**
 * Learns what agents are called from the credentials that they use anyway. Writes beside the call that brought them, never before
 * its answer, and once an hour and agent in this process unless something changed.
 *
 * @returns to be told of every agent who calls
 */
export function learnAgents({ agents, clock, onError }: LearnAgentsDeps): (seen: SeenAgent) => void {
  const known = new Map<string, { readonly said: string; readonly until: number }>();

  return ({ id, name, roles }) => {
    const now = clock.now();
    const kept = name === undefined ? undefined : asKept(name);
    const said = JSON.stringify([kept, roles]);
    const last = known.get(id);
    if (last?.said === said && last.until > now) return;
    remember(id, said, now + AGAIN_AFTER_MS);
    const agent: Agent = { id, roles, seenAt: now, ...(kept === undefined ? {} : { name: kept }) };
    agents.see(agent).catch((error: unknown) => {
      remember(id, said, clock.now() + RETRY_AFTER_MS);
      onError(error);
    });
  };

  function remember(id: string, said: string, until: number): void {
    if (known.size >= REMEMBER_AT_MOST && !known.has(id)) known.delete(known.keys().next().value ?? "");
    known.set(id, { said, until });
  }
}

/** One line that PostgreSQL can keep, and a list can show; undefined where nothing is left. */
function asKept(name: string): string | undefined {
  const plain = name
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
  return plain.slice(0, MAX_NAME_LENGTH).toWellFormed() || undefined;
}
