/** How much of a file is looked at to tell whether it is text: a block, as editors and `git` do. */
export const PROBE_BYTES = 8_192;

/** Encrypted by the calling SDK: nobody here can read them, whatever their first bytes look like. */
const ENCRYPTED = /\.(blog|etl)$/i;

/** Of what no text holds: NUL, and other control characters than tab, line feeds, form feed and the escape of colours. */
const isControl = (byte: number) => byte < 32 && ![9, 10, 12, 13, 27].includes(byte);
const CONTROLS_AT_MOST = 0.02;

/** Whether a log can be shown as text. Bytes that are no UTF-8 are allowed: one bad line must not hide a log. */
export function isText(fileName: string, begin: Uint8Array): boolean {
  if (ENCRYPTED.test(fileName) || begin.includes(0)) return false;
  const controls = begin.reduce((count, byte) => count + (isControl(byte) ? 1 : 0), 0);
  return controls <= begin.byteLength * CONTROLS_AT_MOST;
}
