import { createGateway } from "#app/compose.ts";
import type { Settings } from "#app/config.ts";
import type { Log } from "#ports/log.ts";
import type { Check } from "./check.ts";

/** Whether the key may send, by a send to nobody. */
export function hubCheck(settings: Settings, log: Log): Check {
  return {
    name: "hub",
    mend: "take HUB_CONNECTION_STRING (a policy with Listen and Send) and HUB_NAME from the hub's page 'Access Policies'",
    async run() {
      await createGateway(settings, { now: () => Date.now() }, log).check(AbortSignal.timeout(15_000));
      return `${settings.HUB_NAME} took a test send to nobody`;
    },
  };
}
