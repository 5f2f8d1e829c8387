import { expect, test } from "vitest";
import { z } from "zod";
import { ROUTES } from "#contract/routes.ts";
import { newTicket } from "#contract/tickets.ts";
import { putTemplate } from "#contract/templates.ts";
import { createLogRequest } from "#contract/log-requests.ts";
import { Problem, type ProblemDetail } from "#domain/problems.ts";
import { parseInput } from "#http/parse-input.ts";

function faultsOf(schema: z.ZodType | undefined, value: unknown): readonly ProblemDetail[] {
  try {
    parseInput(schema ?? z.never(), value, "body");
  } catch (error) {
    if (error instanceof Problem) return error.details;
    throw error;
  }
  return [];
}

const rulesOf = (schema: z.ZodType | undefined, value: unknown) =>
  Object.fromEntries(faultsOf(schema, value).map(({ target, rule, limit }) => [target, [rule, limit]]));

test("each mistake names the rule that it breaks, with its limit, for who says it in another language", () => {
  const ask = { userId: "u", reason: "why", collectors: ["app"] };
  const wrong = {
    ...ask,
    reason: "x".repeat(1_001),
    collectors: ["app", "app"],
    maxBytes: 0.5,
    answerBy: "tomorrow",
    window: { from: "2026-11-22T10:00:00Z", to: "2026-11-22T09:00:00Z" },
    nonsense: 1,
  };
  expect(rulesOf(createLogRequest.body, wrong)).toMatchObject({
    reason: ["too_long", 1_000],
    collectors: ["repeated", undefined],
    answerBy: ["bad_time", undefined],
    "window.from": ["wrong_order", undefined],
    nonsense: ["not_known", undefined],
  });
  expect(rulesOf(createLogRequest.body, { ...ask, collectors: [] })).toEqual({ collectors: ["too_few", 1] });
  expect(rulesOf(createLogRequest.body, { ...ask, reason: "\0" })).toEqual({ reason: ["bad_characters", undefined] });
  expect(rulesOf(createLogRequest.body, { reason: 7, collectors: ["App Log"] })).toEqual({
    userId: ["missing", undefined],
    reason: ["wrong_type", undefined],
    "collectors[0]": ["bad_name", undefined],
  });
  expect(rulesOf(newTicket, { subject: "s", externalSystem: "jira" })).toEqual({
    externalId: ["belongs_together", undefined],
  });
  const template = { texts: { en: { name: "n", reason: "r" } } };
  expect(rulesOf(putTemplate.body, { ...template, texts: {} })).toEqual({ texts: ["too_few", 1] });
  expect(rulesOf(putTemplate.body, { ...template, windowHours: 0 })).toEqual({ windowHours: ["too_small", 1] });
  expect(rulesOf(putTemplate.body, { ...template, windowHours: 9_999 })).toEqual({ windowHours: ["too_big", 2_160] });
  expect(rulesOf(putTemplate.body, { texts: { "no language": { name: "n", reason: "r" } } })).toEqual({
    "texts.no language": ["bad_locale", undefined],
  });
});

test("what can be chosen from is named", () => {
  expect(faultsOf(z.object({ state: z.enum(["open", "solved"]) }), { state: "x" })).toEqual([
    { target: "state", message: 'must be one of "open", "solved"', rule: "not_allowed", allowed: ["open", "solved"] },
  ]);
});

test("no check that is written by hand on an agent's way leaves its rule out", () => {
  const lacking: string[] = [];
  const look = (schema: unknown, where: string, depth = 0): void => {
    if (typeof schema !== "object" || schema === null || depth > 12) return;
    const { def } = schema as { def?: Record<string, unknown> };
    if (!def) return;
    for (const check of (def["checks"] ?? []) as { _zod: { def: { check: string; params?: object } } }[]) {
      const { check: kind, params } = check._zod.def;
      if (kind === "custom" && !(params && "rule" in params)) lacking.push(where);
    }
    for (const part of ["innerType", "in", "out", "element", "valueType", "keyType"]) look(def[part], where, depth + 1);
    for (const [name, inner] of Object.entries(def["shape"] ?? {})) look(inner, `${where}.${name}`, depth + 1);
  };
  const agents = ROUTES.filter(({ audience }) => audience === "agent");
  for (const { name, body, query } of agents) for (const schema of [body, query]) look(schema, name);
  expect(agents.length).toBeGreaterThan(20);
  expect(lacking).toEqual([]);
});
