import { describe, expect, test } from "vitest";
import { levelOf, lineAt, parseJump, readLines, timeOf } from "#console/file/read-log.ts";

describe("a log that is read in the console", () => {
  test.for([
    ["2026-11-22T09:00:00Z ERROR no route", "error"],
    ["[WARNING] battery low", "warn"],
    ['{"level":30,"msg":"ready"}', "info"],
    ['{"level":60,"msg":"gone"}', "error"],
    ["verbose: handshake", "debug"],
    ["    at connect (error.js:3)", undefined],
    ["nothing to tell", undefined],
  ] as const)("'%s' is of level %s", ([line, level]) => {
    expect(levelOf(line)).toBe(level);
  });

  test("a stack trace belongs to the line that it follows", () => {
    const lines = readLines("2026-11-22T09:00:00Z ERROR no route\n    at connect\nINFO again", []);
    expect(lines.map(({ number, level }) => [number, level])).toEqual([
      [1, "error"],
      [2, "error"],
      [3, "info"],
    ]);
  });

  test("a line that two parts of a file cut in half is one line", () => {
    const first = readLines("INFO one\nERROR tw", []);
    const whole = first.slice(0, -1);
    const all = [...whole, ...readLines("ERROR tw" + "o\nINFO three", whole)];
    expect(all.map(({ number, text }) => `${number} ${text}`)).toEqual(["1 INFO one", "2 ERROR two", "3 INFO three"]);
  });

  test("a time of the log leads to the first line at or after it", () => {
    const lines = readLines("2026-11-22 09:00:00,120 a\n2026-11-22 09:00:05 b\n  more of b\n2026-11-22 09:01:00 c", []);
    const jump = (text: string) => lineAt(lines, parseJump(text, lines) ?? 0);
    expect(jump("09:00:01")).toBe(2);
    expect(jump("09:01")).toBe(4);
    expect(jump("2026-11-22T09:00:05Z")).toBe(2);
    expect(jump("23:00")).toBe(4);
    expect(parseJump("soon", lines)).toBeUndefined();
    expect(timeOf("2026-11-22 09:00:00,120 a")).toBe(Date.UTC(2026, 10, 22, 9, 0, 0, 120));
  });
});
