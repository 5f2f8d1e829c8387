/** What a part says of itself: Content-Disposition and its parameters (RFC 7578, section 4.2), as real clients write them. */

export interface Disposition {
  readonly name: string;
  /** Present where the part is a file, also when it is empty. */
  readonly fileName?: string;
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const QUOTED = /"((?:[^"\\]|\\[^])*)"/y;
const SEPARATOR = /[ \t]*;[ \t]*/y;

/**
 * The value of a header and its parameters. Linear in the header's length.
 *
 * @returns undefined when it is not written as a header is
 */
export function parseParameters(
  header: string,
): { readonly value: string; readonly parameters: ReadonlyMap<string, string> } | undefined {
  const value = /^[ \t]*([^;\s]+)[ \t]*/.exec(header);
  if (!value?.[1]) return undefined;
  const parameters = new Map<string, string>();
  let at = value[0].length;
  while (at < header.length) {
    const separator = matchAt(SEPARATOR, header, at);
    if (!separator) return undefined;
    at += separator[0].length;
    // A semicolon at the end is written by some, and says nothing.
    if (at === header.length) break;
    const name = matchAt(TOKEN, header, at);
    if (!name || header[at + name[0].length] !== "=") return undefined;
    at += name[0].length + 1;
    const quoted = matchAt(QUOTED, header, at);
    const given = quoted ?? matchAt(TOKEN, header, at);
    if (!given) return undefined;
    at += given[0].length;
    const key = name[0].toLowerCase();
    if (parameters.has(key)) return undefined;
    parameters.set(key, quoted ? unescape(quoted[1] ?? "") : given[0]);
    while (header[at] === " " || header[at] === "\t") at += 1;
  }
  return { value: value[1].toLowerCase(), parameters };
}

/** @returns undefined when it is no form-data, has no name, or a file name that does not decode */
export function parseDisposition(header: string): Disposition | undefined {
  const parsed = parseParameters(header);
  const name = parsed?.parameters.get("name");
  if (parsed?.value !== "form-data" || name === undefined) return undefined;
  // RFC 7578 says that `filename*` must not be used; some libraries do, and then it is the better one.
  const extended = parsed.parameters.get("filename*");
  if (extended !== undefined) {
    const fileName = decodeExtended(extended);
    return fileName === undefined ? undefined : { name, fileName };
  }
  const plain = parsed.parameters.get("filename");
  return plain === undefined ? { name } : { name, fileName: plain };
}

/** `UTF-8''na%C3%AFve.log` (RFC 8187). */
function decodeExtended(text: string): string | undefined {
  const encoded = /^utf-8'[^']*'([^']*)$/i.exec(text)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

/** `\"` and `\\` as curl writes them, `%22` as browsers do (WHATWG HTML, multipart/form-data encoding algorithm). */
function unescape(text: string): string {
  return text.replaceAll(/\\(["\\])/g, "$1").replaceAll("%22", '"');
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
