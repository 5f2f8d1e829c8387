import type { Command } from "commander";

/** Ends a command's help with how it is used, and what its end means. */
export function addExamples(command: Command, examples: readonly string[], moreNotes: readonly string[] = []): Command {
  const lines = [
    "",
    "Examples:",
    ...examples.map((example) => `  $ ${example}`),
    ...(moreNotes.length > 0 ? ["", ...moreNotes] : []),
    "",
    "Exit codes: 0 it went well, 1 it failed, 2 the command line or a setting is wrong.",
  ];
  return command.addHelpText("after", lines.join("\n"));
}
