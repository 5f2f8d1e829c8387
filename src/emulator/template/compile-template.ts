import { XMLValidator } from "fast-xml-parser";
import { HubError } from "#emulator/hub/hub-error.ts";
import { escapeXml } from "#emulator/wire/xml-text.ts";
import { parseTemplateText, renderTerms } from "./template-expression.ts";
import type { Lookup, Term } from "./template-expression.ts";

/** What a body template is written in; `text` is a raw Windows template, in which nothing is escaped. */
export type TemplateSyntax = "json" | "xml" | "text";

type Part = string | ((lookup: Lookup) => string);

/** A body template made ready: it renders to a payload. */
export type CompiledTemplate = (lookup: Lookup) => string;

/** The documentation's own expression for what `#( )` turns into a number. */
const NUMBER = /^(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;

const compiledTemplates = new Map<string, CompiledTemplate>();
const MAX_COMPILED = 1_000;

/** A template longer than any push service's payload is compiled each time: 1,000 of 64 KB would be a lot to keep. */
const MAX_CACHED_CHARACTERS = 8_192;

/**
 * Makes a body template ready. Whatever is no expression stays as it was written, to the blank. The same text is compiled
 * once: an app's devices mostly share theirs.
 *
 * @throws HubError 400 when it is not well-formed, or an expression in it is not valid.
 */
export function compileTemplate(syntax: TemplateSyntax, body: string): CompiledTemplate {
  const key = `${syntax}:${body}`;
  const known = compiledTemplates.get(key);
  if (known) return known;
  const parts = PARSERS[syntax](body);
  const compiled: CompiledTemplate = (lookup) =>
    parts.map((part) => (typeof part === "string" ? part : part(lookup))).join("");
  if (body.length > MAX_CACHED_CHARACTERS) return compiled;
  if (compiledTemplates.size >= MAX_COMPILED) compiledTemplates.clear();
  compiledTemplates.set(key, compiled);
  return compiled;
}

const PARSERS: Readonly<Record<TemplateSyntax, (body: string) => Part[]>> = {
  json: jsonParts,
  xml: xmlParts,
  text: (body) => textParts(parseTemplateText(body, "the template"), (value) => value),
};

const JSON_STRING = /"(?:[^"\\]|\\.)*"(\s*:)?/gs;

/** Expressions stand in string values only, never in names. */
function jsonParts(body: string): Part[] {
  try {
    JSON.parse(body);
  } catch (error) {
    throw new HubError(
      400,
      `The template is not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  return replaceMatches(body, JSON_STRING, ([token, colon]) => {
    if (colon !== undefined) return [token];
    const text: unknown = JSON.parse(token);
    const terms = parseTemplateText(String(text), `the string ${token}`);
    if (terms.every((term) => term.type === "literal") && renderTerms(terms, () => undefined) === text) return [token];
    const [only, ...others] = terms;
    if (only?.type === "property" && only.numeric && others.length === 0)
      return [(lookup) => numberOrString(renderTerms([only], lookup))];
    return ['"', ...textParts(terms, (value) => JSON.stringify(value).slice(1, -1)), '"'];
  });
}

function numberOrString(value: string): string {
  return NUMBER.test(value) ? value : JSON.stringify(value);
}

/** What stands as it is, from its opening to its closing. */
const VERBATIM: readonly [opening: string, closing: string][] = [
  ["<!--", "-->"],
  ["<?", "?>"],
];
const CDATA_OPENING = "<![CDATA[";
const CDATA_CLOSING = "]]>";
const TAG = /<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>/y;
const ATTRIBUTE_VALUE = /=\s*(?:"([^"]*)"|'([^']*)')/g;

/** Expressions stand in texts and attribute values only. */
function xmlParts(body: string): Part[] {
  if (/<!DOCTYPE|<!ENTITY/i.test(body)) throw new HubError(400, "The template may not have a document type");
  const validity = XMLValidator.validate(body);
  if (validity !== true)
    throw new HubError(
      400,
      `The template is not well-formed XML at line ${validity.err.line}, column ${validity.err.col}: ${validity.err.msg}`,
    );
  const parts: Part[] = [];
  // Step by step, each with its own end: one expression for all of it takes a second over 64 KB of unclosed comments.
  for (let at = 0; at < body.length;) {
    const [found, end] = xmlPart(body, at);
    parts.push(...found);
    at = end;
  }
  return parts;
}

/** The parts of what begins at `at`, and where it ends. */
function xmlPart(body: string, at: number): [Part[], number] {
  for (const [opening, closing] of VERBATIM) {
    if (!body.startsWith(opening, at)) continue;
    const end = endOf(body, closing, at);
    return [[body.slice(at, end)], end];
  }
  if (body.startsWith(CDATA_OPENING, at)) {
    const end = endOf(body, CDATA_CLOSING, at);
    const terms = parseTemplateText(
      body.slice(at + CDATA_OPENING.length, end - CDATA_CLOSING.length),
      "a CDATA section",
    );
    const parts = textParts(terms, (value) => value.replaceAll(CDATA_CLOSING, "]]]]><![CDATA[>"));
    return [[CDATA_OPENING, ...parts, CDATA_CLOSING], end];
  }
  if (body[at] !== "<") {
    const next = body.indexOf("<", at);
    const end = next < 0 ? body.length : next;
    return [xmlTextParts(body.slice(at, end), "the text"), end];
  }
  TAG.lastIndex = at;
  const tag = TAG.exec(body)?.[0];
  if (tag === undefined)
    throw new HubError(400, `The template is not well-formed XML: the tag at character ${at + 1} has no end`);
  return [
    replaceMatches(tag, ATTRIBUTE_VALUE, ([whole, double, single]) => attributeParts(whole, double ?? single ?? "")),
    at + tag.length,
  ];
}

function endOf(body: string, closing: string, at: number): number {
  const found = body.indexOf(closing, at);
  if (found < 0)
    throw new HubError(
      400,
      `The template is not well-formed XML: what begins at character ${at + 1} has no ${closing}`,
    );
  return found + closing.length;
}

function attributeParts(whole: string, value: string): Part[] {
  const parts = xmlTextParts(value, "the attribute");
  return parts.length === 1 && parts[0] === value ? [whole] : ['="', ...parts, '"'];
}

function xmlTextParts(raw: string, what: string): Part[] {
  const terms = parseTemplateText(decodeEntities(raw), `${what} ${raw.trim()}`);
  return terms.every((term) => term.type === "literal") && terms.length <= 1 ? [raw] : textParts(terms, escapeXml);
}

function textParts(terms: readonly Term[], escape: (value: string) => string): Part[] {
  return terms.map((term) =>
    term.type === "literal" ? escape(term.text) : (lookup: Lookup) => escape(renderTerms([term], lookup)),
  );
}

function replaceMatches(text: string, pattern: RegExp, partsOf: (match: RegExpExecArray) => Part[]): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) parts.push(text.slice(at, match.index));
    parts.push(...partsOf(match));
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push(text.slice(at));
  return parts;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi,
    (whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
      if (name !== undefined) return ENTITIES[name] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
      return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
    },
  );
}
