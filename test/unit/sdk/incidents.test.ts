import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Collector, freezeBytes, type FrozenFile } from "#sdk/frozen-file.ts";
import { createIncidents, type IncidentOptions } from "#sdk/incidents.ts";
import { nodeFileCollector } from "#sdk/node-file-collector.ts";
import { nodeFolderStorage } from "#sdk/node-folder-storage.ts";
import { type BeckonStorage, memoryStorage } from "#sdk/storage.ts";

const START = Date.UTC(2026, 10, 22, 9);
const MINUTE = 60_000;

/** An app whose log grows, and whose clock a test moves. */
function app(more: Partial<IncidentOptions> = {}) {
  const state = { text: "before the call\n", now: START, released: 0, errors: [] as unknown[] };
  const collector: Collector = {
    name: "app",
    label: "App log",
    collect: async () => [
      {
        ...freezeBytes("app.log", state.text, { modifiedAt: new Date(state.now) }),
        release: async () => void state.released++,
      },
    ],
  };
  const storage = more.storage ?? memoryStorage();
  const start = (also: Partial<IncidentOptions> = {}) =>
    createIncidents({
      storage,
      collectors: [collector],
      userId: "ada",
      now: () => state.now,
      onError: (error) => state.errors.push(error),
      ...more,
      ...also,
    });
  return { state, storage, start, ...start() };
}

async function textOf(file: FrozenFile | undefined): Promise<string> {
  let text = "";
  for await (const piece of file?.stream() ?? []) text += new TextDecoder().decode(piece);
  return text;
}

test("the logs of the moment are kept as they were, with what a report needs, and nothing else holds them", async () => {
  const { state, markIncident, incidents, openIncident } = app({ appVersion: "7.1" });
  const marked = await markIncident({ callIds: ["call-1"], note: "CallEndReason 408" });
  state.text = "long after\n";
  expect(await incidents()).toEqual([marked]);
  expect(marked).toMatchObject({
    markedAt: "2026-11-22T09:00:00.000Z",
    callIds: ["call-1"],
    note: "CallEndReason 408",
    appVersion: "7.1",
    leftOut: [],
    files: [
      {
        collector: "app",
        label: "App log",
        name: "app.log",
        sizeBytes: 16,
        sha256: createHash("sha256").update("before the call\n").digest("hex"),
        modifiedAt: "2026-11-22T09:00:00.000Z",
      },
    ],
  });
  const files = await openIncident(marked?.id ?? "");
  expect(await textOf(files?.[0])).toBe("before the call\n");
  expect(files?.[0]).toMatchObject({ name: "app.log", modifiedAt: new Date(START) });
  expect(state.released).toBe(1);
});

test("an incident survives a restart and the rotation of its log, in several pieces", async () => {
  const folder = await mkdtemp(join(tmpdir(), "beckon-incident-"));
  const text = "0123456789abcdef".repeat(200_000);
  const one = app({ storage: nodeFolderStorage(join(folder, "state")) });
  one.state.text = text;
  const marked = await one.markIncident();
  const after = app({ storage: nodeFolderStorage(join(folder, "state")) });
  const files = await after.openIncident(marked?.id ?? "");
  expect((await textOf(files?.[0])) === text).toBe(true);
  expect((await after.storage.keys()).filter((key) => key.includes("incident-file")).length).toBeGreaterThan(2);
  await rm(folder, { recursive: true });
});

test("a folder's log files are frozen, kept, and their snapshots let go", async () => {
  const folder = await mkdtemp(join(tmpdir(), "beckon-incident-"));
  await writeFile(join(folder, "app.log"), "a line\n");
  const collectors = [nodeFileCollector({ name: "app", label: "App log", folder, pattern: /^app\.log$/ })];
  const { markIncident, openIncident } = app({ collectors, now: () => Date.now() });
  const marked = await markIncident();
  await collectors[0]?.releaseAllBut?.([]); // what createBeckon does at its start
  expect(await textOf((await openIncident(marked?.id ?? ""))?.[0])).toBe("a line\n");
  await rm(folder, { recursive: true });
});

test("no more than so many are kept; the oldest go, with their files", async () => {
  const { state, storage, markIncident, incidents } = app({ maxIncidents: 2 });
  for (const call of ["1", "2", "3"]) {
    state.now += MINUTE;
    await markIncident({ callIds: [call] });
  }
  expect((await incidents()).map(({ callIds }) => callIds)).toEqual([["3"], ["2"]]);
  expect(await storage.keys()).toHaveLength(4);
});

