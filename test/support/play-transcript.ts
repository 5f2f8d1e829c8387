import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const PAGE = resolve("docs/device-protocol.md");
const GOLDEN = resolve("docs/device-protocol");

/** One command of the page, with what its comment says of it. */
interface Exchange {
  /** Of the file with its answer; undefined where only the status counts. */
  readonly name: string | undefined;
  readonly statuses: readonly number[];
  /** Variables that later commands use, from paths in the answer. */
  readonly sets: readonly (readonly [name: string, path: string])[];
  /** A call that no device makes. */
  readonly apiOnly: boolean;
  readonly method: string;
  readonly command: string;
}

/** What a command came to. */
export interface Played {
  readonly name: string | undefined;
  readonly method: string;
  /** Of the call, where it is the API's. */
  readonly path: string;
  readonly status: number;
  readonly expected: readonly number[];
  readonly text: string;
  /** The answer with ids, times and secrets replaced, as the page's files have it. */
  readonly normal: unknown;
}

const EXCHANGE = /<!-- transcript (\S+) ([\d|]+)((?: set| \w+=\S+)*)( api-only)? -->\n```sh\n([\s\S]*?)```/g;

/** The commands of docs/device-protocol.md, in their order. */
export async function readExchanges(): Promise<Exchange[]> {
  const text = await readFile(PAGE, "utf8");
  const exchanges = [...text.matchAll(EXCHANGE)].map(
    ([, name = "", statuses = "", sets = "", apiOnly, command = ""]) => ({
      name: name === "-" ? undefined : name,
      statuses: statuses.split("|").map(Number),
      sets: [...sets.matchAll(/(\w+)=(\S+)/g)].map(([, variable = "", path = ""]) => [variable, path] as const),
      apiOnly: apiOnly !== undefined,
      method: /curl -X (\w+)/.exec(command)?.[1] ?? "GET",
      command,
    }),
  );
  const commands = text.split("\n").filter((line) => line.startsWith("curl ")).length;
  if (commands !== exchanges.length)
    throw new Error(`The page has ${commands} commands, and ${exchanges.length} of them are transcripts.`);
  return exchanges;
}

export async function readGolden(name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(GOLDEN, `${name}.json`), "utf8"));
}

/**
 * Runs the page's commands by curl, as a reader would.
 *
 * @param variables what the page calls `$BECKON`, `$TOKEN` and so on
 * @param after called when the command of this name was answered, before the next
 */
export async function playTranscript({
  variables: given,
  only = () => true,
  after,
}: {
  readonly variables: Readonly<Record<string, string>>;
  readonly only?: (exchange: Exchange) => boolean;
  readonly after: (name: string | undefined, variables: Readonly<Record<string, string>>) => Promise<void>;
}): Promise<Played[]> {
  const folder = await mkdtemp(join(tmpdir(), "beckon-transcript-"));
  const variables: Record<string, string> = { ...given };
  const played: Played[] = [];
  try {
    for (const exchange of (await readExchanges()).filter(only)) {
      const { status, text, url } = await run(exchange.command, variables, folder);
      const body = parse(text);
      for (const [name, path] of exchange.sets) {
        const value = path.split(".").reduce((at, key) => (at as Record<string, unknown> | undefined)?.[key], body);
        variables[name] = String(value);
      }
      const { name, method, statuses: expected } = exchange;
      const path = url.slice(variables["BECKON"]?.length);
      played.push({ name, method, path, status, expected, text, normal: normalize(body, variables) });
      await after(name, variables);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return played;
}

async function run(command: string, variables: Readonly<Record<string, string>>, folder: string) {
  const said = `curl() { command curl --silent --show-error --output answer --write-out '%{http_code} %{url}' "$@"; }\n: > answer\n`;
  const { stdout } = await promisify(execFile)("sh", ["-eu", "-c", said + command], {
    cwd: folder,
    env: { PATH: process.env["PATH"], ...variables },
  });
  const [status = "", url = ""] = stdout.split(" ");
  return { status: Number(status), url, text: await readFile(join(folder, "answer"), "utf8") };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const NOW = "2026-11-22T09:30:00.000Z";
/** What differs from run to run, and what stands for it in the page's files. */
const EXAMPLES: Readonly<Record<string, string | number>> = {
  ticketNumber: 4711,
  agentId: "alex",
  testId: "019a8f3c-a4c6-7d02-b1f7-2e90c5d8a613",
  traceId: "3f0c1f4e-5a47-4f0e-9f57-3f1d6b9a0d11",
  token: "eyJhbGciOiJIUzI1NiIsInR5cCI6ImJlY2tvbi1pbnN0YWxsYXRpb24rand0In0.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl",
  expiresAt: "2026-11-22T09:45:00.000Z",
  snoozedUntil: "2026-11-22T09:40:00.000Z",
  answerBy: "2026-11-23T09:30:00.000Z",
  uploadBy: "2026-11-23T09:30:00.000Z",
  deleteAfter: "2026-12-22T09:30:00.000Z",
};
const IDS: Readonly<Record<string, string>> = {
  INSTALLATION: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
  REQUEST: "019a8f3c-7b1e-7c4d-9a55-1f0c8d3e2b10",
  FILE: "019a8f3c-9d20-7e11-8c3b-64a2f1d07e55",
  LARGE_FILE: "019a8f3c-9d20-7e11-8c3b-64a2f1d07e56",
};
const linkTo = (file: "FILE" | "LARGE_FILE") =>
  `https://account.blob.core.windows.net/beckon-ingest/ingest/019a8f3c-7b1e-7c4d-9a55-1f0c8d3e2b10/${IDS[file]}?sv=2026-04-06&se=2026-11-22T09%3A45%3A00Z&sr=b&sp=c&sig=…`;

function normalize(value: unknown, variables: Readonly<Record<string, string>>, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => normalize(item, variables));
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, normalize(item, variables, name)]));
  if (typeof value === "number") return EXAMPLES[key] ?? value;
  if (typeof value !== "string") return value;
  const id = Object.entries(IDS).find(([name]) => variables[name] === value);
  if (id) return id[1];
  if (key === "url") return linkTo(value.includes(variables["LARGE_FILE"] ?? "-") ? "LARGE_FILE" : "FILE");
  if (key in EXAMPLES && key !== "uploadBy") return String(EXAMPLES[key]);
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return String(EXAMPLES[key] ?? NOW);
  return key === "uploadBy" ? "Nov 23, 2026, 10:30 AM" : value;
}
