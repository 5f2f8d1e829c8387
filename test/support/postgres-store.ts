import { randomUUIDv7 } from "node:crypto";
import pg from "pg";
import { onTestFinished } from "vitest";
import { createStore, type PostgresStore } from "#adapters/postgres/create-store.ts";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import type { Ticket } from "#domain/ticket.ts";
import type { Installation } from "#domain/user.ts";
import { setsSomethingGoing, TOLD_OUTSIDE } from "#flow/pipeline.ts";
import type { AcceptInput } from "#ports/store.ts";
import { createTestDatabase } from "./servers.ts";

export type StoreUnderTest = PostgresStore & {
  readonly url: string;
  /** For looking behind the ports; and for a second process of ours. */
  readonly pool: pg.Pool;
  /** Another process on the same database. */
  another(): Promise<PostgresStore>;
  ticket(more?: Partial<Ticket>): Promise<Ticket>;
  installation(more?: Partial<Installation>): Promise<Installation>;
  /** What an agent asks for. `userId` is the user of `ticket()` and `installation()` unless said otherwise. */
  ask(ticket: { readonly id: string }, more?: Partial<AcceptInput>): AcceptInput;
};

export const THE_USER = "user-1";

/** The real store on a database of its own, gone when the test is over. */
export async function openStore(): Promise<StoreUnderTest> {
  const database = await createTestDatabase();
  const open = async (): Promise<PostgresStore> => {
    const one = await createStore({
      databaseUrl: database.url,
      poolSize: 6,
      needsRelay: setsSomethingGoing,
      connections: { system: "azure-devops", types: TOLD_OUTSIDE, newTickets: false },
      ids: uuidV7,
    });
    onTestFinished(one.close);
    return one;
  };
  const opened = await open();
  const pool = new pg.Pool({ connectionString: database.url, options: "-c TimeZone=UTC" });
  pool.on("error", () => {});
  onTestFinished(() => pool.end());
  const now = () => opened.clock.now();
  return {
    ...opened,
    url: database.url,
    pool,
    another: open,
    ticket: (more = {}) =>
      opened.store.transaction((tx) =>
        tx.tickets.create({
          id: randomUUIDv7(),
          subject: "Calls drop",
          description: "",
          state: "open",
          userId: THE_USER,
          participants: [],
          callIds: [],
          createdAt: now(),
          updatedAt: now(),
          ...more,
        }),
      ),
    async installation(more = {}) {
      const installation: Installation = {
        id: randomUUIDv7(),
        version: 0,
        userId: THE_USER,
        platform: "fcmv1",
        pushChannel: "token",
        collectors: [{ name: "app", typicalSizeBytes: 1_000, oldestAt: now() }],
        hubSync: "pending",
        syncAttempt: 0,
        lastSeenAt: now(),
        createdAt: now(),
        ...more,
      };
      await opened.store.installations.save(installation, { ifVersion: 0 });
      return { ...installation, version: 1 };
    },
    ask: (ticket, more = {}) => ({
      id: randomUUIDv7(),
      ticketId: ticket.id,
      userId: THE_USER,
      agentId: "agent-1",
      reason: "Calls drop after a minute",
      collectors: ["app", "media"],
      maxBytes: 50_000_000,
      maxFiles: 50,
      answerBy: now() + 3_600_000,
      roundId: randomUUIDv7(),
      now: now(),
      ...more,
    }),
  };
}
