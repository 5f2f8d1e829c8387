import fc from "fast-check";
import { expect, test } from "vitest";
import { inOrder, type LogPiece, nameOf, parseName, planTrim, sessionName } from "#sdk/log-pieces.ts";

const START = Date.UTC(2026, 10, 22);

/** Sessions of a head and some tails, one after the other in time. */
const sessions = fc
  .array(fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 6 })
  .map((sizes) => {
    let at = START;
    return sizes.flatMap((pieces, number): LogPiece[] =>
      pieces.map((sizeBytes, index): LogPiece => {
        const firstAt = (at += 1000);
        return {
          session: sessionName(START + number, "abcdefgh"),
          kind: index === 0 ? "head" : "tail",
          from: index,
          to: index,
          sizeBytes,
          firstAt,
          lastAt: (at += 1000),
        };
      }),
    );
  });

const total = (pieces: readonly LogPiece[]) => pieces.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

test("a piece's name says all of it, and what is no piece's name says nothing", () => {
  fc.assert(
    fc.property(sessions, (pieces) => {
      for (const piece of pieces) expect(parseName(nameOf(piece))).toEqual(piece);
    }),
  );
  for (const name of ["", "abc", "0abcdefgh-x/t1.2", "0abcdefgh-x/t1.2.3.4.5.6", "0abcdefgh-x/q1.2.3.4.5"])
    expect(parseName(name)).toBeUndefined();
});

test("whatever is stored: what stays keeps the budget, heads stay while their session does, and the oldest went", () => {
  fc.assert(
    fc.property(sessions, fc.integer({ min: 8000, max: 40_000 }), (pieces, maxBytes) => {
      const session = pieces.at(-1)!.session;
      const { gone, marks } = planTrim(pieces, { maxBytes, roomBytes: 0, oldestAt: 0, session });
      const kept = pieces.filter((piece) => !gone.includes(piece));
      expect(total(kept)).toBeLessThanOrEqual(maxBytes);
      expect(kept).toContainEqual(expect.objectContaining({ session, kind: "head" }));
      for (const piece of kept.filter(({ kind }) => kind === "tail"))
        expect(kept.some((one) => one.session === piece.session && one.kind === "head")).toBe(true);
      const newestGone = Math.max(0, ...gone.filter(({ kind }) => kind === "tail").map(({ lastAt }) => lastAt));
      for (const piece of kept.filter(({ kind }) => kind === "tail")) expect(piece.lastAt).toBeGreaterThan(newestGone);
      // No more went than had to: the last that went would not have fitted.
      expect(total(kept) + (gone.at(-1)?.sizeBytes ?? maxBytes)).toBeGreaterThan(maxBytes);
      expect(total(marks)).toBe(total(gone));
    }),
  );
});

test("marks add up over many trims", () => {
  const piece = (from: number, kind: LogPiece["kind"] = "tail"): LogPiece => {
    const at = START + from * 1000;
    return { session: sessionName(START, "a"), kind, from, to: from, sizeBytes: 100, firstAt: at, lastAt: at + 1 };
  };
  const rule = { roomBytes: 0, oldestAt: 0, session: sessionName(START, "a") };
  const first = planTrim([piece(0, "head"), piece(1), piece(2)], { ...rule, maxBytes: 200 });
  expect(first.marks).toMatchObject([{ kind: "trimmed", from: 1, to: 1, sizeBytes: 100 }]);
  const second = planTrim([...first.marks, piece(0, "head"), piece(2), piece(3)], { ...rule, maxBytes: 200 });
  expect(second.gone).toEqual([piece(2), ...first.marks]);
  expect(second.marks).toMatchObject([{ from: 1, to: 2, sizeBytes: 200, firstAt: START + 1000, lastAt: START + 2001 }]);
});

test("a small piece whose lines stand in a larger one is told apart", () => {
  const piece = (from: number, to: number): LogPiece => ({
    session: sessionName(START, "a"),
    kind: "tail",
    from,
    to,
    sizeBytes: 1,
    firstAt: START,
    lastAt: START,
  });
  const { kept, doubled } = inOrder([piece(1, 1), piece(0, 2), piece(3, 3), piece(2, 2), piece(0, 0)]);
  expect(kept).toEqual([piece(0, 2), piece(3, 3)]);
  expect(doubled).toHaveLength(3);
});
