import { expect, test } from "vitest";
import { meetChange } from "#console/ticket/meet-change.ts";

const OPEN = { state: "open", assigneeId: "" } as const;
const SOLVED = { state: "solved", assigneeId: "" } as const;
const LENAS = { state: "open", assigneeId: "lena" } as const;

test("a form that nobody edited follows the ticket", () => {
  expect(meetChange(OPEN, OPEN, LENAS)).toBe("follow");
});

test("what was edited is the ticket now, by oneself or by a colleague who meant the same", () => {
  expect(meetChange(OPEN, SOLVED, SOLVED)).toBe("follow");
});

test("an edit goes on when something else of the ticket changed", () => {
  expect(meetChange(OPEN, SOLVED, OPEN)).toBe("goOn");
});

test("an edit is neither lost nor saved over a colleague's", () => {
  expect(meetChange(OPEN, SOLVED, LENAS)).toBe("clash");
});
