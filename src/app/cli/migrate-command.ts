import type { Command } from "commander";
import { addExamples } from "./add-examples.ts";

export function addMigrateCommand(program: Command): void {
  const command = program
    .command("migrate")
    .description("bring the database and the queue to this version, and make the blob containers; safe to repeat")
    .option("--json", "print what was done as one line of JSON")
    .action(async ({ json }: { json?: true }) => {
      const { loadSettings } = await import("./load-settings.ts");
      const settings = loadSettings();
      const [{ createLog }, { migrateAll }] = await Promise.all([
        import("#app/create-log.ts"),
        import("#app/migrate-all.ts"),
      ]);
      const done = await migrateAll(settings, createLog(settings.LOG_LEVEL, "migrate"));
      if (json) {
        console.log(JSON.stringify(done));
        return;
      }
      const { applied, queue, containers } = done;
      console.log(applied.length === 0 ? "The database is up to date." : `Applied ${applied.join(", ")}.`);
      if (queue === "postgres") console.log("The queue's tables are up to date.");
      console.log(`The containers are there: ${containers.join(", ")}.`);
    });
  addExamples(command, ["npx beckon migrate", "npx beckon migrate --json"]);
}
