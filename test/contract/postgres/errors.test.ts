import { inspect } from "node:util";
import { expect, test } from "vitest";
import { openStore } from "../../support/postgres-store.ts";

const CANARY = "Jane Canary of Elm Street";

test("an error of a query says where it came from and what it was, and repeats nothing that somebody wrote", async () => {
  const { store } = await openStore();
  const error: unknown = await store.tickets
    .list({ query: CANARY, limit: Number.NaN })
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "PrismaClientValidationError" });
  expect(inspect(error, { depth: 8, showHidden: true })).not.toContain(CANARY);
  expect((error as Error).stack).toContain("tickets.ts");
});

test("nor does one that PostgreSQL gave, whose code is still known", async () => {
  const { store, pool, ticket } = await openStore();
  await pool.query(`create function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'Not this one: %', new.subject; end $$`);
  await pool.query("create trigger refuse before insert on ticket for each row execute function refuse()");
  const error: unknown = await ticket({ subject: CANARY }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: expect.stringContaining("P2039") });
  expect(inspect(error, { depth: 8, showHidden: true })).not.toContain(CANARY);
  await expect(store.check()).resolves.toBeUndefined();
});
