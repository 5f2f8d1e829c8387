import { styleText } from "node:util";
import { RULES } from "./rules.ts";
import type { ScenarioResult } from "./play-scenario.ts";
import { DEEDS, type Step } from "./scenario.ts";
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
    onStep({ title, deed, push, awaits, needs, optional }, platform) {
      write(`  → ${title}`);
      write(
        deed ? `      ${paint("cyan", "you")}   ${DEEDS[deed]}` : `      ${paint("gray", "app")}   does this by itself`,
      );
      if (push) write(`      ${paint("gray", "push")}  ${howToPush(platform, push)}`);
      if (needs) write(`      ${paint("gray", "needs")} ${needs}`);
      if (optional) write(`      ${paint("gray", "or")}    ${howToLeaveOut(optional)}`);
      if (typeof awaits === "object") write(`      ${paint("yellow", "?")}     ${awaits.ask} [y/n]`);
    },
    onStepDone({ title }) {
      write(`  ${paint("green", "✓")} ${title}`);
    },
    onBroken(rule, wrong) {
      write(`  ${paint("red", "✗")} ${paint("bold", rule)}: ${wrong}`);
      write(`      right: ${RULES[rule].right}`);
    },
    onResult({ rules, stoppedAt, ok, notTried }) {
      if (notTried) return write(`  ${paint("gray", "–")} not tried: ${notTried}`);
      if (stoppedAt) write(`  ${paint("red", "✗")} stopped at "${stoppedAt.step}": ${stoppedAt.why}`);
      const kept = rules.filter(({ state }) => state === "kept").length;
      write(`  ${ok ? paint("green", "✓") : paint("red", "✗")} ${kept} of ${rules.length} rules kept`);
    },
  };
}

function howToLeaveOut({ when }: NonNullable<Step["optional"]>): string {
  return when
    ? "an app may do without it: the scenario then ends by itself, as not tried"
    : "an app may do without it: type s, and the scenario is not tried";
}

function howToPush(platform: string | undefined, push: NonNullable<Step["push"]>): string {
  const where = "GET /conform/push has the payload";
  const need = push === "test" ? "inject it now" : "not needed";
  if (platform === "apns") return `${need}; ${where}, for xcrun simctl push booted BUNDLE-ID -`;
  if (platform === undefined) return `${need}; ${where} (?platform=apns, fcmv1, wns or browser)`;
  return `${need}; ${where}`;
}

/** One line a scenario, with the rules that were broken or never reached. */
export function summarizeConform(results: readonly ScenarioResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const rows = results.map(({ name, ok, rules, stoppedAt, notTried }) => {
    if (notTried) return `– ${name.padEnd(width)}  not tried: ${notTried}`;
    const not = (state: string) => rules.filter((one) => one.state === state).map(({ rule }) => rule);
    const why = [
      ...(not("broken").length > 0 ? [`broken: ${not("broken").join(", ")}`] : []),
      ...(stoppedAt ? [`stopped at "${stoppedAt.step}"`] : []),
      ...(not("unreached").length > 0 ? [`not reached: ${not("unreached").join(", ")}`] : []),
    ];
    return `${ok ? "✓" : "✗"} ${name.padEnd(width)}  ${ok ? `${rules.length} rules` : why.join("; ")}`;
  });
  const passed = results.filter(({ ok }) => ok).length;
  const left = results.filter(({ notTried }) => notTried).length;
  const rest = left > 0 ? `, ${left} not tried` : "";
  return [...rows, "", `${passed} of ${results.length} scenarios passed${rest}.`].join("\n");
}
