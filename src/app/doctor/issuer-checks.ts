import type { Settings } from "#app/config.ts";
import { type Check, Skipped } from "./check.ts";

const ANSWER_MS = 10_000;

/** Whether each identity provider describes itself, and by the name that its tokens will carry. */
export function issuerChecks(settings: Settings): readonly Check[] {
  return (["AGENT_ISSUER", "DEVICE_ISSUER"] as const).map((name) => ({
    name: name === "AGENT_ISSUER" ? "agents' issuer" : "devices' issuer",
    mend: `set ${name} to the issuer exactly as its discovery page names it`,
    async run() {
      const issuer = settings[name];
      if (issuer === undefined) throw new Skipped("the API's own development issuer");
      const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
      const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
      if (!answer.ok) throw new Error(`${url} was answered ${answer.status}`);
      const { issuer: named } = (await answer.json()) as { issuer?: unknown };
      if (named !== issuer) throw new Error(`${url} names the issuer '${String(named)}', not '${issuer}'`);
      return issuer;
    },
  }));
}
