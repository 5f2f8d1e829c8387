import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createSha256 } from "#sdk/sha256.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function hash(...pieces: Uint8Array[]): string {
  const hasher = createSha256();
  for (const piece of pieces) hasher.update(piece);
  return hasher.digest("hex");
}

describe("SHA-256 gives what NIST says", () => {
  // FIPS 180-4's examples: https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
  test.for([
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
    [
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1",
    ],
  ] as const)("for %j", ([text, expected]) => {
    expect(hash(bytes(text))).toBe(expected);
  });

  test("for a million times the letter a, in pieces that fit no block", () => {
    const expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
    const all = bytes("a".repeat(1_000_000));
    expect(hash(all)).toBe(expected);
    const pieces = Array.from({ length: Math.ceil(1_000_000 / 997) }, (_, i) => all.subarray(i * 997, (i + 1) * 997));
    expect(hash(...pieces)).toBe(expected);
  });
});

test("every length up to three blocks, cut at any place, hashes as node:crypto does", () => {
  const all = Uint8Array.from({ length: 193 }, (_, i) => (i * 167 + 13) % 256);
  for (let length = 0; length <= all.length; length++) {
    const part = all.subarray(0, length);
    const expected = createHash("sha256").update(part).digest("hex");
    for (const cut of [0, 1, 55, 56, 63, 64, 65, length].filter((at) => at <= length)) {
      expect(hash(part.subarray(0, cut), part.subarray(cut)), `${length} cut at ${cut}`).toBe(expected);
    }
  }
});
