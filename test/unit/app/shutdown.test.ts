import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { once } from "node:events";
import { expect, test } from "vitest";

const MODULE = fileURLToPath(import.meta.resolve("#app/shutdown.ts"));

/** A process whose second step hangs, sent `signals` one after the other. */
async function stopWith(signals: readonly NodeJS.Signals[], graceMs: number) {
  const script = `
    const { shutDownOnSignal } = await import(${JSON.stringify(MODULE)});
    const say = (line) => process.stdout.write(line + "\\n");
    const log = { info: (_, m) => say(m), warn: (_, m) => say(m), error: (_, m) => say(m) };
    const hang = ${signals.length > 1 || graceMs < 1_000};
    shutDownOnSignal({ log, graceMs: ${graceMs}, steps: [
      { name: "listener", stop: async () => { say("listener"); throw new Error("would not"); } },
      { name: "workers", stop: async () => { say("workers"); if (hang) await new Promise(() => {}); } },
      { name: "store", stop: async () => say("store") },
    ] });
    setInterval(() => {}, 1_000);
    say("running");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const said: string[] = [];
  const waiting = [...signals];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (line === "running" || line === "workers") {
      const signal = waiting.shift();
      if (signal) child.kill(signal);
    }
  }
  const [code] = (await exited) as [number | null];
  return { code, said };
}

test("on SIGTERM everything stops in its order, even after a part that would not, and the process ends well", async () => {
  expect(await stopWith(["SIGTERM"], 30_000)).toEqual({
    code: 0,
    said: ["running", "Stopping", "listener", "A part did not stop well", "workers", "store"],
  });
});

test("a second signal ends the process at once", async () => {
  const { code, said } = await stopWith(["SIGTERM", "SIGINT"], 30_000);
  expect({ code, last: said.at(-1) }).toEqual({ code: 130, last: "workers" });
});

test("what does not stop within its grace is left", async () => {
  const { code, said } = await stopWith(["SIGTERM"], 200);
  expect({ code, last: said.at(-1) }).toEqual({
    code: 1,
    last: "Not everything stopped in time; the rest is left to whoever comes next",
  });
});
