import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { statesThatAllow, transition, type Command, type CommandType, type Verdict } from "#domain/lifecycle.ts";
import { ENDED_STATES, isEnded, isOpen, OPEN_STATES, REQUEST_STATES, type RequestState } from "#domain/vocabulary.ts";

/**
 * Design, section 3, told a second time and in another way: by command, in plain code. It knows nothing of the table that it
 * is held against. Undefined: nothing happens.
 */
function expectedEnd(state: RequestState, command: Command): string | undefined {
  const asking = state === "requested" || state === "notified" || state === "seen";
  switch (command.type) {
    case "pushAccepted":
      return state === "requested" ? "notified" : undefined;
    case "seen":
      return state === "requested" || state === "notified" ? "seen" : undefined;
    case "share":
      if (asking) return command.files > 0 ? "consented" : "rejected: no_files";
      return state === "expired" || state === "cancelled" ? "refused: request_closed" : "refused: already_answered";
    case "decline":
      if (asking) return "declined";
      return state === "expired" || state === "cancelled" ? "refused: request_closed" : "refused: already_answered";
    case "cancel":
      if (asking || state === "consented") return "cancelled";
      return state === "cancelled" ? undefined : "refused: cannot_cancel";
    case "answerDeadline":
      return asking ? "expired" : undefined;
    case "complete":
      if (asking || state === "declined") return "refused: not_consented";
      if (state !== "consented" || command.open > 0) return undefined;
      return command.uploaded > 0 ? "uploaded" : "rejected: upload_abandoned";
    case "uploadDeadline":
      if (state !== "consented") return undefined;
      return command.uploaded > 0 ? "uploaded" : "rejected: upload_abandoned";
    case "settled":
      if (state !== "uploaded" || command.open > 0) return undefined;
      return command.linked > 0 ? "linked" : "rejected: none_held";
    case "withdraw":
      if (state === "consented" || state === "uploaded" || state === "linked") return "withdrawn";
      return state === "withdrawn" ? undefined : "refused: nothing_to_withdraw";
  }
}

function told(verdict: Verdict): string | undefined {
  if (!verdict.ok) return `refused: ${verdict.problem}`;
  if (!verdict.changed) return undefined;
  return verdict.rejectReason === undefined ? verdict.state : `${verdict.state}: ${verdict.rejectReason}`;
}

const count = fc.integer({ min: 0, max: 3 });
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.constantFrom<Command>(
    { type: "pushAccepted" },
    { type: "seen" },
    { type: "decline" },
    { type: "cancel" },
    { type: "answerDeadline" },
    { type: "withdraw" },
  ),
  fc.record({ type: fc.constant("share" as const), files: count }),
  fc.record({ type: fc.constant("complete" as const), open: count, uploaded: count }),
  fc.record({ type: fc.constant("uploadDeadline" as const), uploaded: count }),
  fc.record({ type: fc.constant("settled" as const), open: count, linked: count }),
);

/** Every command there is, with every count that could matter. */
const ALL_COMMANDS: readonly Command[] = [0, 1, 2].flatMap((some): Command[] => [
  { type: "pushAccepted" },
  { type: "seen" },
  { type: "share", files: some },
  { type: "decline" },
  { type: "cancel" },
  { type: "answerDeadline" },
  { type: "uploadDeadline", uploaded: some },
  { type: "withdraw" },
  ...[0, 1].flatMap((open): Command[] => [
    { type: "complete", open, uploaded: some },
    { type: "settled", open, linked: some },
  ]),
]);

/** How far a state is from the ask. Nothing ever leads back. */
const DISTANCE: Record<RequestState, number> = {
  requested: 0,
  notified: 1,
  seen: 2,
  consented: 3,
  uploaded: 4,
  linked: 5,
  rejected: 6,
  declined: 6,
  expired: 6,
  cancelled: 6,
  withdrawn: 6,
};

function follow(commands: readonly Command[], from: RequestState = "requested"): RequestState[] {
  const states = [from];
  for (const command of commands) {
    const state = states.at(-1) ?? from;
    const verdict = transition({ state }, command);
    states.push(verdict.ok ? verdict.state : state);
  }
  return states;
}

