import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CollectRequest, FrozenFile } from "#sdk/frozen-file.ts";
import { createLogStore, type LogStoreOptions } from "#sdk/log-store.ts";
import { nodeFolderStorage } from "#sdk/node-folder-storage.ts";
import { type BeckonStorage, memoryStorage } from "#sdk/storage.ts";

const START = Date.UTC(2026, 10, 22, 9);
const KIB = 1024;

/** A log store whose clock goes on by a second a line. */
function storeAt(startedAt: number, more: Partial<LogStoreOptions> = {}) {
  let at = startedAt;
  const storage = more.storage ?? memoryStorage();
  const store = createLogStore({ name: "app", facts: { app: "1.2.3" }, storage, now: () => (at += 1000), ...more });
  return { store, storage, collector: store.collector({ name: "app", label: "App log" }) };
}

type Left = Parameters<CollectRequest["leaveOut"]>[0];

async function collect(
  { collector }: Pick<ReturnType<typeof storeAt>, "collector">,
  more: Partial<CollectRequest> = {},
) {
  const left: Left[] = [];
  const files = await collector.collect({
    window: undefined,
    maxBytes: 100 * 1024 * KIB,
    maxFiles: 50,
    signal: new AbortController().signal,
    leaveOut: (file) => left.push(file),
    ...more,
  });
  return { files, left, texts: await Promise.all(files.map(textOf)) };
}

async function textOf(file: FrozenFile): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of file.stream()) text += decoder.decode(piece, { stream: true });
  return text;
}

/** The numbers that lines `line N` of a text carry, in their order. */
const numbersIn = (text = "") => [...text.matchAll(/ line (\d+)/g)].map(([, number]) => Number(number));
const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test("a line has its time before it, and what an app logs cannot look like another line", async () => {
  const log = storeAt(START);
  log.store.append("one\n2026-11-22T09:00:00.000Z two");
  const { texts } = await collect(log);
  expect(texts).toEqual([
    '2026-11-22T09:00:02.000Z --- session {"app":"1.2.3"}\n' +
      "2026-11-22T09:00:02.000Z one\n  2026-11-22T09:00:00.000Z two\n",
  ]);
});

test("a file says its name, its size and the time that it covers", async () => {
  const log = storeAt(START);
  log.store.append("grüß 𝄞 \ud800");
  const { files } = await collect(log);
  expect(files[0]).toMatchObject({
    name: "app-2026-11-22T09-00-01Z.log",
    modifiedAt: new Date(START + 2000),
    coversFrom: new Date(START + 2000),
    coversTo: new Date(START + 2000),
  });
  expect(files[0]?.sizeBytes).toBe(Buffer.byteLength(await textOf(files[0]!)));
});

test("what was logged before a restart is there after it, a file a session", async () => {
  const folder = await mkdtemp(join(tmpdir(), "beckon-log-"));
  const before = storeAt(START, { storage: nodeFolderStorage(folder) });
  for (const number of upTo(1, 200)) before.store.append(`line ${number}`);
  await before.store.close();
  const after = storeAt(START + 3_600_000, { storage: nodeFolderStorage(folder) });
  after.store.append("line 201");
  const { files, texts } = await collect(after);
  expect(files.map(({ name }) => name)).toEqual(["app-2026-11-22T10-00-01Z.log", "app-2026-11-22T09-00-01Z.log"]);
  expect(texts.map(numbersIn)).toEqual([[201], upTo(1, 200)]);
  await rm(folder, { recursive: true });
});

