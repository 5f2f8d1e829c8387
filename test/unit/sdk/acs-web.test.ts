import { AzureLogger, createClientLogger, setLogLevel } from "@azure/logger";
import { afterEach, expect, test } from "vitest";
import { type AcsDebugInfo, type AcsLogOptions, maskTokens, recordAcsLogs } from "#sdk/acs-web.ts";
import type { CollectRequest } from "#sdk/frozen-file.ts";
import { memoryStorage } from "#sdk/storage.ts";

// The real @azure/logger: what the Calling SDK logs through.

const calling = createClientLogger("ACS");
const untouched = AzureLogger.log;
const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
  AzureLogger.log = untouched;
  setLogLevel();
});

function record(more: Partial<AcsLogOptions> = {}) {
  const seen: string[] = [];
  AzureLogger.log = (...args) => seen.push(args.map(String).join(" "));
  const log = recordAcsLogs({ logger: AzureLogger, setLogLevel, storage: memoryStorage(), ...more });
  undo.push(log.stop);
  return { log, seen };
}

async function collect(log: ReturnType<typeof recordAcsLogs>, debugInfo?: () => AcsDebugInfo | undefined) {
  const left: Parameters<CollectRequest["leaveOut"]>[0][] = [];
  const collector = log.collector({ label: "Call log", ...(debugInfo && { debugInfo }) });
  const files = await collector.collect({
    window: undefined,
    maxBytes: 1024 * 1024,
    maxFiles: 10,
    signal: new AbortController().signal,
    leaveOut: (file) => left.push(file),
  });
  return { files, left, text: (await files.at(-1)?.blob?.text()) ?? "" };
}

test("what the Calling SDK logs is kept, with its level, and goes on to where it went before", async () => {
  const { log, seen } = record();
  calling.verbose("joining", { callId: "c-1", video: false });
  calling.error(new Error("no microphone"));
  const { text, files } = await collect(log);
  expect(files.map(({ name }) => name)).toEqual([expect.stringMatching(/^acs-\d{4}-.*Z\.log$/)]);
  expect(text).toMatch(/Z azure:ACS:verbose joining {"callId":"c-1","video":false}\n/);
  expect(text).toMatch(/Z azure:ACS:error Error: no microphone\n/);
  expect(text).toMatch(/^\S+ --- session .*"level":"verbose"/);
  expect(seen).toHaveLength(2);
});

test("only the asked level and the graver ones are kept, and only the asked ones go on to the console", async () => {
  const { log, seen } = record({ level: "info", passOn: "error" });
  // Another part of the app turns the level up.
  setLogLevel("verbose");
  for (const level of ["verbose", "info", "warning", "error"] as const) calling[level](`a ${level}`);
  const { text } = await collect(log);
  expect([...text.matchAll(/ a (\w+)/g)].map(([, level]) => level)).toEqual(["info", "warning", "error"]);
  expect(seen).toEqual(["azure:ACS:error a error"]);
});

test("nothing goes on where the app wants a quiet console, and all is kept", async () => {
  const { log, seen } = record({ passOn: "nothing" });
  calling.info("one");
  expect((await collect(log)).text).toContain("azure:ACS:info one");
  expect(seen).toEqual([]);
});

test("tokens are masked", async () => {
  const { log } = record();
  const token = `eyJhbGciOiJSUzI1NiJ9.${"a".repeat(40)}.${"b".repeat(40)}`;
  calling.info(`Authorization: Bearer ${token}`, { token });
  const { text } = await collect(log);
  expect(text).toContain('Authorization: Bearer [token] {"token":"[token]"}');
  expect(maskTokens("a key eyJ and no token")).toBe("a key eyJ and no token");
});

test("nothing that is logged, and no mask of the app's own, fails the call", async () => {
  const { log } = record();
  const circle: Record<string, unknown> = { name: "circle" };
  circle["self"] = circle;
  const trap = new Proxy(
    {},
    {
      ownKeys: () => {
        throw new Error("trap");
      },
    },
  );
  const large = { list: Array.from({ length: 1_000_000 }, (_, index) => index) };
  calling.info("all of", circle, trap, undefined, 12n, large, Symbol("s"));
  const { text } = await collect(log);
  expect(text).toContain('all of {"name":"circle","self":[circular]} [unreadable] undefined 12 {"list":[0,1,2');
  expect(text.length).toBeLessThan(1_000);

  const broken = record({
    mask: () => {
      throw new Error("mask");
    },
  });
  calling.info("one");
  expect(broken.seen).toEqual(["azure:ACS:info one"]);
});

test("stopping puts back what was there; whoever chained on later keeps theirs", async () => {
  const { log, seen } = record();
  await log.stop();
  calling.info("one");
  expect(seen).toEqual(["azure:ACS:info one"]);
  expect((await collect(log)).files).toEqual([]);

  const second = record();
  const ours = AzureLogger.log;
  const later: unknown[] = [];
  AzureLogger.log = (...args) => {
    later.push(args);
    ours(...args);
  };
  await second.log.stop();
  calling.info("two");
  expect(later).toHaveLength(1);
  expect(second.seen).toEqual(["azure:ACS:info two"]);
});

test("the environment is a file beside the log, and a beta's dump another, as the bytes that it is", async () => {
  const { log } = record();
  calling.info("one");
  const environment = { environment: { platform: "Windows" }, isSupportedEnvironment: true };
  const stable = await collect(log, () => ({ getEnvironmentInfo: async () => environment }));
  expect(stable.files.map(({ name }) => name).slice(0, -1)).toEqual(["environment.json"]);
  expect(JSON.parse((await stable.files[0]?.blob?.text()) ?? "")).toEqual(environment);

  const beta = await collect(log, () => ({
    getEnvironmentInfo: async () => environment,
    dumpDebugInfo: () => ({ dumpId: "d", dump: "x\u009c\u0003\u00ff" }),
  }));
  expect(beta.files.map(({ name }) => name).slice(0, -1)).toEqual(["environment.json", "debug-info.json.zlib"]);
  const dump = new Uint8Array((await beta.files[1]?.blob?.arrayBuffer()) ?? new ArrayBuffer());
  expect([...dump]).toEqual([0x78, 0x9c, 0x03, 0xff]);
});

test("a debug feature that fails is named and takes nothing from the log", async () => {
  const { log } = record();
  calling.info("one");
  const failing = await collect(log, () => {
    throw new Error("disposed");
  });
  expect(failing.text).toContain("azure:ACS:info one");
  expect(failing.left.map(({ name, reason }) => [name, reason])).toEqual([
    ["environment.json", "unreadable"],
    ["debug-info.json.zlib", "unreadable"],
  ]);
  // No CallClient yet: there is nothing to say.
  expect((await collect(log, () => undefined)).left).toEqual([]);
});
