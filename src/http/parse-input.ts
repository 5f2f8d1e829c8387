import type { z } from "zod";
import { LOCALE, NAME } from "#contract/primitives.ts";
import { FIELD_RULES, Problem, type FieldRule, type ProblemDetail } from "#domain/problems.ts";

/** Names every field that is wrong and what would be right, in one answer. */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: "body" | "query" | "header",
): z.output<Schema> {
  const unkeepable = findUnkeepable(value, []);
  const result = unkeepable.length > 0 ? undefined : schema.safeParse(value);
  if (result?.success) return result.data;
  const details = result ? result.error.issues.flatMap((issue) => describe(issue, place, schema)) : unkeepable;
  throw new Problem("invalid_request", {
    detail: `The ${place} has ${details.length === 1 ? "one mistake" : `${details.length} mistakes`}: ${details
      .slice(0, 5)
      .map(({ target, message }) => `${target}: ${message}`)
      .join("; ")}`,
    details,
  });
}

/**
 * Texts that PostgreSQL cannot keep: with NUL in them, or half a surrogate pair. Looked for here and not in each schema, because a
 * schema that forgot it would answer 500.
 */
function findUnkeepable(value: unknown, path: readonly PropertyKey[]): ProblemDetail[] {
  if (typeof value === "string") return isKeepable(value) ? [] : [unkeepable(path)];
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => findUnkeepable(item, [...path, index]));
  return Object.entries(value).flatMap(([name, item]) =>
    isKeepable(name) ? findUnkeepable(item, [...path, name]) : [unkeepable(path)],
  );
}

/** Whether PostgreSQL can keep a text as it is. */
export function isKeepable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

function unkeepable(path: readonly PropertyKey[]): ProblemDetail {
  return { target: pathText(path), message: "must be well-formed Unicode without NUL", rule: "bad_characters" };
}

function describe(issue: z.core.$ZodIssue, place: string, schema: z.ZodType): ProblemDetail[] {
  const target = pathText(issue.path) || place;
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = knownKeys(schema, issue.path);
      const hint = known.length > 0 ? `; known are: ${known.join(", ")}` : "";
      return issue.keys.map((key) => ({
        target: pathText([...issue.path, key]),
        message: `is not known here${hint}`,
        rule: "not_known",
      }));
    }
    case "invalid_type":
      return [
        issue.input === undefined && issue.message.includes("undefined")
          ? { target, message: "is missing", rule: "missing" }
          : { target, message: `must be ${article(issue.expected)}`, rule: "wrong_type" },
      ];
    case "too_big": {
      const limit = Number(issue.maximum);
      return [{ target, message: `must be at most ${limit}${unit(issue.origin)}`, rule: tooBig(issue.origin), limit }];
    }
    case "too_small": {
      const limit = Number(issue.minimum);
      return [
        { target, message: `must be at least ${limit}${unit(issue.origin)}`, rule: tooSmall(issue.origin), limit },
      ];
    }
    case "invalid_value": {
      const among = issue.values.length === 1 ? "" : "one of ";
      return [
        {
          target,
          message: `must be ${among}${issue.values.map((value) => JSON.stringify(value)).join(", ")}`,
          rule: "not_allowed",
          allowed: issue.values.map(String),
        },
      ];
    }
    case "invalid_format":
      return [{ target, message: formatHint(issue.format) ?? issue.message, rule: formatRule(issue) }];
    case "invalid_key":
      // The key says what it should have been.
      return issue.issues.flatMap((inner) => describe(inner, place, schema)).map((detail) => ({ ...detail, target }));
    case "invalid_union":
      return [{ target, message: "has none of the forms that are taken here", rule: "bad_form" }];
    case "custom":
      return [{ target, message: issue.message, ...ruleOf(issue.params) }];
    default:
      return [{ target, message: issue.message, rule: "bad_form" }];
  }
}

/** What a schema's own check says beside its message. */
function ruleOf(params: Readonly<Record<string, unknown>> = {}): Pick<ProblemDetail, "rule" | "limit"> {
  const rule = FIELD_RULES.find((one) => one === params["rule"]);
  const limit = params["limit"];
  return { ...(rule && { rule }), ...(typeof limit === "number" && { limit }) };
}

function tooBig(origin: string): FieldRule {
  return origin === "string" ? "too_long" : origin === "array" || origin === "set" ? "too_many" : "too_big";
}

function tooSmall(origin: string): FieldRule {
  return origin === "string" ? "too_short" : origin === "array" || origin === "set" ? "too_few" : "too_small";
}

function formatRule({
  format,
  pattern,
}: {
  readonly format: string;
  readonly pattern?: string | undefined;
}): FieldRule {
  if (format === "datetime") return "bad_time";
  if (pattern === String(NAME)) return "bad_name";
  if (pattern === String(LOCALE)) return "bad_locale";
  return "bad_form";
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : `${index > 0 ? "." : ""}${String(part)}`))
    .join("");
}

function article(expected: string): string {
  const words: Record<string, string> = {
    int: "a whole number",
    number: "a number",
    array: "a list",
    object: "an object",
    string: "a text",
    boolean: "true or false",
  };
  return words[expected] ?? `a ${expected}`;
}

function unit(origin: string): string {
  if (origin === "string") return " characters";
  if (origin === "array" || origin === "set") return " items";
  return "";
}

function formatHint(format: string): string | undefined {
  const hints: Record<string, string> = {
    datetime: "must be an RFC 3339 time with an offset, such as '2026-11-22T09:30:00Z'",
    uuid: "must be a UUID",
    url: "must be an absolute URL",
  };
  return hints[format];
}

/** The fields that an object takes, at a path of the schema; empty where it cannot be told. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema;
  for (const part of [...path, undefined]) {
    at = unwrap(at);
    if (part === undefined) break;
    const def = at as { shape?: Record<PropertyKey, unknown>; element?: unknown };
    at = typeof part === "number" ? def.element : def.shape?.[part];
  }
  const shape = (at as { shape?: Record<string, unknown> } | undefined)?.shape;
  return shape ? Object.keys(shape) : [];
}

function unwrap(schema: unknown): unknown {
  let at = schema as { def?: { innerType?: unknown; in?: unknown } } | undefined;
  while (at?.def?.innerType ?? at?.def?.in) at = (at?.def?.innerType ?? at?.def?.in) as typeof at;
  return at;
}
