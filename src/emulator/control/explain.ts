import type { Hub } from "#emulator/hub/hub.ts";
import { kindOf, tagsOf } from "#emulator/hub/registration.ts";
import type { Registration } from "#emulator/hub/registration.ts";
import type { Audience } from "#emulator/hub/registration-store.ts";
import { parseTagExpression } from "#emulator/hub/tag-expression.ts";
import type { TagExpression } from "#emulator/hub/tag-expression.ts";

/** Why a send reaches one registration, or does not. */
export interface RegistrationExplanation {
  registrationId: string;
  installationId: string | null;
  handle: string;
  kind: string;
  tags: readonly string[];
  reached: boolean;
  /** In words: the kind is another one, or which tags of the expression it has and lacks. */
  why: string;
}

/** What a tag expression means for a hub as it is now. */
export interface Explanation {
  expression: string;
  /** The expression with every bracket that is implied. */
  readAs: string;
  /** How many registrations carry each of its tags. */
  tags: { tag: string; registrations: number }[];
  reached: number;
  /** The first of all registrations, those that are reached before the others. */
  registrations: RegistrationExplanation[];
}

/** How many registrations are explained one by one. */
const MAX_EXPLAINED = 100;

/**
 * Explains a tag expression.
 *
 * @param audience whom the send is for; undefined leaves the platform out of it.
 * @throws HubError 400 for an expression that is not valid.
 */
export function explainExpression(hub: Hub, text: string, audience: Audience | undefined): Explanation {
  const expression = parseTagExpression(text);
  const tags = [...new Set(leavesOf(expression))];
  const reached: RegistrationExplanation[] = [];
  const others: RegistrationExplanation[] = [];
  let count = 0;
  for (const [, registration] of hub.registrations.entries()) {
    const explained = explainRegistration(registration, expression, tags, audience);
    if (explained.reached) count++;
    const list = explained.reached ? reached : others;
    if (list.length < MAX_EXPLAINED) list.push(explained);
  }
  return {
    expression: text,
    readAs: print(expression),
    tags: tags.map((tag) => ({ tag, registrations: hub.registrations.countTag(tag) })),
    reached: count,
    registrations: [...reached, ...others].slice(0, MAX_EXPLAINED),
  };
}

function explainRegistration(
  registration: Registration,
  expression: TagExpression,
  wanted: readonly string[],
  audience: Audience | undefined,
): RegistrationExplanation {
  const tags = tagsOf(registration);
  const own = new Set(tags.map((tag) => tag.toLowerCase()));
  const fits =
    audience === undefined ||
    (audience === "template"
      ? registration.template !== undefined
      : !registration.template && registration.platform === audience);
  const isTrue = holds(expression, own);
  const has = wanted.filter((tag) => own.has(tag.toLowerCase()));
  const lacks = wanted.filter((tag) => !own.has(tag.toLowerCase()));
  const words = [has.length > 0 && `has ${has.join(", ")}`, lacks.length > 0 && `lacks ${lacks.join(", ")}`]
    .filter(Boolean)
    .join("; ");
  return {
    registrationId: registration.id,
    installationId: registration.installationId ?? null,
    handle: registration.handle,
    kind: kindOf(registration),
    tags,
    reached: fits && isTrue,
    why: fits ? words : `is of kind ${kindOf(registration)}${isTrue ? ", though the expression is true for it" : ""}`,
  };
}

// On its own, not through the index: what explains an index should not be that index.
function holds(expression: TagExpression, tags: ReadonlySet<string>): boolean {
  switch (expression.type) {
    case "tag":
      return tags.has(expression.tag.toLowerCase());
    case "not":
      return !holds(expression.operand, tags);
    case "and":
      return expression.operands.every((each) => holds(each, tags));
    case "or":
      return expression.operands.some((each) => holds(each, tags));
  }
}

function leavesOf(expression: TagExpression): string[] {
  if (expression.type === "tag") return [expression.tag];
  return expression.type === "not" ? leavesOf(expression.operand) : expression.operands.flatMap(leavesOf);
}

function print(expression: TagExpression): string {
  if (expression.type === "tag") return expression.tag;
  if (expression.type === "not") return `!${print(expression.operand)}`;
  return `(${expression.operands.map(print).join(expression.type === "and" ? " && " : " || ")})`;
}
