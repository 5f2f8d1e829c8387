import { describe, expect, test } from "vitest";
import { REPORT_RULES, transitionReport, type ReportCommand } from "#domain/report-lifecycle.ts";
import { subjectOf } from "#domain/report.ts";
import { transition } from "#domain/lifecycle.ts";
import { REPORT_STATES, type ReportState, type RequestState } from "#domain/vocabulary.ts";

const COMMANDS: readonly ReportCommand[] = [
  { type: "withdraw" },
  ...[0, 1].flatMap((some): ReportCommand[] => [
    { type: "uploadDeadline", uploaded: some },
    ...[0, 1].flatMap((open): ReportCommand[] => [
      { type: "complete", open, uploaded: some },
      { type: "settled", open, linked: some },
    ]),
  ]),
];

/** A report lives as a request does that was consented to. */
const asRequest = (state: ReportState): RequestState => (state === "open" ? "consented" : state);

describe("a report", () => {
  test("lives the second half of a request's life", () => {
    for (const state of REPORT_STATES)
      for (const command of COMMANDS) {
        const request = transition({ state: asRequest(state) }, command);
        const told = transitionReport({ state }, command);
        const said = `${state} ${JSON.stringify(command)}`;
        expect(told.ok ? { ...told, state: asRequest(told.state) } : told, said).toEqual(request);
      }
  });

  test("changes once: the same command again changes nothing", () => {
    for (const { from, on } of REPORT_RULES)
      for (const state of from)
        for (const command of COMMANDS.filter(({ type }) => type === on)) {
          const first = transitionReport({ state }, command);
          if (!first.ok || !first.changed) continue;
          expect(transitionReport(first, command)).toMatchObject({ ok: true, changed: false, state: first.state });
        }
  });
});

describe("a ticket's subject", () => {
  test.for([
    ["", undefined],
    ["  \n ", undefined],
    ["Frozen picture\nand more", "Frozen picture"],
    [`${"word ".repeat(40)}end`, `${"word ".repeat(23).trim()}…`],
    ["😀".repeat(200), `${"😀".repeat(119)}…`],
  ] as const)("is the first line of the user's words (%#)", ([text, subject]) => {
    expect(subjectOf(text)).toBe(subject);
  });
});
