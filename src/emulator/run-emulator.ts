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

/** Starts the emulator as a command does. @throws Error when the port is taken. */
export async function runEmulator(options: EmulatorOptions): Promise<RunningEmulator> {
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
