import fc from "fast-check";
import { expect, test } from "vitest";
import { createPackPaths } from "#flow/pack/pack-path.ts";

const named = (name: string) => ({ ownerKind: "request", ownerId: "r", collector: "app", name }) as const;

test("a file keeps its name in a pack, as far as every system can have it", () => {
  const pathOf = createPackPaths();
  const nameOf = (name: string) => pathOf(named(name)).replace("request-r/app/", "");
  expect(["app.log", "APP.log", "app.log", "a/b:c.log", "..", "con.txt", "log.", "日本.log"].map(nameOf)).toEqual([
    "app.log",
    "APP-2.log",
    "app-3.log",
    "a_b_c.log",
    "_",
    "_con.txt",
    "log_",
    "日本.log",
  ]);
  expect(nameOf(`${"😀".repeat(255)}.log`)).toBe(`${"😀".repeat(49)}.log`);
});

test("whatever devices call their files, no two have one path, and none leaves its folder", () => {
  const name = fc.string({ unit: "binary", minLength: 1, maxLength: 255 });
  fc.assert(
    fc.property(fc.array(fc.oneof(name, fc.constantFrom("a.log", "A.LOG", "a-2.log", "nul", "../a.log"))), (names) => {
      const pathOf = createPackPaths();
      const paths = names.map((one) => pathOf(named(one)));
      expect(new Set(paths.map((path) => path.normalize("NFC").toLowerCase())).size).toBe(paths.length);
      for (const path of paths) {
        const [folder, collector, file = "", ...deeper] = path.split("/");
        expect([folder, collector, deeper]).toEqual(["request-r", "app", []]);
        expect(file).toMatch(/^[^\\:*?"<>|\p{Cc}]+$/u);
        expect(file).not.toMatch(/^\.|[. ]$/);
        expect(Buffer.byteLength(file)).toBeLessThanOrEqual(255);
      }
    }),
  );
});
