import { HubError } from "./hub-error.ts";

/** A parsed tag expression; tags keep the case in which they were written. */
export type TagExpression =
  | { type: "tag"; tag: string }
  | { type: "not"; operand: TagExpression }
  | { type: "and" | "or"; operands: readonly TagExpression[] };

/** 20 tags when `||` is the only operator, else 6 (documentation of tags and tag expressions). */
const MAX_TAGS_OF_OR = 20;
const MAX_TAGS_OF_MIXED = 6;

/** No expression within the tag limit needs more; without it 8,000 brackets in a header would exhaust the stack. */
const MAX_DEPTH = 50;

const TAG = /[-_@#.:\p{L}\p{N}\p{M}]+/uy;
// The braces are how it is; the SDK's own README has it without them, and it is clear what that means.
const SYSTEM_TAG = /\$(InstallationId|UserId):(?:\{([-_@#.:=\p{L}\p{N}\p{M}]+)\}|([-_@#.:=\p{L}\p{N}\p{M}]+))/iuy;
const MAX_TAG_CHARACTERS = 120;

/**
 * Parses the value of `ServiceBusNotification-Tags`. NOT binds closer than AND, AND closer than OR: conventional, for
 * the documentation of Notification Hubs does not say.
 *
 * @throws HubError 400 with the position (counted from 1) at which the expression stops making sense.
 */
export function parseTagExpression(text: string): TagExpression {
  const parser = new Parser(text);
  const expression = parser.parse();
  const limit = parser.onlyOr ? MAX_TAGS_OF_OR : MAX_TAGS_OF_MIXED;
  if (parser.tagCount > limit) {
    throw new HubError(
      400,
      `The tag expression has ${parser.tagCount} tags; ${limit} are allowed ${parser.onlyOr ? "when || is the only operator" : "with operators other than ||"}`,
    );
  }
  return expression;
}

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  tagCount = 0;
  onlyOr = true;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): TagExpression {
    const expression = this.#or();
    this.#skipBlanks();
    if (this.#at < this.#text.length) this.#fail("an operator was expected");
    return expression;
  }

  #or(): TagExpression {
    return this.#chain("||", "or", () => this.#and());
  }

  #and(): TagExpression {
    return this.#chain("&&", "and", () => this.#unary());
  }

  #chain(operator: string, type: "and" | "or", next: () => TagExpression): TagExpression {
    const first = next();
    if (!this.#take(operator)) return first;
    if (type === "and") this.onlyOr = false;
    const operands = [first, next()];
    while (this.#take(operator)) operands.push(next());
    return { type, operands };
  }

  #unary(): TagExpression {
    if (++this.#depth > MAX_DEPTH) this.#fail(`it is nested deeper than ${MAX_DEPTH}`);
    const expression = this.#operand();
    this.#depth--;
    return expression;
  }

  #operand(): TagExpression {
    if (this.#take("!")) {
      this.onlyOr = false;
      return { type: "not", operand: this.#unary() };
    }
    if (this.#take("(")) {
      const inner = this.#or();
      if (!this.#take(")")) this.#fail("a closing bracket was expected");
      return inner;
    }
    return this.#tag();
  }

  #tag(): TagExpression {
    this.#skipBlanks();
    const system = this.#text[this.#at] === "$";
    const pattern = system ? SYSTEM_TAG : TAG;
    pattern.lastIndex = this.#at;
    const [tag, kind, braced, bare] = pattern.exec(this.#text) ?? [];
    if (tag === undefined)
      this.#fail(system ? "only $InstallationId:{…} and $UserId:{…} may begin with $" : "a tag was expected");
    if (!system && tag.length > MAX_TAG_CHARACTERS) this.#fail(`a tag has at most ${MAX_TAG_CHARACTERS} characters`);
    this.#at += tag.length;
    this.tagCount++;
    return { type: "tag", tag: kind === undefined ? tag : `$${kind}:{${braced ?? bare ?? ""}}` };
  }

  #take(token: string): boolean {
    this.#skipBlanks();
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #skipBlanks(): void {
    while (this.#text[this.#at] === " " || this.#text[this.#at] === "\t") this.#at++;
  }

  #fail(reason: string): never {
    throw new HubError(400, `The tag expression is not valid at character ${this.#at + 1}: ${reason}`);
  }
}