test("the budget holds after every write; how the session began and the newest lines stay, and the gap is said", async () => {
  const sizes: number[] = [];
  const kept = memoryStorage();
  const watched: BeckonStorage = {
    ...kept,
    async set(key, value) {
      await kept.set(key, value);
      const values = await Promise.all((await kept.keys()).map((one) => kept.get(one)));
      sizes.push(values.reduce((sum, text) => sum + Buffer.byteLength(text as string), 0));
    },
  };
  const log = storeAt(START, { storage: watched, maxBytes: 64 * KIB, headBytes: 4 * KIB });
  for (const number of upTo(1, 5000)) {
    log.store.append(`line ${number} ${"x".repeat(number % 90)}`);
    if (number % 37 === 0) await log.store.flush();
  }
  const { files, texts, left } = await collect(log);
  // While small pieces are put together, one piece is there twice.
  expect(Math.max(...sizes)).toBeLessThanOrEqual(64 * KIB + 4 * KIB);
  expect(files[0]?.sizeBytes).toBeLessThanOrEqual(64 * KIB);
  expect(files[0]?.sizeBytes).toBeGreaterThan(48 * KIB);

  const [text = ""] = texts;
  const gap = /^--- lines from (\S+) to (\S+) are not here$/m.exec(text);
  const [head = "", tail = ""] = text.split(gap?.[0] ?? "no gap");
  expect(head).toContain('--- session {"app":"1.2.3"}');
  expect(numbersIn(head)).toEqual(upTo(1, numbersIn(head).length));
  expect(numbersIn(tail)).toEqual(upTo(numbersIn(tail)[0] ?? 0, 5000));
  // What is covered begins after the gap, and what is gone is named.
  expect(files[0]?.coversFrom?.toISOString()).toBe(gap?.[2]);
  expect(left).toMatchObject([{ name: files[0]?.name, reason: "trimmed" }]);
  const all = upTo(1, 5000).reduce(
    (sum, number) => sum + `2026-11-22T09:00:02.000Z line ${number} `.length + (number % 90) + 1,
    0,
  );
  const facts = head.indexOf("\n") + 1;
  expect(left[0]?.sizeBytes).toBe(all + facts - (files[0]?.sizeBytes ?? 0) + (gap?.[0].length ?? 0) + 1);
});

test("lines that are too old go, the running session's head excepted", async () => {
  const storage = memoryStorage();
  const old = storeAt(START, { storage });
  old.store.append("line 1");
  await old.store.close();
  const now = storeAt(START + 8 * 24 * 3_600_000, { storage });
  now.store.append("line 2");
  const { texts } = await collect(now);
  expect(texts.map(numbersIn)).toEqual([[2]]);
  expect((await storage.keys()).filter((key) => key.includes("/h"))).toHaveLength(1);
});

test("an agent who asks for less gets the head and the newest lines that fit, and hears of the rest", async () => {
  const log = storeAt(START, { headBytes: 1 * KIB });
  for (const number of upTo(1, 2000)) log.store.append(`line ${number}`);
  const whole = await collect(log);
  const { files, texts, left } = await collect(log, { maxBytes: 10 * KIB });
  expect(files[0]?.sizeBytes).toBeLessThanOrEqual(10 * KIB);
  expect(files[0]?.sizeBytes).toBeGreaterThan(9 * KIB);
  const [head = "", tail = ""] = (texts[0] ?? "").split(/--- lines from .*\n/);
  expect(numbersIn(head)[0]).toBe(1);
  expect(numbersIn(tail).at(-1)).toBe(2000);
  expect(left).toMatchObject([{ name: files[0]?.name, reason: "over_max_bytes" }]);
  const note = (texts[0]?.length ?? 0) - head.length - tail.length;
  expect(left[0]?.sizeBytes).toBe((whole.files[0]?.sizeBytes ?? 0) - (files[0]?.sizeBytes ?? 0) + note);
});

test("where nothing fits, nothing is given, and all of it is named", async () => {
  const log = storeAt(START);
  log.store.append("line 1");
  const { files, left } = await collect(log, { maxBytes: 100 });
  expect(files).toEqual([]);
  expect(left).toMatchObject([{ reason: "over_max_bytes" }]);
});

test("of several sessions the newest come first, and those beyond the asked number are named", async () => {
  const storage = memoryStorage();
  for (const hour of [0, 1, 2]) {
    const { store } = storeAt(START + hour * 3_600_000, { storage });
    store.append(`line ${hour}`);
    await store.close();
  }
  const { texts, left } = await collect(storeAt(START + 3 * 3_600_000, { storage }), { maxFiles: 2 });
  expect(texts.map(numbersIn)).toEqual([[2], [1]]);
  expect(left).toMatchObject([{ name: "app-2026-11-22T09-00-01Z.log", reason: "over_max_files" }]);
});

test("only what the asked window touches is given, with the head that explains it", async () => {
  const log = storeAt(START, { headBytes: 200, maxBytes: 64 * KIB });
  for (const number of upTo(1, 1000)) log.store.append(`line ${number}`);
  const window = { from: new Date(START + 500_000), to: new Date(START + 510_000) };
  const { files, texts } = await collect(log, { window });
  const [head = "", tail = ""] = (texts[0] ?? "").split(/--- lines from .*\n/);
  expect(head).toContain("--- session");
  expect(numbersIn(tail)).toEqual(expect.arrayContaining(upTo(500, 507)));
  expect(numbersIn(tail).length).toBeLessThan(250);
  expect(files[0]?.coversFrom?.getTime()).toBeLessThanOrEqual(window.from.getTime());
  expect(files[0]?.coversTo?.getTime()).toBeGreaterThanOrEqual(window.to.getTime());
  expect((await collect(log, { window: { from: new Date(0), to: new Date(START - 1000) } })).files).toEqual([]);
});

