import { HubError } from "#emulator/hub/hub-error.ts";

/** One part of a multipart body. */
export interface Part {
  /** In lower case. */
  headers: ReadonlyMap<string, string>;
  body: string;
}

/** The SDK writes `boundary = "…"` with blanks around the sign; others write it plainly. */
const BOUNDARY = /;\s*boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i;

/** A batch has two parts; more than a few are a mistake. */
const MAX_PARTS = 10;

/**
 * Reads a `multipart/mixed` body into its parts by name (`Content-Disposition: inline; name=…`).
 *
 * @throws HubError 400 saying what is missing.
 */
export function parseMultipart(contentType: string, body: string): Map<string, Part> {
  const [, quoted, bare] = BOUNDARY.exec(contentType) ?? [];
  const boundary = quoted ?? bare;
  if (!/^multipart\//i.test(contentType) || boundary === undefined)
    throw new HubError(400, "The Content-Type must be multipart/mixed with a boundary");
  const parts = new Map<string, Part>();
  const delimiter = `--${boundary}`;
  // The documentation prints an empty line before the first boundary.
  const start = /^[\r\n]*/.exec(body)?.[0].length ?? 0;
  if (!body.startsWith(delimiter, start))
    throw new HubError(400, `The multipart body must begin with the boundary '${delimiter}'`);
  let at = start + delimiter.length;
  while (!body.startsWith("--", at)) {
    if (parts.size >= MAX_PARTS) throw new HubError(400, `The multipart body has more than ${MAX_PARTS} parts`);
    const end = body.indexOf(`\n${delimiter}`, at);
    if (end < 0) throw new HubError(400, "The multipart body has no closing boundary");
    const part = parsePart(
      body
        .slice(at, end)
        .replace(/^\r?\n/, "")
        .replace(/\r$/, ""),
      parts.size + 1,
    );
    parts.set(nameOf(part, parts.size + 1), part);
    at = end + 1 + delimiter.length;
  }
  return parts;
}

function parsePart(text: string, number: number): Part {
  const blank = /\r?\n\r?\n/.exec(text);
  if (!blank)
    throw new HubError(400, `Part ${number} of the multipart body has no empty line between headers and content`);
  const headers = new Map<string, string>();
  for (const line of text.slice(0, blank.index).split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon < 1)
      throw new HubError(
        400,
        `Part ${number} of the multipart body has the line '${line.slice(0, 80)}' among its headers`,
      );
    headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, body: text.slice(blank.index + blank[0].length) };
}

function nameOf({ headers }: Part, number: number): string {
  const name = /;\s*name\s*=\s*"?([^";]+)"?/i.exec(headers.get("content-disposition") ?? "")?.[1];
  if (name === undefined)
    throw new HubError(400, `Part ${number} of the multipart body has no name in its Content-Disposition`);
  return name.trim().toLowerCase();
}
