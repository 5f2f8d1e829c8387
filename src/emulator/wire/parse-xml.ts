import { XMLParser, XMLValidator } from "fast-xml-parser";
import { HubError } from "#emulator/hub/hub-error.ts";

/** An XML element without its attributes; what has no children is its text. */
export type XmlNode = string | XmlElement;

/** Children by name; those that stand more than once are an array. */
export interface XmlElement {
  [name: string]: XmlNode | XmlNode[];
}

/** Deeper than any document of Notification Hubs (an entry of a template registration has 6 levels). */
const MAX_DEPTH = 16;

// Without attributes nothing here needs a prefix; d3p1 and the like are dropped with their declarations.
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  removeNSPrefix: true,
  ignoreDeclaration: true,
  maxNestedTags: MAX_DEPTH,
  processEntities: true,
});

/**
 * Parses a request's XML. A document type is refused outright: no client sends one, and entities are how a small document
 * becomes a large one.
 *
 * @throws HubError 400 with line and column where the parser knows them.
 */
export function parseXml(text: string, what: string): XmlElement {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw new HubError(400, `${what} may not have a document type`);
  const validity = validate(text, what);
  if (validity !== true)
    throw new HubError(
      400,
      `${what} is not well-formed XML at line ${validity.err.line}, column ${validity.err.col}: ${validity.err.msg}`,
    );
  try {
    const parsed: unknown = parser.parse(text);
    if (isElement(parsed)) return parsed;
  } catch (error) {
    throw notWellFormed(what, error);
  }
  throw new HubError(400, `${what} is not an XML document`);
}

/** A child element, or undefined when there is none or more than one of that name. */
export function child(parent: XmlElement, name: string): XmlElement | undefined {
  const value = parent[name];
  return isElement(value) ? value : undefined;
}

/** The text of a child; undefined when there is none. White space around it is not part of it. */
export function childText(parent: XmlElement, name: string): string | undefined {
  const value = parent[name];
  return typeof value === "string" ? value.trim() : undefined;
}

/** The children of a name, however many there are. */
export function children(parent: XmlElement, name: string): XmlElement[] {
  const value = parent[name];
  return (Array.isArray(value) ? value : [value]).filter(isElement);
}

function validate(text: string, what: string): ReturnType<typeof XMLValidator.validate> {
  try {
    return XMLValidator.validate(text);
  } catch (error) {
    throw notWellFormed(what, error);
  }
}

function notWellFormed(what: string, error: unknown): HubError {
  return new HubError(400, `${what} is not well-formed XML: ${error instanceof Error ? error.message : String(error)}`);
}

function isElement(value: unknown): value is XmlElement {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