test("a line that is very long is cut and says how long it was", async () => {
  const log = storeAt(START, { maxLineLength: 100 });
  log.store.append("y".repeat(5000));
  const { texts } = await collect(log);
  expect(texts[0]).toContain(`${"y".repeat(100)} … 5000 characters\n`);
});

test("a storage that fails never fails the app; the newest lines wait in memory, are given to agents, and are stored later", async () => {
  const errors: unknown[] = [];
  const kept = memoryStorage();
  let isAway = true;
  const storage: BeckonStorage = {
    ...kept,
    set: (key, value) => (isAway ? Promise.reject(new Error("no room")) : kept.set(key, value)),
  };
  const log = storeAt(START, { storage, onError: (error) => errors.push(error) });
  for (const number of upTo(1, 20_000)) log.store.append(`line ${number}`);
  await log.store.flush();
  expect(errors).toContainEqual(new Error("no room"));
  const during = numbersIn((await collect(log)).texts[0]);
  expect(during.at(-1)).toBe(20_000);
  expect(during.length).toBeLessThan(10_000); // what waits is bounded
  isAway = false;
  log.store.append("line 20001");
  const { texts } = await collect(log);
  expect(numbersIn(texts[0]).slice(-during.length)).toEqual([...during.slice(1), 20_001]);
  expect(texts[0]).toMatch(/^\S+ --- session {"app":"1.2.3"}\n\S+ --- \d+ lines are not here: the storage/);
});

test("an app whose own error handler throws logs on", async () => {
  const storage = { ...memoryStorage(), keys: () => Promise.reject(new Error("closed")) };
  const log = storeAt(START, {
    storage,
    onError: () => {
      throw new Error("handler");
    },
  });
  log.store.append("line 1");
  await log.store.flush();
  expect((await collect(log)).texts.map(numbersIn)).toEqual([[1]]);
});

test("an app that dies while small pieces are put together gives each line once", async () => {
  const storage: BeckonStorage = { ...memoryStorage(), delete: () => Promise.reject(new Error("died")) };
  const log = storeAt(START, { storage });
  for (const number of upTo(1, 33)) {
    log.store.append(`line ${number}`);
    await log.store.flush();
  }
  const after = storeAt(START + 3_600_000, { storage });
  expect((await collect(after)).texts.map(numbersIn)).toEqual([upTo(1, 32)]);
});

test("two tabs write their own sessions, and trim what is oldest of both", async () => {
  const storage = memoryStorage();
  const one = storeAt(START, { storage, maxBytes: 64 * KIB, headBytes: 1 * KIB });
  const other = storeAt(START + 500, { storage, maxBytes: 64 * KIB, headBytes: 1 * KIB });
  for (const number of upTo(1, 3000)) {
    one.store.append(`line ${number}`);
    other.store.append(`line ${number}`);
    if (number % 100 === 0) await Promise.all([one.store.flush(), other.store.flush()]);
  }
  const { files, texts } = await collect(one);
  expect(files).toHaveLength(2);
  for (const text of texts) expect(numbersIn(text).at(-1)).toBe(3000);
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  expect(total).toBeLessThan(64 * KIB + 8 * KIB);
});

test("two stores of one storage stay apart", async () => {
  const storage = memoryStorage();
  const app = storeAt(START, { storage });
  const other = storeAt(START, { storage, name: "other" });
  app.store.append("line 1");
  other.store.append("line 2");
  expect((await collect(app)).texts.map(numbersIn)).toEqual([[1]]);
  expect((await collect(other)).texts.map(numbersIn)).toEqual([[2]]);
});

test("a frozen file stays as it was, whatever is logged and trimmed afterwards", async () => {
  const log = storeAt(START, { maxBytes: 64 * KIB });
  for (const number of upTo(1, 500)) log.store.append(`line ${number}`);
  const { files, texts } = await collect(log);
  for (const number of upTo(501, 9000)) log.store.append(`line ${number}`);
  await log.store.flush();
  expect(await textOf(files[0]!)).toBe(texts[0]);
});
