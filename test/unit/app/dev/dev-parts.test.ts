import { expect, test } from "vitest";
import { readKeys } from "#app/dev/keys.ts";
import { oneAtATime } from "#app/dev/one-at-a-time.ts";
import { renderWelcome } from "#app/dev/render-welcome.ts";
import { whatFollows } from "#app/dev/what-follows.ts";
import { nextFreePort } from "#app/embedded/next-free-port.ts";

test("single keys do what is written beside them, and Ctrl-C still ends", () => {
  expect(readKeys("oPd")).toEqual(["console", "phone", "demo"]);
  expect(readKeys("lrcq")).toEqual(["logs", "restart", "clear", "quit"]);
  expect(readKeys("\u0003")).toEqual(["quit"]);
  expect(readKeys("x \r")).toEqual([]);
  expect(readKeys("\u001B[D")).toEqual([]);
});

test("a taken port is exchanged for its next free neighbour, and never for one that is promised", async () => {
  const isTaken = (port: number) => Promise.resolve(port < 4282);
  expect(await nextFreePort(4280, { isTaken })).toBe(4282);
  expect(await nextFreePort(4280, { isTaken, promised: [4282, 4283] })).toBe(4284);
  expect(await nextFreePort(5000, { isTaken })).toBe(5000);
  expect(await nextFreePort(0, { isTaken: () => Promise.resolve(true) })).toBe(0);
  expect(await nextFreePort(65_535, { isTaken: () => Promise.resolve(true) })).toBe(0);
});

test("a change is followed by what it needs and nothing more", () => {
  const nothing = { services: [], migrate: false, pages: [], itself: false };
  const served = { ...nothing, services: ["worker", "api"] };
  expect(whatFollows(["src/http/http-kit.ts"])).toEqual(served);
  expect(whatFollows(["src/app/config.ts", "src/http/http-kit.ts"])).toEqual(served);
  expect(whatFollows(["src/console/app.tsx"])).toEqual({ ...nothing, pages: ["console"] });
  expect(whatFollows(["src/phone/page.html"])).toEqual({ ...nothing, pages: ["phone"] });
  expect(whatFollows(["src/contract/files.ts"])).toEqual({ ...served, pages: ["console", "phone"] });
  expect(whatFollows(["prisma/migrations/1_x/migration.sql"])).toEqual({ ...served, migrate: true });
  expect(whatFollows(["src/emulator/hub/hub.ts"])).toEqual({ ...nothing, services: ["worker", "api", "emulator"] });
  expect(whatFollows(["src/app/dev/run-dev.ts"])).toEqual({ ...nothing, itself: true });
});

test("there are never two restarts at once: what changes during one is in the next", async () => {
  const runs: string[][] = [];
  let running = 0;
  let most = 0;
  const gates: PromiseWithResolvers<void>[] = [];
  const push = oneAtATime(async (items: readonly string[]) => {
    runs.push([...items]);
    most = Math.max(most, ++running);
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
    running -= 1;
  });
  void push(["a"]);
  void push(["b"]);
  const done = push(["c", "d"]);
  expect(runs).toEqual([["a"]]);
  gates[0]?.resolve();
  await expect.poll(() => runs).toEqual([["a"], ["b", "c", "d"]]);
  gates[1]?.resolve();
  await done;
  expect(most).toBe(1);
  void push(["e"]);
  expect(runs).toHaveLength(3);
});

test("addresses stand in one column, and keys only where there is a keyboard", () => {
  const urls = {
    console: "http://127.0.0.1:4280/",
    phone: "http://127.0.0.1:4280/phone",
    demo: "http://127.0.0.1:4280/demo",
    api: "http://127.0.0.1:4280/v1",
    docs: "http://127.0.0.1:4280/docs",
    emulator: "http://127.0.0.1:8085/$emulator/",
    postgres: "postgres://postgres:secret@127.0.0.1:54329/postgres",
    blobs: "http://127.0.0.1:10000/devstoreaccount1",
    data: "/data",
    settings: "/data/demo.env",
  };
  const emphasis = { bold: (text: string) => text, dim: (text: string) => text };
  const render = (withKeys: boolean) =>
    renderWelcome({ title: "beckon dev", ready: "ready in 1.6 s", urls, withKeys, emphasis });
  const rows = render(true).filter((line) => /^ {2}[A-Z]\w+ +(http|postgres|\/)/.test(line));
  expect(rows).toHaveLength(9);
  expect(new Set(rows.map((row) => row.search(/http|postgres:|\//)))).toEqual(new Set([15]));
  expect(render(true).join("\n")).toContain("[o] open console");
  expect(render(false).join("\n")).not.toContain("[o]");
});
