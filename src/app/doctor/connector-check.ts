import { createConnector } from "#app/compose.ts";
import type { Settings } from "#app/config.ts";
import { type Check, Skipped } from "./check.ts";

/** Whether the token reads the project and its kind of work item; whether it may write, only a work item tells. */
export function connectorCheck(settings: Settings): Check {
  return {
    name: "azure devops",
    mend: "see AZURE_DEVOPS_ORGANIZATION_URL, AZURE_DEVOPS_PROJECT, AZURE_DEVOPS_WORK_ITEM_TYPE, and that AZURE_DEVOPS_TOKEN (Work items: read & write) is not over",
    async run() {
      const connector = createConnector(settings, { now: () => Date.now() });
      if (!connector) throw new Skipped("no other ticket system: AZURE_DEVOPS_ORGANIZATION_URL is not set");
      await connector.check(AbortSignal.timeout(15_000));
      return `${settings.AZURE_DEVOPS_PROJECT ?? ""} has work items of the kind ${settings.AZURE_DEVOPS_WORK_ITEM_TYPE}`;
    },
  };
}
