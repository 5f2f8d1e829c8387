import { REFUSALS, RULES, type Rule } from "#domain/lifecycle.ts";
import { ENDED_STATES, OPEN_STATES, REQUEST_STATES, type RequestState } from "#domain/vocabulary.ts";
import type { Generator } from "../generate.ts";

/** docs/lifecycle.md: the table of domain/lifecycle.ts as a diagram and as tables for people. */
export const lifecyclePage: Generator = {
  name: "Lifecycle page",
  source: "src/domain/lifecycle.ts",
  owns: "docs/lifecycle.md",
  async generate() {
    return new Map([["docs/lifecycle.md", renderLifecycle()]]);
  },
};

/** "allSettledSomeHold" as people say it: "all settled some hold". */
const inWords = (name: string) => name.replaceAll(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);

const code = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(", ");

const condition = (rule: Rule) => (rule.when ? inWords(rule.when) : "");

function row(cells: string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function diagram(): string[] {
  const edges = new Map<string, string[]>();
  for (const rule of RULES)
    for (const from of rule.from) {
      const edge = `${from} --> ${rule.to}`;
      edges.set(edge, [...(edges.get(edge) ?? []), rule.on]);
    }
  const leaves = (state: RequestState) => RULES.some((rule) => rule.from.includes(state));
  return [
    "```mermaid",
    "stateDiagram-v2",
    `  [*] --> ${REQUEST_STATES[0]}`,
    ...[...edges].map(([edge, commands]) => `  ${edge}: ${[...new Set(commands)].join(", ")}`),
    ...REQUEST_STATES.filter((state) => !leaves(state)).map((state) => `  ${state} --> [*]`),
    "```",
  ];
}

function renderLifecycle(): string {
  return [
    "# The lifecycle of a request",
    "",
    "Made from `src/domain/lifecycle.ts` by `npm run generate`. Change it there.",
    "",
    ...diagram(),
    "",
    `Open: ${code(OPEN_STATES)}. Ended: ${code(ENDED_STATES)} (a linked one may still be withdrawn).`,
    "",
    "## What changes the state",
    "",
    row(["from", "command", "when", "to", "reason"]),
    row(["---", "---", "---", "---", "---"]),
    ...RULES.map((rule) =>
      row([
        code(rule.from),
        `\`${rule.on}\``,
        condition(rule),
        `\`${rule.to}\``,
        rule.reason ? `\`${rule.reason}\`` : "",
      ]),
    ),
    "",
    "## What is refused",
    "",
    "A person waits for these answers. Every other pair of state and command changes nothing and is no error: replays,",
    "duplicates and late arrivals are expected.",
    "",
    row(["in", "command", "problem"]),
    row(["---", "---", "---"]),
    ...REFUSALS.map(({ from, on, problem }) => row([code(from), `\`${on}\``, `\`${problem}\``])),
    "",
  ].join("\n");
}
