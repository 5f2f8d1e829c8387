import { HubError } from "#emulator/hub/hub-error.ts";

/** What stands for a value in a template. */
export type Term =
  | { type: "literal"; text: string }
  | {
      type: "property";
      /** In lower case: names of properties are compared ignoring case. */
      name: string;
      /** Longest value in characters; `.( , )` ends a clipped one with three dots that count. */
      clip?: { length: number; dots: boolean };
      /** `%( )`: percent-encoded. */
      encoded: boolean;
      /** `$(name:{default})`, known from .NET's own parser only. */
      fallback?: string;
      /** `#( )`: a number in JSON, if it is all there is and reads as one. */
      numeric: boolean;
    };

/** Looks a property up by its name in lower case. */
export type Lookup = (name: string) => string | undefined;

const OPENING = /[$.%#]\(/;
const PROPERTY = /([$.%#])\(\s*([A-Za-z0-9_]{1,120})\s*(?:,\s*(\d{1,9})\s*)?(?::\s*\{([^}]*)\}\s*)?\)/y;
const LITERAL = /'((?:[^']|'')*)'|"((?:[^"]|"")*)"/y;

/**
 * Reads the text of a JSON string, an XML text or attribute, or a header, in which expressions may stand. A text all in
 * braces is one concatenation; else expressions stand in it as they are.
 *
 * @param where the text stands, for the words of an error.
 * @throws HubError 400 with the character (counted from 1) at which an expression stops making sense.
 */
export function parseTemplateText(text: string, where: string): Term[] {
  if (!OPENING.test(text) && !isLiteralInBraces(text)) return text === "" ? [] : [{ type: "literal", text }];
  const inner = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1];
  return inner === undefined ? parseEmbedded(text, where) : parseConcatenation(inner, text.indexOf("{") + 1, where);
}

/** The value of a text. */
export function renderTerms(terms: readonly Term[], lookup: Lookup): string {
  return terms.map((term) => renderTerm(term, lookup)).join("");
}

function renderTerm(term: Term, lookup: Lookup): string {
  if (term.type === "literal") return term.text;
  const value = clipped(lookup(term.name) ?? term.fallback ?? "", term.clip);
  return term.encoded ? encodeURIComponent(value.toWellFormed()) : value;
}

function clipped(value: string, clip: { length: number; dots: boolean } | undefined): string {
  if (!clip || value.length <= clip.length) return value;
  if (!clip.dots) return value.slice(0, clip.length);
  return clip.length < 3 ? ".".repeat(clip.length) : `${value.slice(0, clip.length - 3)}...`;
}

function isLiteralInBraces(text: string): boolean {
  return /^\s*\{\s*(?:'(?:[^']|'')*'|"(?:[^"]|"")*")(?:\s*\+|\s*\}\s*$)/.test(text);
}

function parseEmbedded(text: string, where: string): Term[] {
  const terms: Term[] = [];
  const opening = new RegExp(OPENING, "g");
  let at = 0;
  while (at < text.length) {
    opening.lastIndex = at;
    const next = opening.exec(text)?.index ?? text.length;
    if (next > at) terms.push({ type: "literal", text: text.slice(at, next) });
    if (next === text.length) break;
    const [term, end] = parseProperty(text, next, 0, where);
    terms.push(term);
    at = end;
  }
  return terms;
}

function parseConcatenation(text: string, offset: number, where: string): Term[] {
  const terms: Term[] = [];
  let at = skipBlanks(text, 0);
  for (;;) {
    LITERAL.lastIndex = at;
    const literal = LITERAL.exec(text);
    if (literal) {
      const [whole, single, double] = literal;
      terms.push({ type: "literal", text: single?.replaceAll("''", "'") ?? double?.replaceAll('""', '"') ?? "" });
      at += whole.length;
    } else {
      const [term, end] = parseProperty(text, at, offset, where);
      terms.push(term.type === "property" ? { ...term, numeric: false } : term);
      at = end;
    }
    at = skipBlanks(text, at);
    if (at >= text.length) return terms;
    if (text[at] !== "+") fail(where, offset + at, "a + was expected");
    at = skipBlanks(text, at + 1);
  }
}

function parseProperty(text: string, at: number, offset: number, where: string): [Term, number] {
  PROPERTY.lastIndex = at;
  const match = PROPERTY.exec(text);
  if (!match) fail(where, offset + at, "an expression such as $(name), .(name, 20), %(name) or #(name) was expected");
  const [whole, sign, name = "", length, fallback] = match;
  if (sign === "." && length === undefined) fail(where, offset + at, ".( ) needs a length, as in .(name, 20)");
  return [
    {
      type: "property",
      name: name.toLowerCase(),
      encoded: sign === "%",
      numeric: sign === "#",
      ...(length !== undefined && { clip: { length: Number(length), dots: sign === "." } }),
      ...(fallback !== undefined && { fallback }),
    },
    at + whole.length,
  ];
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (/\s/.test(text[at] ?? "")) at++;
  return at;
}

function fail(where: string, at: number, reason: string): never {
  throw new HubError(400, `The expression in ${where} is not valid at character ${at + 1}: ${reason}`);
}
