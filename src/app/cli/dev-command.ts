import type { Command } from "commander";
import { addExamples } from "./add-examples.ts";
import { readOrigin } from "./read-origin.ts";
import { readPort } from "./read-port.ts";

interface Given {
  readonly json?: true;
  readonly open?: true;
  readonly fresh?: true;
  readonly redis?: true;
  readonly data?: string;
  readonly app?: string;
  readonly port: number;
  readonly postgresPort: number;
  readonly blobPort: number;
  readonly emulatorPort: number;
}

export function addDevCommand(program: Command): void {
  const command = program
    .command("dev")
    .description("run everything for development: servers, console and phone, kept up to date with the code")
    .option("--json", "print one line of JSON with every address on stdout when ready, all else on stderr")
    .option("--open", "open the page with console and phone side by side when ready; not where CI is set")
    .option("--fresh", "forget what earlier runs left, and start over")
    .option("--redis", "put the queue on Redis; needs redis-server on PATH")
    .option("--data <folder>", "where its data lies (default: .data/dev in the clone)")
    .option("--app <origin>", "web origin of an app of yours, whose pages may call the API with the SDK", readOrigin)
    .option("--port <number>", "port of API and pages; the next free one if it is taken, 0 for any", readPort, 4280)
    .option("--postgres-port <number>", "port of PostgreSQL, likewise", readPort, 54_329)
    .option("--blob-port <number>", "port of the blob storage, likewise", readPort, 10_000)
    .option("--emulator-port <number>", "port of the Notification Hubs emulator, likewise", readPort, 8085)
    .action(async ({ port, postgresPort, blobPort, emulatorPort, ...rest }: Given) => {
      // Its servers and its builder come with the development dependencies; nothing else here needs those.
      const { runDev } = await import("#app/dev/run-dev.ts");
      await runDev({ ...rest, ports: { api: port, postgres: postgresPort, blobs: blobPort, emulator: emulatorPort } });
    });
  addExamples(
    command,
    [
      "npm run dev",
      "npm run dev -- --open",
      "npm run dev -- --app http://localhost:4000",
      "npm run dev -- --fresh --port 5000",
      "npm run --silent dev -- --json",
    ],
    [
      "A second one on the same folder says where the first one is, and ends with 0. Ctrl-C or q ends everything; what",
      "a killed one leaves, the next one cleans up.",
    ],
  );
}
