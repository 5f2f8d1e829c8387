import { expect, test } from "vitest";
import { isText } from "#flow/download/is-text.ts";

const bytes = (text: string, encoding: BufferEncoding = "utf8") => new Uint8Array(Buffer.from(text, encoding));

test.for([
  ["app.log", bytes("2026-11-22 INFO grün, 日本語, 🎧\r\n\tindented\n")],
  ["colours.log", bytes("\u001b[31mred\u001b[0m\n")],
  ["latin.log", bytes("Grüße\n", "latin1")],
  ["no-extension", bytes("{}")],
  ["empty.log", bytes("")],
  ["cut.log", bytes("日本").subarray(0, 4)],
] as const)("%s is shown as text", ([name, begin]) => {
  expect(isText(name, begin)).toBe(true);
});

test.for([
  ["image.png", bytes("\u0089PNG\r\n\u001a\n\u0000\u0000\u0000\rIHDR")],
  ["wide.log", bytes("a log in UTF-16\n", "utf16le")],
  ["noise.log", bytes("\u0001\u0002\u0003\u0004 and so on")],
  ["call.blog", bytes("encrypted, whatever it looks like")],
  ["trace.ETL", bytes("encrypted, whatever it looks like")],
] as const)("%s is not", ([name, begin]) => {
  expect(isText(name, begin)).toBe(false);
});
