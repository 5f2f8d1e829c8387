import type { TicketConnection } from "#domain/ticket-connection.ts";
import type { ConnectorAnswer, ConnectorRefusal } from "#ports/ticket-connector.ts";
import type { Clock } from "#ports/clock.ts";
import type { Store } from "#ports/store.ts";

/** One worker's attempt to bring one item up to date. Whatever it finds out is kept at once, so that the next begins there. */
export interface Attempt {
  readonly signal: AbortSignal;
  /** The connection as this attempt has it. */
  readonly connection: () => TicketConnection;
  /** Keeps what was found out, or what is about to be done. @throws LeaseLost */
  readonly note: (change: (connection: TicketConnection) => TicketConnection) => Promise<void>;
  /** Holds the lease for longer, when it is time to. Asked as often as you like. @throws LeaseLost */
  readonly keep: () => Promise<void>;
}

/** Somebody else brings this item up to date by now: nothing more may be done here. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/** Ends an attempt with what the other system said. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly refusal: ConnectorRefusal;
  constructor(refusal: ConnectorRefusal) {
    super(refusal.reason);
    this.refusal = refusal;
  }
}

/** What was answered. @throws Refused when it was not done */
export function done<T>(answer: ConnectorAnswer<T>): T {
  if (answer.kind === "done") return answer.value;
  throw new Refused(answer);
}

/** An attempt under a lease that was just claimed. */
export function beginAttempt(
  claimed: TicketConnection,
  {
    store,
    clock,
    leaseId,
    leaseSeconds,
    signal,
  }: {
    readonly store: Pick<Store, "connections">;
    readonly clock: Clock;
    readonly leaseId: string;
    readonly leaseSeconds: number;
    readonly signal: AbortSignal;
  },
): Attempt {
  let connection = claimed;
  let renewAt = clock.now() + (leaseSeconds * 1000) / 3;
  return {
    signal,
    connection: () => connection,
    async note(change) {
      connection = change(connection);
      if (!(await store.connections.saveProgress(connection, leaseId))) throw new LeaseLost();
    },
    async keep() {
      const now = clock.now();
      if (now < renewAt) return;
      if (!(await store.connections.renew(claimed.ticketId, leaseId, now + leaseSeconds * 1000))) throw new LeaseLost();
      renewAt = now + (leaseSeconds * 1000) / 3;
    },
  };
}
