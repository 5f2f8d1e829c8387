import type { Command } from "commander";
import { addExamples } from "./add-examples.ts";

export function addApiCommand(program: Command): void {
  const command = program
    .command("api")
    .description("serve the HTTP API; its address is printed on stdout when it listens, logs go to stderr")
    .option("--json", 'print {"url": …} instead of the bare address')
    .action(async ({ json }: { json?: true }) => {
      // First, so that a wrong setting is told before the rest takes its second to load.
      const { loadSettings } = await import("./load-settings.ts");
      const settings = loadSettings();
      const [{ createLog }, { startApi }, { shutDownOnSignal }] = await Promise.all([
        import("#app/create-log.ts"),
        import("#app/start-api.ts"),
        import("#app/shutdown.ts"),
      ]);
      const log = createLog(settings.LOG_LEVEL, "api");
      const { url, steps } = await startApi(settings, log);
      shutDownOnSignal({ steps, log });
      console.log(json ? JSON.stringify({ url }) : url);
    });
  addExamples(command, ["npx beckon api", "PORT=4280 npx beckon api", "npx beckon api --json"]);
}
