/**
 * Reads multipart/form-data (RFC 7578, RFC 2046 section 5.1) as it arrives, a part at a time, and never holds more of it than a
 * chunk and a part's headers. Whoever takes a part's bytes slowly slows the sender down.
 *
 * Strict where a lenient reader would lose bytes without a word: a part that is not understood, a body that ends early, bytes
 * after the end, a nested body are all `malformed_multipart`. Decision 0013 says why this is our own.
 */
import { Problem } from "#domain/problems.ts";
import { parseDisposition, parseParameters } from "./disposition.ts";

export interface MultipartLimits {
  readonly maxParts: number;
  /** Of one part, together. */
  readonly maxHeaderBytes: number;
}

export interface MultipartPart {
  readonly name: string;
  /** Present where the part is a file, also when it is empty. */
  readonly fileName?: string;
  /** To be taken before the next part is asked for; what is left is skipped. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

const CRLF = Buffer.from("\r\n");
const HEADERS_END = Buffer.from("\r\n\r\n");
const HEADERS_AT_MOST = 16;
/** RFC 2046 allows white space between a boundary and its line's end. Nobody writes any. */
const PADDING_AT_MOST = 16;
const EPILOGUE_AT_MOST = 1_024;
/** RFC 2046, section 5.1.1: one to 70 characters of these, the last no space. */
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/;
/** Control characters other than the tab. */
const NO_TEXT = /(?!\t)\p{Cc}/u;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The boundary that a Content-Type names.
 *
 * @throws unsupported_media_type when it is another type, malformed_multipart when there is no usable boundary
 */
export function boundaryOf(contentType: string | undefined): string {
  const parsed = parseParameters(contentType ?? "");
  if (parsed?.value !== "multipart/form-data")
    throw new Problem("unsupported_media_type", { detail: "Send the body as multipart/form-data." });
  const boundary = parsed.parameters.get("boundary");
  if (boundary === undefined || !BOUNDARY.test(boundary)) throw malformed("Content-Type names no usable boundary");
  return boundary;
}

/**
 * The parts of a body, in its order.
 *
 * @throws malformed_multipart; and whatever reading the body throws
 */
export async function* parseMultipart(
  body: AsyncIterable<Uint8Array>,
  boundary: string,
  { maxParts, maxHeaderBytes }: MultipartLimits,
): AsyncGenerator<MultipartPart, void, undefined> {
  const chunks = body[Symbol.asyncIterator]();
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  /** What has arrived and was not looked at. The line end before the first boundary is the header's own, so it is put back. */
  let buffer: Buffer = Buffer.from(CRLF);

  const pull = async (): Promise<boolean> => {
    for (;;) {
      const next = await chunks.next();
      if (next.done) return false;
      const chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
      if (chunk.length === 0) continue;
      buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
      return true;
    }
  };
  const atLeast = async (bytes: number, what: string): Promise<void> => {
    while (buffer.length < bytes) if (!(await pull())) throw malformed(`it ends ${what}`);
  };
  const take = (bytes: number): Buffer => {
    const taken = buffer.subarray(0, bytes);
    buffer = buffer.subarray(bytes);
    return taken;
  };

  /** After a boundary: true when it was the last. */
  const readBoundaryEnd = async (): Promise<boolean> => {
    await atLeast(2, "in a boundary");
    if (buffer[0] === 0x2d && buffer[1] === 0x2d) {
      take(2);
      return true;
    }
    for (let padding = 0; buffer[0] === 0x20 || buffer[0] === 0x09; padding += 1) {
      if (padding === PADDING_AT_MOST) break;
      take(1);
      await atLeast(2, "in a boundary");
    }
    if (!take(2).equals(CRLF)) throw malformed("a boundary is not followed by a line end (CRLF)");
    return false;
  };

  const readHeaders = async (): Promise<Map<string, string>> => {
    let end: number;
    while ((end = buffer.indexOf(HEADERS_END)) === -1) {
      if (buffer.length > maxHeaderBytes) break;
      if (!(await pull())) throw malformed("it ends in the headers of a part");
    }
    if (end === -1 || end > maxHeaderBytes) throw malformed(`the headers of a part are over ${maxHeaderBytes} bytes`);
    const text = decode(take(end));
    take(HEADERS_END.length);
    return headersOf(text);
  };

  async function* readBytes(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const at = buffer.indexOf(delimiter);
      if (at !== -1) {
        const last = take(at);
        take(delimiter.length);
        if (last.length > 0) yield last;
        return;
      }
      // A boundary may have begun at the end of what is here: only from its last CR on is held back.
      const from = Math.max(0, buffer.length - delimiter.length + 1);
      const carriageReturn = buffer.indexOf(0x0d, from);
      const safe = carriageReturn === -1 ? buffer.length : carriageReturn;
      if (safe > 0) yield take(safe);
      if (!(await pull())) throw malformed("it ends in the middle of a part, without its last boundary");
    }
  }

