import { expect, test } from "vitest";
import { EVERYWHERE, RULES } from "#app/conform/rules.ts";
import { SCENARIOS } from "#app/conform/scenarios.ts";
import { BROKEN_APPS } from "./flaws.ts";
import { conformWithSdk } from "./sdk-app.ts";

test("an app on our own SDK gets through every scenario", async () => {
  const { results, broken } = await conformWithSdk(SCENARIOS);
  const imperfect = results
    .filter(({ ok }) => !ok)
    .map(({ name, stoppedAt, rules }) => ({ name, stoppedAt, rules: rules.filter(({ state }) => state !== "kept") }));
  expect(imperfect).toEqual([]);
  expect(broken).toEqual([]);
  expect(results.map(({ name }) => name)).toEqual(SCENARIOS.map(({ name }) => name));
});

test.for(BROKEN_APPS.map((app) => [app.what, app.rule, app] as const))(
  "an app that %s breaks the rule %s, and no other",
  async ([, rule, app]) => {
    const { results, broken } = await conformWithSdk(
      SCENARIOS.filter(({ name }) => name === app.scenario),
      app,
    );
    expect(results.map(({ ok }) => ok)).toEqual([false]);
    expect(broken).toEqual([rule]);
    const judged = results[0]?.rules.filter(({ state }) => state === "broken");
    expect(judged).toEqual([{ rule, state: "broken", right: RULES[rule].right, wrong: expect.any(String) }]);
  },
);

test("an app that has no test of its pushes has not failed: that scenario is not tried", async () => {
  const scenarios = SCENARIOS.filter(({ name }) => name === "test-push");
  const { results, broken } = await conformWithSdk(scenarios, { hasNoPushTest: true });
  const notTried = "the app has no test of its pushes";
  expect(results).toEqual([{ name: "test-push", title: scenarios[0]?.title, ok: false, notTried, rules: [] }]);
  expect(broken).toEqual([]);
});

test("an app that sends whole files also where links take blocks has not failed: blocks are not tried", async () => {
  const scenarios = SCENARIOS.filter(({ name }) => name === "blocks");
  const { results, broken } = await conformWithSdk(scenarios, { uploadBlocks: "whole" });
  const notTried = "the app sent each file whole or in one block, which is right too";
  expect(results).toEqual([{ name: "blocks", title: scenarios[0]?.title, ok: false, notTried, rules: [] }]);
  expect(broken).toEqual([]);
});

test("an app that cannot use a link for blocks at all has failed", async () => {
  const scenarios = SCENARIOS.filter(({ name }) => name === "blocks");
  const { results } = await conformWithSdk(scenarios, {
    uploadBlocks: async () => ({ status: 400 }),
  });
  expect(results).toMatchObject([
    { ok: false, stoppedAt: { step: "the connection breaks in the middle of the second block", why: "it never came" } },
  ]);
});

test("every rule is asked for by a scenario, and there is an app that breaks it", () => {
  const names = Object.keys(RULES).toSorted();
  expect([...new Set(BROKEN_APPS.map(({ rule }) => rule))].toSorted()).toEqual(names);
  expect([...new Set([...SCENARIOS.flatMap(({ rules }) => rules), ...EVERYWHERE])].toSorted()).toEqual(names);
});
