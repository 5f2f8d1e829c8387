import fc from "fast-check";
import { expect, test } from "vitest";
import { platformOfFormat } from "#emulator/hub/platforms.ts";
import { NEVER_EXPIRES } from "#emulator/hub/registration.ts";
import { RegistrationStore } from "#emulator/hub/registration-store.ts";
import { parseTagExpression } from "#emulator/hub/tag-expression.ts";

/** An expression as this test has it: independent of the emulator's own parser, index and evaluator. */
type Tree = { tag: string } | { not: Tree } | { and: Tree[] } | { or: Tree[] };

const TAGS = ["a", "b2", "c:d", "e@f.g", "H#i", "_j-k"];
const USERS = ["u1", "u2=", "u:3"];
const apple = platformOfFormat("apple");

const leaf: fc.Arbitrary<Tree> = fc.oneof(
  fc.constantFrom(...TAGS).map((tag) => ({ tag })),
  fc.constantFrom(...USERS).map((user) => ({ tag: `$UserId:{${user}}` })),
  fc.nat(30).map((i) => ({ tag: `$InstallationId:{i${i}}` })),
);

const tree: fc.Arbitrary<Tree> = fc
  .letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      tie("tree").map((not) => ({ not })),
      fc.array(tie("tree"), { minLength: 2, maxLength: 3 }).map((and) => ({ and })),
      fc.array(tie("tree"), { minLength: 2, maxLength: 3 }).map((or) => ({ or })),
    ),
  }))
  .tree.filter((each) => leaves(each) <= 6);

const devices = fc.array(fc.record({ tags: fc.subarray(TAGS), user: fc.option(fc.constantFrom(...USERS)) }), {
  maxLength: 30,
});
const blanks = fc.infiniteStream(fc.constantFrom("", "", " ", "  ", "\t"));

test("an expression reaches exactly the devices for which it is true, however it is written", () => {
  fc.assert(
    fc.property(tree, devices, blanks, fc.boolean(), (expected, population, gaps, upper) => {
      const store = new RegistrationStore();
      for (const [i, { tags, user }] of population.entries()) {
        store.put({
          id: `r${i}`,
          etag: 1,
          platform: apple as never,
          handle: `h${i}`,
          ownTags: tags,
          installationId: `i${i}`,
          expirationTime: NEVER_EXPIRES,
          ...(user !== null && { userId: user }),
        });
      }
      const text = print(expected, 0, () => gaps.next().value ?? "");
      const reached = store
        .match(apple as never, parseTagExpression(upper ? text.toUpperCase() : text))
        .map((each) => each.id);
      const meant = population.flatMap(({ tags, user }, i) =>
        holds(expected, new Set([...tags, `$InstallationId:{i${i}}`, ...(user === null ? [] : [`$UserId:{${user}}`])]))
          ? [`r${i}`]
          : [],
      );
      expect(reached).toEqual(meant);
    }),
    { numRuns: 1_000 },
  );
});

test("an index that devices join, leave and rejoin stays true to them", () => {
  const step = fc.record({ i: fc.nat(80), tags: fc.option(fc.subarray(TAGS, { minLength: 0 })) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 300 }), tree, (steps, expected) => {
      const store = new RegistrationStore();
      const model = new Map<string, readonly string[]>();
      for (const { i, tags } of steps) {
        const isGone = tags === null && store.delete(`r${i}`);
        expect(isGone).toBe(tags === null && model.delete(`r${i}`));
        if (tags !== null) {
          store.put({
            id: `r${i}`,
            etag: 1,
            platform: apple as never,
            handle: "h",
            ownTags: tags,
            expirationTime: NEVER_EXPIRES,
          });
          model.set(`r${i}`, tags);
        }
      }
      const reached = store
        .match(apple as never, parseTagExpression(print(expected, 0, () => "")))
        .map((each) => each.id);
      const meant = [...model].filter(([, tags]) => holds(expected, new Set(tags))).map(([id]) => id);
      expect(reached.toSorted()).toEqual(meant.toSorted());
      for (const tag of TAGS)
        expect(store.countTag(tag)).toBe([...model.values()].filter((tags) => tags.includes(tag)).length);
    }),
    { numRuns: 200 },
  );
});

function holds(expression: Tree, tags: ReadonlySet<string>): boolean {
  if ("tag" in expression) return tags.has(expression.tag);
  if ("not" in expression) return !holds(expression.not, tags);
  if ("and" in expression) return expression.and.every((each) => holds(each, tags));
  return expression.or.some((each) => holds(each, tags));
}

function leaves(expression: Tree): number {
  if ("tag" in expression) return 1;
  if ("not" in expression) return leaves(expression.not);
  return ("and" in expression ? expression.and : expression.or).reduce((sum, each) => sum + leaves(each), 0);
}

/** Brackets only where NOT before AND before OR needs them. */
function print(expression: Tree, level: 0 | 1 | 2, gap: () => string): string {
  const within = (own: 0 | 1 | 2, text: string): string => (own < level ? `(${gap()}${text}${gap()})` : text);
  if ("tag" in expression) return expression.tag;
  if ("not" in expression) return `!${gap()}${print(expression.not, 2, gap)}`;
  if ("and" in expression)
    return within(1, expression.and.map((each) => print(each, 2, gap)).join(`${gap()}&&${gap()}`));
  return within(0, expression.or.map((each) => print(each, 1, gap)).join(`${gap()}||${gap()}`));
}
