import { statSync } from "node:fs";
import type { Command } from "commander";
import { addExamples } from "./add-examples.ts";
import { UsageError } from "./usage-error.ts";

interface Given {
  readonly yes?: true;
  readonly once?: true;
  readonly json?: true;
  readonly logs?: string;
  readonly redis?: true;
  readonly fresh?: true;
  readonly data?: string;
}

export function addDemoCommand(program: Command): void {
  const command = program
    .command("demo")
    .description("start everything on this machine and play a request for logs, with you as the phone's owner")
    .option("--yes", "share without asking; so does a demo without a terminal")
    .option("--once", "end after the journey: 0 when the downloaded file has the SHA-256 of the phone's, else 1")
    .option(
      "--json",
      "print one last line of JSON on stdout, the story on stderr; with --once the servers stay 20 s more",
    )
    .option("--logs <folder>", "let the phone find the files of this folder, which are read and never changed")
    .option("--redis", "put the queue on Redis; needs redis-server on PATH")
    .option("--fresh", "forget what earlier demos left, and start over")
    .option("--data <folder>", "where its data lies (default: .data in the clone)")
    .action(async ({ logs, ...rest }: Given) => {
      if (logs !== undefined && statSync(logs, { throwIfNoEntry: false })?.isDirectory() !== true) {
        throw new UsageError(`--logs names ${logs}, which is not a folder.`);
      }
      // Its servers come with the development dependencies; nothing else here needs those.
      const { runDemo } = await import("#app/demo/run-demo.ts");
      await runDemo({ ...rest, ...(logs !== undefined && { logs }) });
    });
  addExamples(
    command,
    [
      "npm run demo",
      "npm run demo -- --once",
      "npm run demo -- --logs /var/log/myapp",
      "npm run demo -- --redis --fresh",
    ],
    ["Ctrl-C ends everything; what a killed demo leaves, the next one cleans up."],
  );
}
