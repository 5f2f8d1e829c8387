import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countFiles, coverageOf, evidenceBlobName, ingestBlobName } from "#domain/log-file.ts";
import { FILE_STATES } from "#domain/vocabulary.ts";

const moment = fc.integer({ min: 0, max: 100 });
const window = fc.tuple(moment, moment).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));

describe("how much of the asked window a file covers", () => {
  test("is counted minute by minute: all of it, some of it, or none", () => {
    fc.assert(
      fc.property(window, window, (asked, covered) => {
        const minutes = Array.from({ length: asked.to - asked.from + 1 }, (_, index) => asked.from + index);
        const inside = minutes.filter((minute) => minute >= covered.from && minute <= covered.to);
        const expected = inside.length === 0 ? "none" : inside.length === minutes.length ? "full" : "partly";
        expect(coverageOf({ coversFrom: covered.from, coversTo: covered.to }, asked)).toBe(expected);
      }),
    );
  });

  test("is unknown when the file does not say, or nobody asked for a window", () => {
    const asked = { from: 0, to: 10 };
    expect(coverageOf({}, asked)).toBe("unknown");
    expect(coverageOf({ coversFrom: 0 }, asked)).toBe("unknown");
    expect(coverageOf({ coversTo: 10 }, asked)).toBe("unknown");
    expect(coverageOf({ coversFrom: 0, coversTo: 10 }, undefined)).toBe("unknown");
  });
});

describe("the count of a request's files", () => {
  const files = fc.array(
    fc
      .record({ state: fc.constantFrom(...FILE_STATES), uploadedAt: fc.option(fc.nat(), { nil: undefined }) })
      .map(({ state, uploadedAt }) => ({ state, ...(uploadedAt === undefined ? {} : { uploadedAt }) })),
    { maxLength: 20 },
  );

  test("never counts a file in two ends, and never more than were consented", () => {
    fc.assert(
      fc.property(files, (given) => {
        const { consented, uploaded, linked, refused, missing } = countFiles(given);
        expect(consented).toBe(given.length);
        expect(linked + refused + missing).toBeLessThanOrEqual(consented);
        const elsewhere = given.filter(({ state }) => ["announced", "uploaded", "deleted"].includes(state)).length;
        expect(linked + refused + missing + elsewhere).toBe(consented);
        expect(uploaded).toBe(given.filter(({ uploadedAt }) => uploadedAt !== undefined).length);
      }),
    );
  });

  test("adds up when two lists are put together", () => {
    fc.assert(
      fc.property(files, files, (one, other) => {
        const [a, b, both] = [countFiles(one), countFiles(other), countFiles([...one, ...other])];
        for (const key of Object.keys(both) as (keyof typeof both)[]) expect(both[key]).toBe(a[key] + b[key]);
      }),
    );
  });
});

test("a blob's name is made of our ids alone, and no two files share one", () => {
  const file = { ownerId: "owner", id: "file", name: "../../etc/passwd" };
  expect([ingestBlobName(file), evidenceBlobName(file)]).toEqual(["ingest/owner/file", "evidence/owner/file"]);
});
