import type { Command } from "commander";
import { addExamples } from "./add-examples.ts";

export function addWorkerCommand(program: Command): void {
  const command = program
    .command("worker")
    .description("push, verify, meet deadlines and clean up; run as many as you like")
    .option("--json", 'print {"working": true} instead of a sentence')
    .action(async ({ json }: { json?: true }) => {
      // First, so that a wrong setting is told before the rest takes its second to load.
      const { loadSettings } = await import("./load-settings.ts");
      const settings = loadSettings();
      const [{ createLog }, { startWorker }, { shutDownOnSignal }] = await Promise.all([
        import("#app/create-log.ts"),
        import("#app/start-worker.ts"),
        import("#app/shutdown.ts"),
      ]);
      const log = createLog(settings.LOG_LEVEL, "worker");
      const { steps } = await startWorker(settings, log);
      shutDownOnSignal({ steps, log });
      console.log(json ? JSON.stringify({ working: true }) : "The worker works.");
    });
  addExamples(command, ["npx beckon worker"]);
}
