import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { Tier } from "./hub/hub.ts";
import { STRICT } from "./hub/strictness.ts";
import { parsePolicy, runEmulator } from "./run-emulator.ts";
import type { RunningEmulator } from "./run-emulator.ts";
import type { EmulatorOptions } from "./start-emulator.ts";

/** What `--help` prints. */
export const USAGE = `Usage: notification-hubs-emulator [options]

  --port N            port to listen on; default 0, a free one
  --host ADDRESS      default 127.0.0.1
  --hub NAME          a hub; may be given several times; default beckon
  --tier TIER         Free, Basic or Standard; default Standard
  --policy POLICY     NAME=Listen,Send,Manage or NAME@HUB=…, and :KEY; may be given several times
  --seed FILE         JSON to begin with: hubs, installations, registrations
  --persist FOLDER    keep hubs, keys, installations and registrations there
  --strict            hold every documented limit: 60 tags, 10 test sends a minute, a tier's devices and pushes
  --help              this

When it is ready it prints one line, Endpoint=…: the connection string. A page to look at is at /$emulator/ of that address.

Examples:
  $ notification-hubs-emulator --port 8085 --hub beckon
  $ notification-hubs-emulator --policy "reader=Listen" --policy "sender@beckon=Send:my-key"
  $ notification-hubs-emulator --seed hubs.json --persist .data/hub`;

/**
 * The command of the emulator's own package: reads its arguments and starts it.
 *
 * @returns null when help was asked for.
 * @throws TypeError or RangeError for arguments that are wrong, Error when the port is taken or a file cannot be read.
 */
export async function runCommand(args: readonly string[]): Promise<RunningEmulator | null> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string", default: "0" },
      host: { type: "string", default: "127.0.0.1" },
      hub: { type: "string", multiple: true },
      tier: { type: "string", default: "Standard" },
      policy: { type: "string", multiple: true, default: [] },
      seed: { type: "string" },
      persist: { type: "string" },
      strict: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return null;
  return runEmulator({
    port: readPort(values.port),
    host: values.host,
    tier: readTier(values.tier),
    policies: values.policy.map(parsePolicy),
    ...(values.strict && { strict: STRICT }),
    ...(values.hub && { hubs: values.hub }),
    ...(values.seed !== undefined && {
      seed: JSON.parse(await readFile(values.seed, "utf8")) as NonNullable<EmulatorOptions["seed"]>,
    }),
    ...(values.persist !== undefined && { persistIn: values.persist }),
  });
}

function readPort(text: string): number {
  const port = Number(text);
  if (text === "" || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RangeError(`A port is a number from 0 to 65535, not '${text}'`);
  return port;
}

function readTier(text: string): Tier {
  if (text !== "Free" && text !== "Basic" && text !== "Standard")
    throw new RangeError(`A tier is Free, Basic or Standard, not '${text}'`);
  return text;
}
