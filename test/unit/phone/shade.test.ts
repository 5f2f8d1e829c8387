import { expect, test } from "vitest";
import type { PhoneNotification } from "#phone/handle-push.ts";
import { createShade } from "#phone/system/shade.ts";

function memory(): Pick<Storage, "getItem" | "setItem"> {
  const values = new Map<string, string>();
  return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => void values.set(key, value) };
}

const notification = (requestId: string, isOver = false): PhoneNotification => ({
  tag: `beckon-${requestId}`,
  title: isOver ? "No longer needed" : "Support is asking",
  body: "",
  lang: "en",
  navigate: undefined,
  isSilent: isOver,
  renotify: false,
  push: { type: isOver ? "beckon.log-request-closed" : "beckon.log-request", v: 1, requestId },
  isOver,
});

test("of notifications with one tag only the newest is there, and a reload keeps them", () => {
  const storage = memory();
  const shade = createShade(storage, "shade", () => 7);
  for (const id of ["a", "b", "a"]) shade.show(notification(id));
  expect(shade.list().map(({ tag }) => tag)).toEqual(["beckon-a", "beckon-b"]);
  expect(createShade(storage, "shade", () => 8).list()).toEqual(shade.list());
});

test("a closing push replaces its prompt until somebody has looked, and is nothing where there is none", () => {
  const shade = createShade(memory(), "shade", () => 7);
  shade.show(notification("a", true));
  expect(shade.list()).toEqual([]);
  shade.show(notification("a"));
  shade.show(notification("a", true));
  shade.closePrompt("a");
  expect(shade.list()).toMatchObject([{ title: "No longer needed" }]);
  shade.clearOver();
  expect(shade.list()).toEqual([]);
});

test("an app that takes its own prompt down leaves nothing behind", () => {
  const shade = createShade(memory(), "shade", () => 7);
  shade.show(notification("a"));
  shade.show(notification("b"));
  shade.closePrompt("a");
  expect(shade.list().map(({ tag }) => tag)).toEqual(["beckon-b"]);
});
