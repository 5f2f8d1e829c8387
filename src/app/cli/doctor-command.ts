import type { Command } from "commander";
import { addExamples } from "./add-examples.ts";
import { EXIT_CODES } from "./exit-codes.ts";

export function addDoctorCommand(program: Command): void {
  const command = program
    .command("doctor")
    .description("check settings and everything that they name; one line a check, with what mends it")
    .option("--json", 'print { "ok", "checks": [{ "name", "state", "detail", "mend"? }] } as one line of JSON')
    .action(async ({ json }: { json?: true }) => {
      const [{ processEnvironment }, { examine }, { renderFinding }] = await Promise.all([
        import("#app/config.ts"),
        import("#app/doctor/examine.ts"),
        import("#app/doctor/render-finding.ts"),
      ]);
      const findings = await examine(processEnvironment(), {
        onFinding: (finding) => {
          if (!json) console.log(renderFinding(finding));
        },
      });
      const ok = findings.every(({ state }) => state !== "failed");
      if (json) console.log(JSON.stringify({ ok, checks: findings }));
      process.exitCode = ok ? EXIT_CODES.ok : EXIT_CODES.failed;
    });
  addExamples(
    command,
    ["npx beckon doctor", "npx beckon doctor --json | jq '.checks[] | select(.state == \"failed\")'"],
    ["A check is ok, failed, or skipped where a setting or a failed check before it leaves nothing to look at."],
  );
}
