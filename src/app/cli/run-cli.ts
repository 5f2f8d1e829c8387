import { Command, CommanderError } from "commander";
import { addApiCommand } from "./api-command.ts";
import { addConformCommand } from "./conform-command.ts";
import { addDemoCommand } from "./demo-command.ts";
import { addDevCommand } from "./dev-command.ts";
import { addDoctorCommand } from "./doctor-command.ts";
import { addEmulatorCommand } from "./emulator-command.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { addKeysCommand } from "./keys-command.ts";
import { addMigrateCommand } from "./migrate-command.ts";
import { UsageError } from "./usage-error.ts";
import { addWorkerCommand } from "./worker-command.ts";

/**
 * Runs one command of `beckon`. Each command's file loads what it needs when it runs, so that the emulator needs no settings,
 * and a server no development dependency.
 *
 * @param words what stands after `beckon`
 */
export async function runCli(words: readonly string[]): Promise<void> {
  const program = new Command("beckon")
    .description("Ask a user's device for its logs, with the user's consent, and put the files on the support ticket.")
    .exitOverride()
    .showHelpAfterError("(add --help for what there is)")
    .addHelpText(
      "after",
      [
        "",
        "Examples:",
        "  $ npx beckon demo                  the whole journey on this machine, nothing to install or set",
        "  $ npx beckon dev                   everything for development, kept up to date with the code",
        "  $ npx beckon migrate && npx beckon api",
        "  $ npx beckon doctor                what is wrong, and the command that mends it",
        "",
        "Settings come from the environment, and from .env in the working folder: see .env.example.",
        "Exit codes: 0 it went well, 1 it failed, 2 the command line or a setting is wrong.",
      ].join("\n"),
    );
  addApiCommand(program);
  addWorkerCommand(program);
  addMigrateCommand(program);
  addEmulatorCommand(program);
  addDoctorCommand(program);
  addConformCommand(program);
  addDemoCommand(program);
  addDevCommand(program);
  addKeysCommand(program);
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    process.exitCode = tellFailure(error);
    // A command that failed half-way may hold connections that would keep the process up.
    process.stderr.write("", () => process.exit());
  }
}

function tellFailure(error: unknown): number {
  // Commander has said what is wrong; the help that was asked for is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
  if (!(error instanceof Error)) {
    console.error(`beckon: ${String(error)}`);
    return EXIT_CODES.failed;
  }
  if (error instanceof UsageError) {
    console.error(`beckon: ${error.message}`);
    return EXIT_CODES.usage;
  }
  // By its name: to import its class would load the settings for commands that have none.
  if (error.name === "ConfigError") {
    console.error(`${error.message}\nSettings come from the environment and from .env: see .env.example.`);
    return EXIT_CODES.usage;
  }
  // What we throw says what to do next; a stack would hide it. Anything else is a bug, and the stack is what is needed.
  const ours = error.name === "Error" || error.name === "Problem";
  console.error(`beckon: ${ours ? error.message : (error.stack ?? error.message)}`);
  return EXIT_CODES.failed;
}
