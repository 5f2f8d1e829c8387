import { styleText } from "node:util";
import { RULES } from "./rules.ts";
import type { ScenarioResult } from "./play-scenario.ts";
import { DEEDS } from "./scenario.ts";
import type { ConformListener } from "./start-conform.ts";

type Stream = Pick<NodeJS.WriteStream, "write">;

/** Tells on a terminal what comes next, and what was right or wrong, as it happens. */
export function tellConform(stream: Stream): ConformListener {
  const write = (line = "") => void stream.write(`${line}\n`);
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream: stream as NodeJS.WriteStream, validateStream: true });
  return {
    onScenario({ name, title }, { number, of }) {
      write();
      write(`${paint("bold", `${number}/${of} ${name}`)}  ${title}`);
    },
    onStep({ title, deed, push, awaits }, platform) {
      write(`  → ${title}`);
      if (deed) write(`      ${paint("cyan", "you")}   ${DEEDS[deed]}`);
      if (push) write(`      ${paint("gray", "push")}  ${howToPush(platform)}`);
      if (typeof awaits === "object") write(`      ${paint("yellow", "?")}     ${awaits.ask} [y/n]`);
    },
    onStepDone({ title }) {
      write(`  ${paint("green", "✓")} ${title}`);
    },
    onBroken(rule, wrong) {
      write(`  ${paint("red", "✗")} ${paint("bold", rule)}: ${wrong}`);
      write(`      right: ${RULES[rule].right}`);
    },
    onResult({ rules, stoppedAt, ok }) {
      if (stoppedAt) write(`  ${paint("red", "✗")} stopped at "${stoppedAt.step}": ${stoppedAt.why}`);
      const kept = rules.filter(({ state }) => state === "kept").length;
      write(`  ${ok ? paint("green", "✓") : paint("red", "✗")} ${kept} of ${rules.length} rules kept`);
    },
  };
}

function howToPush(platform: string | undefined): string {
  const where = "GET /conform/push has the payload";
  if (platform === "apns") return `not needed; ${where}, for xcrun simctl push booted BUNDLE-ID -`;
  if (platform === undefined) return `not needed; ${where} (?platform=apns, fcmv1, wns or browser)`;
  return `not needed; ${where}`;
}

/** One line a scenario, with the rules that were broken or never reached. */
export function summarizeConform(results: readonly ScenarioResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const rows = results.map(({ name, ok, rules, stoppedAt }) => {
    const not = (state: string) => rules.filter((one) => one.state === state).map(({ rule }) => rule);
    const why = [
      ...(not("broken").length > 0 ? [`broken: ${not("broken").join(", ")}`] : []),
      ...(stoppedAt ? [`stopped at "${stoppedAt.step}"`] : []),
      ...(not("unreached").length > 0 ? [`not reached: ${not("unreached").join(", ")}`] : []),
    ];
    return `${ok ? "✓" : "✗"} ${name.padEnd(width)}  ${ok ? `${rules.length} rules` : why.join("; ")}`;
  });
  const passed = results.filter(({ ok }) => ok).length;
  return [...rows, "", `${passed} of ${results.length} scenarios passed.`].join("\n");
}
