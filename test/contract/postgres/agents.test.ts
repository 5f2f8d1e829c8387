import { expect, onTestFinished, test, vi } from "vitest";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import { createStore } from "#adapters/postgres/create-store.ts";
import type { Agent } from "#domain/agent.ts";
import { FORGET_AGENT_SECONDS } from "#domain/policy.ts";
import { learnAgents } from "#flow/agents/learn-agents.ts";
import type { Agents } from "#ports/store.ts";
import { freePort } from "../../support/free-port.ts";
import { openStore } from "../../support/postgres-store.ts";

const HOUR_MS = 3_600_000;
const ALEX: Agent = { id: "oid-1", name: "Alex Öztürk", roles: ["agent"], seenAt: 1_000 };

test("an agent is found by the beginning of any word of their name and id, and by their id among others", async () => {
  const { store } = await openStore();
  await store.agents.see(ALEX);
  await store.agents.see({ id: "cn=Lena, ou=Support", roles: ["lead", "admin"], seenAt: 2_000 });
  const find = async (query: string) => (await store.agents.search({ query, limit: 10 })).items.map(({ id }) => id);
  for (const words of ["alex", "ÖZT", "öztürk a", "oid"]) expect(await find(words), words).toEqual(["oid-1"]);
  expect(await find("lena")).toEqual(["cn=Lena, ou=Support"]);
  for (const words of ["lex", "'", "& | !", "alex lena"]) expect(await find(words), words).toEqual([]);
  expect(await store.agents.ofIds(["nobody", "oid-1"])).toEqual([ALEX]);
  const first = await store.agents.search({ limit: 1 });
  const second = await store.agents.search({ limit: 1, after: first.next ?? "" });
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(["cn=Lena, ou=Support", "oid-1"]);
  expect(second.next).toBeUndefined();
});

test("the newest sighting stands: a late one undoes nothing, and one without a name leaves the name", async () => {
  const { store } = await openStore();
  await store.agents.see(ALEX);
  await store.agents.see({ ...ALEX, name: "Alex Before", roles: [], seenAt: 999 });
  expect(await store.agents.ofIds(["oid-1"])).toEqual([ALEX]);
  await store.agents.see({ id: "oid-1", roles: ["lead"], seenAt: 1_001 });
  expect(await store.agents.ofIds(["oid-1"])).toEqual([{ ...ALEX, roles: ["lead"], seenAt: 1_001 }]);
  await store.agents.see({ ...ALEX, name: "Alex New", seenAt: 1_002 });
  expect((await store.agents.search({ query: "new", limit: 1 })).items).toHaveLength(1);
  expect((await store.agents.search({ query: "öztürk", limit: 1 })).items).toEqual([]);
});

test("two who see somebody for the first time at once both succeed", async () => {
  const { store } = await openStore();
  await Promise.all(Array.from({ length: 8 }, (_, n) => store.agents.see({ ...ALEX, seenAt: n })));
  expect(await store.agents.ofIds(["oid-1"])).toMatchObject([{ name: "Alex Öztürk" }]);
});

test("the name of an agent who was not seen for a year is forgotten, and no other", async () => {
  const { store, dueWork, clock } = await openStore();
  const now = clock.now();
  const yearAgo = now - FORGET_AGENT_SECONDS * 1000;
  await store.agents.see({ ...ALEX, seenAt: yearAgo - 1_000 });
  await store.agents.see({ ...ALEX, id: "oid-2", seenAt: yearAgo + 1_000 });
  await dueWork.forgetOld(now);
  expect((await store.agents.ofIds(["oid-1", "oid-2"])).map(({ id }) => id)).toEqual(["oid-2"]);
});

test("an agent who calls all day is written once an hour, and at once when their name or roles changed", async () => {
  const { store } = await openStore();
  let now = 0;
  const see = vi.fn<Agents["see"]>(store.agents.see);
  const failed = vi.fn<(error: unknown) => void>();
  const learn = learnAgents({ agents: { see }, clock: { now: () => now }, onError: failed });
  const written = () => Promise.all(see.mock.results.map(({ value }) => value));
  learn(ALEX);
  learn(ALEX);
  now = HOUR_MS - 1;
  learn(ALEX);
  expect(see).toHaveBeenCalledTimes(1);
  learn({ ...ALEX, roles: ["agent", "lead"] });
  learn({ ...ALEX, roles: ["agent", "lead"] });
  expect(see).toHaveBeenCalledTimes(2);
  await written();
  now = 2 * HOUR_MS;
  learn({ id: "oid-1", name: "  Alex\0\n\u2028Öztürk \ud800".padEnd(500, "x"), roles: ["agent"] });
  expect(see).toHaveBeenCalledTimes(3);
  await written();
  const [kept] = await store.agents.ofIds(["oid-1"]);
  expect(kept).toMatchObject({ roles: ["agent"], seenAt: now });
  expect(kept?.name).toMatch(/^Alex Öztürk \ufffdx+$/);
  expect(kept?.name).toHaveLength(200);
  expect(failed).not.toHaveBeenCalled();
});

test("while PostgreSQL is away agents call as always, and their names are tried once a minute", async () => {
  const away = await createStore({
    databaseUrl: `postgres://nobody@127.0.0.1:${await freePort()}/nothing`,
    needsRelay: () => false,
    ids: uuidV7,
  });
  onTestFinished(away.close);
  let now = 0;
  const see = vi.fn<Agents["see"]>(away.store.agents.see);
  const told = Promise.withResolvers<unknown>();
  const learn = learnAgents({ agents: { see }, clock: { now: () => now }, onError: told.resolve });
  learn(ALEX);
  expect(await told.promise).toMatchObject({ code: "database_unavailable" });
  now = 59_999;
  learn(ALEX);
  expect(see).toHaveBeenCalledTimes(1);
  now = 60_000;
  learn(ALEX);
  expect(see).toHaveBeenCalledTimes(2);
  await Promise.allSettled(see.mock.results.map(({ value }) => value));
});
