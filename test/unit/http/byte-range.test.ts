import { expect, test } from "vitest";
import { readByteRange } from "#http/byte-range.ts";

test.for([
  ["bytes=0-0", { from: 0, to: 0 }],
  ["bytes=2-5", { from: 2, to: 5 }],
  ["bytes=2-", { from: 2, to: 9 }],
  ["bytes=9-99", { from: 9, to: 9 }],
  ["bytes=-3", { from: 7, to: 9 }],
  ["bytes=-99", { from: 0, to: 9 }],
  ["bytes= 2-5", { from: 2, to: 5 }],
] as const)("of ten bytes, %s is a part", ([header, part]) => {
  expect(readByteRange(header, 10)).toEqual(part);
});

test.for(["bytes=10-", "bytes=10-12", "bytes=-0"])("of ten bytes, %s is none that there is", (header) => {
  expect(readByteRange(header, 10)).toBe("unsatisfiable");
});

test.for([undefined, "", "bytes=-", "bytes=5-2", "bytes=a-b", "lines=1-2", "bytes=0-1,3-4", "bytes=1-2-3", "0-1"])(
  "%s asks for no part, so the whole is given",
  (header) => {
    expect(readByteRange(header, 10)).toBeUndefined();
  },
);

test("an empty file has no part at all", () => {
  for (const header of ["bytes=0-", "bytes=0-0", "bytes=-1"]) expect(readByteRange(header, 0)).toBe("unsatisfiable");
});
