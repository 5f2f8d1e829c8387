import { createInterface } from "node:readline";
import { type Command, InvalidArgumentError } from "commander";
import type { Conform } from "#app/conform/start-conform.ts";
import type { Scenario } from "#app/conform/scenario.ts";
import { addExamples } from "./add-examples.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { UsageError } from "./usage-error.ts";

interface Given {
  readonly port: number;
  readonly host: string;
  readonly scenario?: readonly string[];
  readonly collector?: readonly string[];
  readonly timeout: number;
  readonly list?: true;
  readonly json?: true;
}

export function addConformCommand(program: Command): void {
  const command = program
    .command("conform")
    .description(
      "play the journey, with its troubles, against an app that speaks the device protocol; needs no setting",
    )
    .option("--port <number>", "port to listen on; 0 takes a free one", readPort, 0)
    .option("--host <address>", "address to listen on; 0.0.0.0 lets a phone on your network in", "127.0.0.1")
    .option("--scenario <name>", "play only this one; may be repeated", collect)
    .option(
      "--collector <name>",
      "what to ask for (default: what the app registers, else app); may be repeated",
      collect,
    )
    .option("--timeout <seconds>", "how long a step may take; 0 waits for ever", readSeconds, 300)
    .option("--list", "say what there is, and end")
    .option("--json", "print one last line of JSON on stdout, the story on stderr")
    .action(conform);
  addExamples(
    command,
    [
      "npx beckon conform --port 8090",
      "npx beckon conform --port 8090 --host 0.0.0.0 --collector acs-calling",
      "npx beckon conform --scenario expired-links --scenario restart",
      "npx beckon conform --list",
    ],
    [
      "Point a build of your app at the address that it prints. Any bearer token does: the person is a JWT's sub, or",
      "the token itself. Type y or n to a question, s to end a scenario that will not go on, q to quit.",
      'A UI test can do the person\'s part: GET /conform/now, POST /conform/answer {"yes":true}, POST /conform/skip.',
      "--list also says what such a test has to do (deed) and to look for (rule of a question).",
      "What the app has to do: docs/device-protocol.md.",
    ],
  );
}

async function conform({ port, host, scenario: names, collector, timeout, list, json }: Given): Promise<void> {
  const { SCENARIOS } = await import("#app/conform/scenarios.ts");
  if (list) return tellScenarios(SCENARIOS, json);
  const [{ startConform }, { summarizeConform, tellConform }] = await Promise.all([
    import("#app/conform/start-conform.ts"),
    import("#app/conform/tell-conform.ts"),
  ]);
  const story = json ? process.stderr : process.stdout;
  const running = await startConform({
    scenarios: choose(SCENARIOS, names),
    host,
    port,
    collectors: collector,
    stepTimeoutSeconds: timeout,
    listener: tellConform(story),
    onReady: (url) => story.write(`${whereToPoint(url)}\n`),
    onError: (error) => console.error(error),
  });
  const keys = listenToKeys(running);
  process.once("SIGINT", running.quit);
  process.once("SIGTERM", running.quit);
  const results = await running.results;
  keys.close();
  await running.close();
  story.write(`\n${summarizeConform(results)}\n`);
  const ok = results.length > 0 && results.every((result) => result.ok);
  if (json) console.log(JSON.stringify({ ok, scenarios: results }));
  process.exitCode = ok ? EXIT_CODES.ok : EXIT_CODES.failed;
}

function whereToPoint(url: string): string {
  const { port } = new URL(url);
  return [
    `Point your app at ${url}`,
    `Any bearer token does. From an Android device: adb reverse tcp:${port} tcp:${port}. From another phone: --host 0.0.0.0.`,
  ].join("\n");
}

async function tellScenarios(scenarios: readonly Scenario[], json: true | undefined): Promise<void> {
  if (json) return console.log(JSON.stringify(scenarios.map(({ name, title, rules }) => ({ name, title, rules }))));
  const [{ EVERYWHERE }, { DEEDS }] = await Promise.all([
    import("#app/conform/rules.ts"),
    import("#app/conform/scenario.ts"),
  ]);
  const tell = (name: string, what: string) => console.log(`${name.padEnd(20)}${what}`);
  for (const { name, title, rules } of scenarios) {
    tell(name, title);
    tell("", rules.join(", "));
  }
  console.log("\nNot to be broken in any of them:");
  tell("", EVERYWHERE.join(", "));
  console.log("\nWhat the person does (`deed` in GET /conform/now):");
  for (const [deed, what] of Object.entries(DEEDS)) tell(deed, what);
  console.log("\nWhat they are asked (`rule` and `question` in GET /conform/now), yes or no:");
  for (const [rule, questions] of questionsOf(scenarios)) tell(rule, [...questions].join(" "));
}

function questionsOf(scenarios: readonly Scenario[]): ReadonlyMap<string, ReadonlySet<string>> {
  const all = new Map<string, Set<string>>();
  for (const { awaits } of scenarios.flatMap(({ steps }) => steps))
    if (typeof awaits === "object") all.set(awaits.rule, (all.get(awaits.rule) ?? new Set()).add(awaits.ask));
  return all;
}

function choose(all: readonly Scenario[], names: readonly string[] | undefined): readonly Scenario[] {
  const unknown = names?.filter((name) => !all.some((one) => one.name === name)) ?? [];
  if (unknown.length > 0)
    throw new UsageError(
      `There is no scenario ${unknown.join(", ")}. There are: ${all.map(({ name }) => name).join(", ")}.`,
    );
  return names ? all.filter(({ name }) => names.includes(name)) : all;
}

function listenToKeys(running: Conform): { close(): void } {
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    const word = line.trim().toLowerCase();
    if (word === "y" || word === "n") running.answer(word === "y");
    else if (word === "s") running.skip();
    else if (word === "q") running.quit();
  });
  return lines;
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError("It must be from 0 to 65535.");
  return port;
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds < 0)
    throw new InvalidArgumentError("It must be a number of seconds, 0 or more.");
  return seconds;
}
