import i18next from "i18next";
import { beforeAll, expect, test } from "vitest";
import { ApiProblem, type FieldFault } from "#console/api/call-api.ts";
import { translate } from "#console/i18n/use-t.ts";
import { describeError, wordsOf, wordsOfFault } from "#console/parts/problem-words.ts";
import { problemCodesOf } from "#contract/build-openapi-document.ts";
import { ROUTES } from "#contract/routes.ts";
import { FIELD_RULES } from "#domain/problems.ts";
import { CONSOLE_DE } from "#messages/console-de.ts";

beforeAll(async () => {
  await i18next.init({
    lng: "de",
    fallbackLng: false,
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    resources: { de: { translation: CONSOLE_DE } },
  });
});

test("whatever the server may say to an agent, the console says in the agent's language", () => {
  const codes = new Set(
    ROUTES.filter(({ audience }) => audience === "agent").flatMap((route) => [...problemCodesOf(route)]),
  );
  expect(codes.size).toBeGreaterThan(20);
  for (const code of codes) {
    expect([code, wordsOf(new ApiProblem(code, 400), translate)]).toEqual([
      code,
      { text: expect.stringMatching(/\S/) },
    ]);
  }
  for (const rule of FIELD_RULES) {
    const words = wordsOfFault({ ...FAULT, rule, limit: 7, allowed: ["one", "two"] }, translate);
    expect([rule, words]).toEqual([rule, { text: expect.stringMatching(/^[^{}]+$/) }]);
  }
});

test("a limit and what is allowed stand in the words", () => {
  const text = (fault: Partial<FieldFault>) => wordsOfFault({ ...FAULT, ...fault }, translate).text;
  expect(text({ rule: "too_long", limit: 40 })).toBe("darf höchstens 40 Zeichen haben");
  expect(text({ rule: "not_allowed", allowed: ["open", "solved"] })).toBe("muss eines davon sein: open, solved");
});

test("what a newer server says is shown in its own words, marked as English", () => {
  const said = { text: FAULT.message, lang: "en" };
  expect(wordsOfFault(FAULT, translate)).toEqual(said);
  expect(wordsOfFault({ ...FAULT, rule: "too_long" }, translate)).toEqual(said);
  const fromTomorrow = JSON.parse('"of_tomorrow"') as ApiProblem["code"];
  expect(wordsOf(new ApiProblem(fromTomorrow, 400), translate)).toEqual({ text: "of_tomorrow", lang: "en" });
});

test("what is no answer of the server at all is a mishap of ours", () => {
  expect(describeError(new TypeError("x is not a function"), translate)).toBe(CONSOLE_DE["error.unknown"]);
  expect(describeError(new ApiProblem("network", 0), translate)).toBe(CONSOLE_DE["error.network"]);
});

const FAULT: FieldFault = { code: "invalid_request", target: "reason", message: "must be said otherwise" };
