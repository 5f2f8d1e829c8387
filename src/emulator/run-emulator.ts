import { setFlagsFromString } from "node:v8";
import { isLoopbackHost } from "./control/loopback-only.ts";
import { startEmulator } from "./start-emulator.ts";
import type { Emulator, EmulatorOptions, PolicyOptions } from "./start-emulator.ts";

/** A running emulator with what a command prints about it. */
export interface RunningEmulator {
  emulator: Emulator;
  /** One uncoloured line for stdout, `Endpoint=…`: what programs wait for. */
  line: string;
  /** What a person should know, for stderr. */
  warnings: string[];
}

/**
 * By how much the heap may outgrow what is alive before it is tidied, in percent. Left to itself V8 lets it double: with 100,000
 * installations and 2,000 sends a second that was 500 MB after half a minute, of which 100 MB were alive.
 */
const HEAP_GROWING_PERCENT = 20;

/** Starts the emulator as a command does, in a process that is its own. @throws Error when the port is taken. */
export async function runEmulator(options: EmulatorOptions): Promise<RunningEmulator> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWING_PERCENT}`);
  const emulator = await startEmulator(options);
  const { host = "127.0.0.1" } = options;
  const warnings = isLoopbackHost(host)
    ? []
    : [
        `!!! WARNING: the emulator listens on ${host}, not on loopback alone. Whoever reaches it may read every inbox and ` +
          "send in anybody's name: its keys are public, and its control under /$emulator/ asks for none.",
      ];
  return { emulator, line: emulator.connectionString, warnings };
}

/**
 * Reads a policy as it is written on a command line: `NAME=Listen,Send`, `NAME@HUB=Send`, and a key after a colon.
 *
 * @throws RangeError saying how it is written.
 */
export function parsePolicy(text: string): PolicyOptions {
  const [, name, hub, rights, primaryKey] = /^([^=@:]+)(?:@([^=:]+))?=([A-Za-z,]+)(?::(.+))?$/.exec(text) ?? [];
  const words = rights?.split(",").map((word) => RIGHTS.get(word.toLowerCase()));
  if (name === undefined || words === undefined || words.includes(undefined)) {
    throw new RangeError(
      `A policy is written NAME=Listen,Send,Manage or NAME@HUB=…, with :KEY after it if you like, not '${text}'`,
    );
  }
  return {
    name,
    rights: words.filter((word) => word !== undefined),
    ...(hub !== undefined && { hub }),
    ...(primaryKey !== undefined && { primaryKey }),
  };
}

const RIGHTS = new Map([
  ["listen", "Listen" as const],
  ["send", "Send" as const],
  ["manage", "Manage" as const],
]);
