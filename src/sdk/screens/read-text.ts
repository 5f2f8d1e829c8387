import type { ConsentFile } from "./consent-types.ts";

/** What is shown of a file at once: a screenful of some hundred lines, and quick on a slow phone. */
export const SHOWN_AT_ONCE_BYTES = 64 * 1024;

/** Reads the frozen bytes of a file from `start`, at most `length` of them. */
export async function readBytes(file: ConsentFile, start: number, length: number): Promise<Uint8Array> {
  const end = Math.min(file.sizeBytes, start + length);
  const bytes = new Uint8Array(Math.max(0, end - start));
  let filled = 0;
  for await (const piece of file.read(start, end)) {
    bytes.set(piece.subarray(0, bytes.length - filled), filled);
    filled += Math.min(piece.length, bytes.length - filled);
  }
  return bytes.subarray(0, filled);
}

/** Backspace to carriage return, and the escape of terminal colours: logs have them. */
const ORDINARY = new Set([8, 9, 10, 11, 12, 13, 27]);

/** Whether the bytes are no text: a NUL, or more than a few that are no UTF-8 or control what no log controls. */
export function isBinary(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return true;
  const text = new TextDecoder().decode(bytes.subarray(0, 4096), { stream: true });
  let odd = 0;
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code === 0xfffd || (code < 32 && !ORDINARY.has(code))) odd++;
  }
  return odd > text.length / 50;
}

/** Bytes as people look at them: the place, sixteen in hexadecimal, and the letters among them. */
export function hexLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const letters = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(4, "0")}  ${hex.padEnd(47)}  ${letters}`);
  }
  return lines.join("\n");
}