  try {
    await atLeast(delimiter.length, "before its first boundary");
    // Some clients begin with an empty line.
    if (buffer.subarray(CRLF.length, 2 * CRLF.length).equals(CRLF)) take(CRLF.length);
    await atLeast(delimiter.length, "before its first boundary");
    if (!take(delimiter.length).equals(delimiter))
      throw malformed("it does not begin with the boundary of its Content-Type");

    let parts = 0;
    while (!(await readBoundaryEnd())) {
      parts += 1;
      if (parts > maxParts) throw malformed(`it has more than ${maxParts} parts`);
      const { lengthBytes, ...about } = describePart(await readHeaders());
      let read = 0;
      const bytes = counted(readBytes(), (count) => (read += count));
      yield { ...about, bytes };
      // What nobody took is still to be gone over.
      for await (const _rest of bytes);
      if (lengthBytes !== undefined && read !== lengthBytes)
        throw malformed(`a part says that it has ${lengthBytes} bytes, and has ${read}`);
    }
    if (parts === 0) throw malformed("it has no parts");
    await readEpilogue();
  } finally {
    // Who stops early leaves the sender to whoever answers it.
    await chunks.return?.();
  }

  async function readEpilogue(): Promise<void> {
    let length = 0;
    do {
      length += buffer.length;
      if (length > EPILOGUE_AT_MOST || /[^\r\n\t ]/.test(buffer.toString("latin1")))
        throw malformed("there are bytes after its last boundary");
      buffer = Buffer.alloc(0);
    } while (await pull());
  }
}

async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of bytes) {
    count(chunk.byteLength);
    yield chunk;
  }
}

function headersOf(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.split("\r\n")) {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*)$/s.exec(line) ?? [];
    // A control character, a bare CR or LF: what one reader takes for one header is two for the next.
    if (name === undefined || value === undefined || NO_TEXT.test(value))
      throw malformed("a part has a header that is none");
    const key = name.toLowerCase();
    if (headers.has(key)) throw malformed(`a part has the header ${key} twice`);
    headers.set(key, value);
  }
  if (headers.size > HEADERS_AT_MOST) throw malformed(`a part has more than ${HEADERS_AT_MOST} headers`);
  return headers;
}

function describePart(headers: ReadonlyMap<string, string>): {
  readonly name: string;
  readonly fileName?: string;
  readonly lengthBytes: number | undefined;
} {
  const disposition = parseDisposition(headers.get("content-disposition") ?? "");
  if (!disposition) throw malformed("a part has no readable 'Content-Disposition: form-data; name=…'");
  if (/^multipart\//i.test(headers.get("content-type") ?? "")) throw malformed("a part is a multipart body itself");
  const encoding = headers.get("content-transfer-encoding")?.trim().toLowerCase() ?? "binary";
  if (!["7bit", "8bit", "binary"].includes(encoding))
    throw malformed("a part has a Content-Transfer-Encoding; send the bytes as they are");
  const length = headers.get("content-length");
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw malformed("a part's Content-Length is no number");
  return { ...disposition, lengthBytes: length === undefined ? undefined : Number(length) };
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformed("the headers of a part are not UTF-8");
  }
}

function malformed(why: string): Problem {
  return new Problem("malformed_multipart", { detail: `The body is no well-formed form: ${why}.` });
}