describe("a request", () => {
  test("goes from each state where the design says, on each command, and nowhere else", () => {
    for (const state of REQUEST_STATES) {
      for (const command of ALL_COMMANDS) {
        expect([state, command, told(transition({ state }, command))]).toEqual([
          state,
          command,
          expectedEnd(state, command),
        ]);
      }
    }
  });

  test("goes the design's way whatever comes in whatever order, everything twice and some of it late", () => {
    const history = fc
      .array(anyCommand, { maxLength: 12 })
      .chain((commands) =>
        fc
          .array(fc.nat({ max: Math.max(0, commands.length - 1) }), { maxLength: 8 })
          .map((late) => [
            ...commands.flatMap((command) => [command, command]),
            ...late.flatMap((index) => commands[index] ?? []),
          ]),
      );
    fc.assert(
      fc.property(history, (commands) => {
        let state: RequestState = "requested";
        for (const command of commands) {
          const expected = expectedEnd(state, command);
          const verdict = transition({ state }, command);
          expect(told(verdict)).toBe(expected);
          if (verdict.ok) state = verdict.state;
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("that has ended stays as it is; only linked files may still be taken back", () => {
    fc.assert(
      fc.property(fc.constantFrom(...ENDED_STATES), fc.array(anyCommand, { maxLength: 20 }), (ended, commands) => {
        const states = new Set(follow(commands, ended));
        states.delete(ended);
        expect([...states]).toEqual(ended === "linked" && states.size > 0 ? ["withdrawn"] : []);
      }),
    );
  });

  test("is not changed by what it was told already", () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 12 }), anyCommand, (before, command) => {
        const state = follow(before).at(-1) ?? "requested";
        const first = transition({ state }, command);
        if (!first.ok) return;
        const second = transition({ state: first.state }, command);
        expect(second.ok && second.changed).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test("never goes back, so it comes to an end after six changes at most", () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 40 }), (commands) => {
        const states = follow(commands);
        const distances = states.map((state) => DISTANCE[state]);
        expect(distances).toEqual(distances.toSorted((a, b) => a - b));
        expect(new Set(states).size).toBeLessThanOrEqual(7);
      }),
      { numRuns: 1_000 },
    );
  });

  test("that nobody answers, uploads to or settles is ended by its deadlines alone", () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 12 }), (commands) => {
        const ending = follow(
          [
            { type: "answerDeadline" },
            { type: "uploadDeadline", uploaded: 1 },
            { type: "settled", open: 0, linked: 0 },
          ],
          follow(commands).at(-1),
        );
        expect(isEnded(ending.at(-1) ?? "requested")).toBe(true);
      }),
    );
  });

  test("is pushed late without losing what the user did meanwhile", () => {
    for (const state of REQUEST_STATES.filter((one) => one !== "requested"))
      expect(transition({ state }, { type: "pushAccepted" })).toEqual({ ok: true, changed: false, state });
  });
});

describe("the guard of a statement written by hand", () => {
  test("names exactly the states from which the lifecycle leads there", () => {
    const types = [...new Set(ALL_COMMANDS.map(({ type }) => type))];
    const leads = (type: CommandType, from: RequestState, to: RequestState) =>
      ALL_COMMANDS.filter((command) => command.type === type).some((command) => {
        const verdict = transition({ state: from }, command);
        return verdict.ok && verdict.changed && verdict.state === to;
      });
    for (const type of types) {
      for (const to of REQUEST_STATES) {
        const from = REQUEST_STATES.filter((state) => leads(type, state, to));
        expect([type, to, statesThatAllow(type, to)]).toEqual([type, to, from]);
      }
    }
  });
});

describe("the words for states", () => {
  test("call a state open, ended, or on its way, and never two of them", () => {
    expect(REQUEST_STATES.filter(isOpen)).toEqual([...OPEN_STATES]);
    expect(REQUEST_STATES.filter(isEnded)).toEqual([...ENDED_STATES]);
    expect(REQUEST_STATES.filter((state) => !isOpen(state) && !isEnded(state))).toEqual(["consented", "uploaded"]);
    expect(REQUEST_STATES.filter((state) => isOpen(state) && isEnded(state))).toEqual([]);
  });
});
