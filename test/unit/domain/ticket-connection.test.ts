import { expect, test } from "vitest";
import { shownAs } from "#domain/ticket-connection.ts";

const limits = { attachmentBytes: 60_000_000, attachments: 100 };

test.for([
  [60_000_000, 0, "attachment"],
  [60_000_001, 0, "hyperlink"],
  [1, 99, "attachment"],
  [1, 100, "hyperlink"],
  [0, 0, "attachment"],
] as const)("a file of %i bytes beside %i attachments hangs there as %s", ([sizeBytes, attachmentsThere, expected]) => {
  expect(shownAs({ sizeBytes }, { attachmentsThere, limits })).toBe(expected);
});
