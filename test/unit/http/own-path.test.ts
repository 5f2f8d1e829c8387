import fc from "fast-check";
import { expect, test } from "vitest";
import { ownPath } from "#http/console-session.ts";

const ORIGIN = "https://beckon.example";

test.for(["/", "/requests?view=mine", "/tickets/1?file=2#L10", "/new?externalId=A%2F1&user=b", "/people/j%C3%BCrgen"])(
  "%s is a page of ours to come back to",
  (path) => {
    expect(ownPath(path)).toBe(path);
  },
);

test.for([
  undefined,
  ["/requests"],
  "",
  "requests",
  "https://evil.example",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "/..//evil.example",
  "/./\\evil.example",
  "/auth/sign-in",
  "/v1/files/1/content",
  "/dev-issuer/authorize",
  "/sign-in?error=failed",
])("%s leads to the first page instead", (path) => {
  expect(ownPath(path)).toBe("/");
});

test("whatever is asked for, the browser stays with us", () => {
  const piece = fc.constantFrom("/", "\\", ".", "..", "@", ":", "?", "#", "%2f", "evil.example", "\t", "\n", "a", " ");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const { origin, pathname } = new URL(ownPath(`/${pieces.join("")}`), ORIGIN);
      expect(origin).toBe(ORIGIN);
      expect(pathname.startsWith("//")).toBe(false);
    }),
    { numRuns: 5_000 },
  );
});