test("no more than so many bytes are kept; one incident cannot take the place of all, and says what it left out", async () => {
  const { state, storage, markIncident, incidents } = app({ maxBytes: 3000 });
  state.text = "x".repeat(900);
  for (const call of ["1", "2", "3", "4"]) {
    state.now += MINUTE;
    await markIncident({ callIds: [call] });
  }
  expect((await incidents()).map(({ callIds }) => callIds)).toEqual([["4"], ["3"], ["2"]]);
  state.text = "x".repeat(1001);
  state.now += MINUTE;
  const large = await markIncident({ callIds: ["5"] });
  expect(large).toMatchObject({ files: [], leftOut: [{ name: "app.log", sizeBytes: 1001, reason: "over_max_bytes" }] });
  const values = await Promise.all((await storage.keys()).map((key) => storage.get(key)));
  const bytes = values.reduce((sum, value) => sum + (value instanceof Blob ? value.size : 0), 0);
  expect(bytes).toBe(2700);
});

test("incidents that are too old are not shown, and go with the next", async () => {
  const { state, storage, markIncident, incidents, openIncident } = app();
  const old = await markIncident();
  state.now += 15 * 24 * 60 * MINUTE;
  expect(await incidents()).toEqual([]);
  expect(await openIncident(old?.id ?? "")).toBeUndefined();
  await markIncident();
  expect(await storage.keys()).toHaveLength(2);
});

test("another user of the device sees nothing of it", async () => {
  const { start, markIncident, incidents } = app();
  const marked = await markIncident();
  const bob = start({ userId: "bob" });
  expect(await bob.incidents()).toEqual([]);
  expect(await bob.openIncident(marked?.id ?? "")).toBeUndefined();
  await bob.forgetIncident(marked?.id ?? "");
  expect(await incidents()).toHaveLength(1);
});

test("a forgotten incident leaves nothing behind, also when it is forgotten twice", async () => {
  const { storage, markIncident, forgetIncident, openIncident } = app();
  const marked = await markIncident();
  await forgetIncident(marked?.id ?? "");
  await forgetIncident(marked?.id ?? "");
  expect(await openIncident(marked?.id ?? "")).toBeUndefined();
  expect(await storage.keys()).toEqual([]);
});

test("several that come at once are marked one after the other", async () => {
  const { markIncident, incidents } = app();
  await Promise.all(["1", "2", "3"].map((call) => markIncident({ callIds: [call] })));
  expect((await incidents()).flatMap(({ callIds }) => callIds).toSorted()).toEqual(["1", "2", "3"]);
});

test("where nothing can be stored, nothing is thrown and nothing is left; a later mark works", async () => {
  const kept = memoryStorage();
  let isFull = true;
  const storage: BeckonStorage = {
    ...kept,
    set: (key, value) =>
      isFull && key.startsWith("beckon/incident/") ? Promise.reject(new Error("no room")) : kept.set(key, value),
  };
  const { state, markIncident } = app({ storage });
  expect(await markIncident()).toBeUndefined();
  expect(state.errors).toEqual([new Error("no room")]);
  expect(await kept.keys()).toEqual([]);
  expect(state.released).toBe(1);
  isFull = false;
  expect(await markIncident()).toBeDefined();
});

test("what an app left that died while it marked goes later, and not while another tab may still be writing it", async () => {
  const { state, storage, markIncident } = app();
  const died = `beckon/incident-file/${START.toString(36)}-abcd/0/0`;
  await storage.set(died, new Blob(["half"]));
  await markIncident();
  expect(await storage.keys()).toContain(died);
  state.now += 61 * MINUTE;
  await markIncident();
  expect(await storage.keys()).not.toContain(died);
});

test("only logs that reach into the time before the moment are asked of the collectors", async () => {
  const asked: unknown[] = [];
  const collector: Collector = {
    name: "app",
    label: "App log",
    collect: async ({ window }) => {
      asked.push(window);
      return [];
    },
  };
  await app({ collectors: [collector], reachMinutes: 30 }).markIncident();
  expect(asked).toEqual([{ from: new Date(START - 30 * MINUTE), to: new Date(START + MINUTE) }]);
});
