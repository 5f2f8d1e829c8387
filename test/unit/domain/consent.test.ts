import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beyondRequest, sameAnswer, type Answer } from "#domain/consent.ts";
import type { AnnouncedFile } from "#domain/log-file.ts";

const file: fc.Arbitrary<AnnouncedFile> = fc.record({
  collector: fc.constantFrom("app", "media", "system"),
  name: fc.string({ minLength: 1, maxLength: 8 }),
  sizeBytes: fc.nat({ max: 1_000 }),
  sha256: fc.constantFrom("a".repeat(64), "b".repeat(64)),
  modifiedAt: fc.nat(),
});

const answer: fc.Arbitrary<Answer & { readonly files: readonly AnnouncedFile[] }> = fc.record({
  decision: fc.constantFrom("share" as const, "decline" as const),
  textVersion: fc.constantFrom("default-1", "default-2"),
  files: fc.array(file, { maxLength: 6 }),
});

describe("a second answer", () => {
  test("is the same one in whatever order it names its files, and whenever they were changed", () => {
    fc.assert(
      fc.property(
        answer.chain((one) =>
          fc.record({
            one: fc.constant(one),
            order: fc.shuffledSubarray([...one.files.keys()], { minLength: one.files.length }),
            shift: fc.nat(),
          }),
        ),
        ({ one, order, shift }) => {
          const files = order.flatMap((index) => {
            const moved = one.files[index];
            return moved ? [{ ...moved, modifiedAt: moved.modifiedAt + shift }] : [];
          });
          expect(sameAnswer(one, { ...one, files })).toBe(true);
        },
      ),
    );
  });

  test("is another one as soon as one word of it differs", () => {
    fc.assert(
      fc.property(answer, fc.nat(), (one, at) => {
        const index = at % Math.max(1, one.files.length);
        const changes: Partial<AnnouncedFile>[] = [
          { collector: "other" },
          { name: "another name" },
          { sizeBytes: 1_001 },
          { sha256: "c".repeat(64) },
        ];
        const others: Answer[] = [
          { ...one, decision: one.decision === "share" ? "decline" : "share" },
          { ...one, textVersion: "default-3" },
          {
            ...one,
            files: [...one.files, { collector: "app", name: "one more", sizeBytes: 1, sha256: "d".repeat(64) }],
          },
          ...(one.files.length === 0
            ? []
            : [
                { ...one, files: one.files.toSpliced(index, 1) },
                ...changes.map((change) => ({
                  ...one,
                  files: one.files.map((each, position) => (position === index ? { ...each, ...change } : each)),
                })),
              ]),
        ];
        for (const other of others) {
          expect(sameAnswer(one, other)).toBe(false);
          expect(sameAnswer(other, one)).toBe(false);
        }
      }),
    );
  });

  test("counts a file that is named twice as two", () => {
    const twice = { collector: "app", name: "app.log", sizeBytes: 1, sha256: "a".repeat(64) };
    const base = { decision: "share", textVersion: "default-1" } as const;
    expect(sameAnswer({ ...base, files: [twice] }, { ...base, files: [twice, twice] })).toBe(false);
  });
});

describe("what a consent names beyond what was asked", () => {
  const request = fc.record({
    collectors: fc.uniqueArray(fc.constantFrom<string>("app", "media", "system"), { minLength: 1 }),
    maxBytes: fc.integer({ min: 1, max: 3_000 }),
    maxFiles: fc.integer({ min: 1, max: 5 }),
  });

  test("is nothing exactly when every collector was asked for, and files and bytes keep within the limits", () => {
    fc.assert(
      fc.property(fc.array(file, { maxLength: 8 }), request, (files, asked) => {
        const bytes = files.map(({ sizeBytes }) => sizeBytes).reduce((a, b) => a + b, 0);
        const within =
          files.every(({ collector }) => asked.collectors.includes(collector)) &&
          files.length <= asked.maxFiles &&
          bytes <= asked.maxBytes;
        expect(beyondRequest(files, asked).length === 0).toBe(within);
      }),
    );
  });

  test("is told file by file, with what would be right", () => {
    const files = ["app", "media", "system"].map((collector) => ({
      collector,
      name: `${collector}.log`,
      sizeBytes: 40,
      sha256: "a".repeat(64),
      modifiedAt: 0,
    }));
    expect(beyondRequest(files, { collectors: ["app"], maxBytes: 100, maxFiles: 2 })).toEqual([
      { target: "files[1].collector", message: "'media' was not asked for; asked were: app." },
      { target: "files[2].collector", message: "'system' was not asked for; asked were: app." },
      { target: "files", message: "3 files were named; at most 2 were asked for." },
      { target: "files", message: "The files are 120 bytes together; at most 100 were asked for." },
    ]);
  });
});
