import { expect, test } from "vitest";
import { makeBigLog } from "#phone/app/big-log.ts";
import { createCollectors } from "#phone/app/collectors.ts";
import { openRotatingLog } from "#phone/app/rotating-log.ts";
import { type CollectRequest, memoryStorage } from "#sdk/create-beckon.ts";

const START = Date.UTC(2026, 10, 22, 9);

function openLog(storage = memoryStorage()) {
  let at = START;
  return openRotatingLog({ name: "app", storage, now: () => new Date((at += 1_000)) });
}

const EVERYTHING: CollectRequest = {
  window: undefined,
  maxBytes: 1_000_000,
  maxFiles: 10,
  signal: new AbortController().signal,
  leaveOut: () => {},
};

test("lines are in the order in which they were written, also after a restart", async () => {
  const storage = memoryStorage();
  const log = openLog(storage);
  await Promise.all([log.write("INFO", "one"), log.write("WARN", "two"), log.write("ERROR", "three")]);
  await openLog(storage).write("INFO", "four");
  const [file] = await openLog(storage).snapshot();
  expect(file?.name).toBe("app.log");
  expect(
    file?.parts
      .join("")
      .trimEnd()
      .split("\n")
      .map((line) => line.slice(25)),
  ).toEqual(["INFO  one", "WARN  two", "ERROR three", "INFO  four"]);
  expect(file?.from).toEqual(new Date(START + 1_000));
});

test("a log that grows becomes several files, and the oldest goes", async () => {
  const log = openLog();
  const text = "x".repeat(1_000);
  for (let line = 0; line < 1_200; line++) await log.write("DEBUG", `${line} ${text}`);
  const files = await log.snapshot();
  expect(files.map(({ name }) => name)).toEqual(["app.log", "app.1.log", "app.2.log"]);
  const sizes = files.map(({ parts }) => parts.join("").length);
  expect(Math.max(...sizes)).toBeLessThan(300_000);
  expect(files[0]?.parts.join("")).toContain("DEBUG 1199 ");
  expect(files.flatMap(({ parts }) => parts).join("")).not.toContain("DEBUG 0 ");
  expect(files[1]?.to.getTime()).toBeLessThan(files[0]?.from.getTime() ?? 0);
});

test("what was frozen stays as it was while the log grows, and a file from another time stays at home", async () => {
  const log = openLog();
  await log.write("INFO", "before");
  const labels = { app: "App", "acs-calling": "Calls", system: "System" };
  const [app] = createCollectors({
    appLog: log,
    callLog: openLog(),
    bigLog: undefined,
    describeDevice: () => "{}",
    labels,
  });
  const [frozen] = (await app?.collect(EVERYTHING)) ?? [];
  await log.write("INFO", "after");
  expect(await frozen?.blob?.text()).toContain("before");
  expect(await frozen?.blob?.text()).not.toContain("after");
  const yesterday = { from: new Date(START - 86_400_000), to: new Date(START - 1) };
  expect(await app?.collect({ ...EVERYTHING, window: yesterday })).toEqual([]);
});

test("a big log has the size that was asked for, is made once, and gives way between its pieces", async () => {
  const storage = memoryStorage();
  let turns = 0;
  const giveWay = () => Promise.resolve(void turns++);
  const log = await makeBigLog(storage, 2, giveWay);
  expect(log.size).toBe(2_000_000);
  expect(turns).toBeGreaterThan(25);
  expect(await makeBigLog(storage, 2, giveWay)).toBe(log);
});
