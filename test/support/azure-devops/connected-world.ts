import { test as base } from "vitest";
import { pickFreePort } from "#app/embedded/free-port.ts";
import { createWorld, type World, type WorldOptions } from "#test/support/world.ts";
import { startAzureDevOps, type AzureDevOps } from "./start-azure-devops.ts";

/** Larger files than this become a hyperlink in these worlds. */
export const ATTACHMENT_LIMIT_BYTES = 20_000;

/** `test` with a world of the file's own that is connected with an Azure DevOps of the file's own. */
export function connectedTest(options: WorldOptions = {}) {
  return base.extend<{ organization: string; devops: AzureDevOps; world: World }>({
    organization: ["fabrikam", { scope: "file" }],
    devops: [
      async ({ organization }, use) => {
        const devops = await startAzureDevOps({ organization });
        await use(devops);
        await devops.close();
      },
      { scope: "file" },
    ],
    world: [
      async ({ devops }, use) => {
        // Links on work items lead to one address, whichever process makes them.
        const port = String(await pickFreePort());
        const world = await createWorld({
          ...options,
          settings: {
            PORT: port,
            PUBLIC_URL: `http://127.0.0.1:${port}`,
            AZURE_DEVOPS_ORGANIZATION_URL: devops.url,
            AZURE_DEVOPS_PROJECT: devops.project,
            AZURE_DEVOPS_TOKEN: devops.token,
            AZURE_DEVOPS_ATTACHMENT_LIMIT_BYTES: String(ATTACHMENT_LIMIT_BYTES),
            AZURE_DEVOPS_STATES: "open=Active,solved=Resolved",
            ...options.settings,
          },
        });
        await use(world);
        await world.close();
      },
      { scope: "file" },
    ],
  });
}

/** What people see on the work item of a ticket: undefined until there is one. */
export function workItemOf(devops: AzureDevOps, ticket: { readonly number: number }) {
  const [item, ...more] = devops.items
    .all()
    .filter(({ fields }) => fields["System.Title"]?.startsWith(`Beckon ${ticket.number}:`));
  if (!item) return undefined;
  const urls = (rel: string) => item.relations.filter((relation) => relation.rel === rel).map(({ url }) => url);
  return {
    id: String(item.id),
    twins: more.length,
    state: item.fields["System.State"] ?? "",
    hyperlinks: urls("Hyperlink"),
    attachments: urls("AttachedFile").map((url) => devops.attachments.find(url.slice(-36))?.fileName ?? "gone"),
    history: devops.items.history(item.id),
  };
}
