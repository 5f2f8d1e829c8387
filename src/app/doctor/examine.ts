import { createLog } from "#app/create-log.ts";
import { ConfigError, readConfig, type Settings } from "#app/config.ts";
import { Problem } from "#domain/problems.ts";
import { redactSecrets } from "#domain/redact-secrets.ts";
import { Ailment, type Check, type Finding, Skipped } from "./check.ts";
import { blobChecks } from "./blob-checks.ts";
import { connectorCheck } from "./connector-check.ts";
import { clockCheck } from "./clock-check.ts";
import { databaseChecks } from "./database-checks.ts";
import { hubCheck } from "./hub-check.ts";
import { issuerChecks } from "./issuer-checks.ts";
import { queueCheck } from "./queue-check.ts";

/** A server that has not answered after this long is away, as far as a person who waits is concerned. */
const CHECK_MS = 20_000;

/**
 * Looks at the settings, and then at everything that they name, one check after the other. Never throws for what it finds, and
 * leaves nothing behind.
 *
 * @param environment as config reads it
 * @param options.onFinding told of each as soon as it is known
 */
export async function examine(
  environment: Readonly<Record<string, string | undefined>>,
  { onFinding }: { onFinding: (finding: Finding) => void },
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const tell = (finding: Finding) => {
    findings.push(finding);
    onFinding(finding);
  };
  let settings: Settings;
  try {
    settings = readConfig(environment);
    tell({ name: "settings", state: "ok", detail: `NODE_ENV is ${settings.NODE_ENV}` });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) {
      const [name = ""] = problem.split(":", 1);
      tell({
        name: "settings",
        state: "failed",
        detail: problem,
        mend: `set ${name} in the environment or in .env; see .env.example`,
      });
    }
    return findings;
  }
  const log = createLog("silent", "doctor");
  const checks: readonly Check[] = [
    ...databaseChecks(settings),
    queueCheck(settings, log),
    hubCheck(settings, log),
    ...blobChecks(settings, log),
    connectorCheck(settings),
    clockCheck(settings),
    ...issuerChecks(settings),
  ];
  for (const check of checks) {
    const before = findings.find(({ name, state }) => name === check.after && state === "failed");
    if (before) tell({ name: check.name, state: "skipped", detail: `not looked at until '${before.name}' is mended` });
    else tell(await make(check));
  }
  return findings;
}

async function make({ name, mend, run }: Check): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_MS / 1000} s`)), CHECK_MS);
  });
  try {
    return { name, state: "ok", detail: await Promise.race([run(), late]) };
  } catch (error) {
    if (error instanceof Skipped) return { name, state: "skipped", detail: error.message };
    return { name, state: "failed", detail: wordsOf(error), mend: error instanceof Ailment ? error.mend : mend };
  } finally {
    clearTimeout(timer);
  }
}

/** One line without secrets, with what lies beneath where that says more. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return redactSecrets(String(error));
  if (error instanceof Problem && error.detail !== undefined) return redactSecrets(error.detail);
  const own = error.message || nameOf(error);
  const cause = error.cause instanceof Error && !own.includes(error.cause.message) ? ` (${wordsOf(error.cause)})` : "";
  return redactSecrets(`${own}${cause}`).replaceAll(/\s+/g, " ");
}

/** A connection that was refused on both of a host's addresses comes without words. */
function nameOf(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return first instanceof Error ? first.message : error.name;
}
