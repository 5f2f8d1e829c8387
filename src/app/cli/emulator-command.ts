import { readFileSync } from "node:fs";
import { type Command, Option } from "commander";
import type { EmulatorOptions } from "#emulator/start-emulator.ts";
import { addExamples } from "./add-examples.ts";
import { readPort } from "./read-port.ts";
import { UsageError } from "./usage-error.ts";

interface Given {
  readonly port: number;
  readonly host: string;
  readonly hub?: readonly string[];
  readonly tier: NonNullable<EmulatorOptions["tier"]>;
  readonly policy?: readonly string[];
  readonly seed?: string;
  readonly persist?: string;
  readonly strict?: true;
  readonly json?: true;
}

export function addEmulatorCommand(program: Command): void {
  const command = program
    .command("emulator")
    .description("stand in for Azure Notification Hubs; needs nothing else running, and no setting")
    .option("--port <number>", "port to listen on; 0 takes a free one", readPort, 0)
    .option("--host <address>", "address to listen on; anything but loopback lets others send and read", "127.0.0.1")
    .option("--hub <name>", "name of a hub; may be repeated (default: beckon)", collect)
    .addOption(
      new Option("--tier <tier>", "what the hubs can").choices(["Free", "Basic", "Standard"]).default("Standard"),
    )
    .option("--policy <NAME=Listen,Send>", "another access policy: NAME[@HUB]=RIGHTS[:KEY]; may be repeated", collect)
    .option("--seed <file>", "begin with the hubs, policies, installations and registrations of this JSON")
    .option("--persist <folder>", "keep all but inboxes over a restart")
    .option("--strict", "hold every documented limit: 60 tags, 10 test sends a minute, a tier's devices and pushes")
    .option("--json", "print connection string and address as one line of JSON instead")
    .action(start);
  addExamples(
    command,
    [
      "npx beckon emulator --port 8085 --hub beckon",
      'npx beckon emulator --port 8085 --policy "reader=Listen" --policy "sender@beckon=Send:my-key"',
      "npx beckon emulator --port 8085 --seed hubs.json --persist .data/hub",
      "npx beckon emulator --tier Free --strict",
    ],
    [
      "When ready it prints one line on stdout that begins with Endpoint=: the connection string. A page to look at",
      "is at /$emulator/ of that address. A seed is what GET /$emulator/snapshot answers with, in part or whole:",
      '{ "hubs": [{ "name": "beckon", "installations": [{ "installationId": "i1", "platform": "apns", "pushChannel": "00fc13ad" }] }] }',
    ],
  );
}

async function start({ port, host, hub, tier, policy = [], seed, persist, strict, json }: Given): Promise<void> {
  const { parsePolicy, runEmulator } = await import("#emulator/run-emulator.ts");
  const { STRICT } = await import("#emulator/hub/strictness.ts");
  const policies = policy.map((text) => orUsage(() => parsePolicy(text)));
  const { emulator, line, warnings } = await started(() =>
    runEmulator({
      port,
      host,
      tier,
      policies,
      ...(strict && { strict: STRICT }),
      ...(hub && { hubs: hub }),
      ...(seed !== undefined && { seed: readSeed(seed) }),
      ...(persist !== undefined && { persistIn: persist }),
    }),
  );
  for (const warning of warnings) console.error(warning);
  console.log(json ? JSON.stringify({ connectionString: line, url: emulator.url }) : line);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void emulator.close().finally(() => process.exit(0)));
  }
}

type SeedFile = NonNullable<EmulatorOptions["seed"]>;

/** A hub's name, a policy's hub or a seed that the emulator does not take is the command line's fault, a taken port is not. */
async function started<T>(start: () => Promise<T>): Promise<T> {
  const { HubError } = await import("#emulator/hub/hub-error.ts");
  return start().catch((error: unknown) => {
    if (error instanceof RangeError || error instanceof HubError) throw new UsageError(error.message, { cause: error });
    throw error;
  });
}

function readSeed(file: string): SeedFile {
  return orUsage(() => {
    const text = readFileSync(file, "utf8");
    try {
      return JSON.parse(text) as SeedFile;
    } catch (error) {
      throw new Error(`${file} is not valid JSON: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  });
}

/** What a person wrote wrong on the command line is a usage error. */
function orUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
