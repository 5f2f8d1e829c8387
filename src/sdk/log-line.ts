/** One entry of a log, as it is stored: with its time and the newline at its end. */
export interface Line {
  readonly text: string;
  /** In UTF-8. */
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** How long the text is in UTF-8, without making those bytes. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x80) continue;
    bytes += code < 0x800 ? 1 : 2;
    // A pair is four bytes for its two; a half alone is written as the three of U+FFFD.
    if (code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) index++;
  }
  return bytes;
}
