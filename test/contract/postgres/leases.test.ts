import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { openStore } from "#test/support/postgres-store.ts";

const answer = { status: 201, headers: { Location: "/here" }, body: "{}" };
const MINUTE = 60_000;

async function leased() {
  const { store } = await openStore();
  const scope = { caller: "user:ann", method: "POST", route: "createCallSupportTicket", key: randomUUID() };
  const [mine, other] = [
    { scope, token: randomUUID() },
    { scope, token: randomUUID() },
  ];
  return { store, leases: store.leases, mine, other };
}

test("a key is one call's while its lease is good, and anybody's when it is over", async () => {
  const { leases, mine, other } = await leased();
  expect(await leases.take(mine, 0, MINUTE)).toEqual({ kind: "taken" });
  expect(await leases.take(other, MINUTE - 1, 2 * MINUTE)).toEqual({ kind: "busy" });
  expect(await leases.renew(mine, 2 * MINUTE)).toBe(true);
  expect(await leases.take(other, MINUTE + 1, 3 * MINUTE)).toEqual({ kind: "busy" });
  expect(await leases.take(other, 2 * MINUTE + 1, 3 * MINUTE)).toEqual({ kind: "taken" });
  expect(await leases.renew(mine, 9 * MINUTE)).toBe(false);
  expect(await leases.store(mine, "f", answer)).toBe(false);
  expect(await leases.store(other, "f", answer)).toBe(true);
});

test("a key that was answered says so until its day is over; one that was released was never used", async () => {
  const { leases, mine, other } = await leased();
  await leases.take(mine, 0, MINUTE);
  await leases.release(mine);
  await leases.take(other, 1, MINUTE);
  await leases.store(other, "f", answer);
  await leases.release(other);
  expect(await leases.take(mine, 2, MINUTE)).toEqual({ kind: "answered", fingerprint: "f", answer });
  expect(await leases.take(mine, 25 * 60 * MINUTE, 26 * 60 * MINUTE)).toEqual({ kind: "taken" });
});

test("an answer that was not committed was not given", async () => {
  const { store, leases, mine } = await leased();
  await leases.take(mine, 0, MINUTE);
  const work = store.transaction(async (tx) => {
    await tx.leases.store(mine, "f", answer);
    throw new Error("and then it failed");
  });
  await expect(work).rejects.toThrow("and then it failed");
  expect(await leases.renew(mine, MINUTE)).toBe(true);
});
