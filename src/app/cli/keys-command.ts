import type { Command } from "commander";
import type { ApiKey } from "#ports/store.ts";
import type { ApiKeyring } from "#app/api-keyring.ts";
import { addExamples } from "./add-examples.ts";

export function addKeysCommand(program: Command): void {
  const keys = program.command("keys").description("API keys, with which your own back ends call Beckon");

  const create = keys
    .command("create")
    .description("make a key; its secret is shown this once and kept nowhere")
    .requiredOption("--name <name>", "what the key is for, as operators will read it")
    .option("--json", 'print { "id", "name", "secret" } as one line of JSON')
    .action(({ name, json }: { name: string; json?: true }) =>
      withKeyring(async (keyring) => {
        const { key, secret } = await keyring.create(name);
        if (json) return console.log(JSON.stringify({ id: key.id, name, secret }));
        console.log(secret);
        console.error(`Key '${name}' (${key.id}). This is the only time that its secret is shown.`);
      }),
    );
  addExamples(create, [
    "npx beckon keys create --name crm",
    "npx beckon keys create --name crm --json | jq -r .secret",
  ]);

  const list = keys
    .command("list")
    .description("show all keys, without their secrets")
    .option("--json", "print an array of JSON on one line")
    .action(({ json }: { json?: true }) =>
      withKeyring(async (keyring) => {
        const all = await keyring.list();
        if (json) return console.log(JSON.stringify(all.map(asJson)));
        if (all.length === 0) console.log("There are no keys. Make one: npx beckon keys create --name NAME");
        for (const { id, name, createdAt, revokedAt } of all) {
          const state = revokedAt === undefined ? "valid" : `revoked ${new Date(revokedAt).toISOString()}`;
          console.log(`${id}  ${new Date(createdAt).toISOString()}  ${state}  ${name}`);
        }
      }),
    );
  addExamples(list, ["npx beckon keys list", "npx beckon keys list --json"]);

  const revoke = keys
    .command("revoke")
    .description("make a key worthless, within seconds")
    .argument("<id>", "of the key, as list shows it")
    .option("--json", 'print { "id", "revoked": true } as one line of JSON')
    .action((id: string, { json }: { json?: true }) =>
      withKeyring(async (keyring) => {
        await keyring.revoke(id);
        console.log(json ? JSON.stringify({ id, revoked: true }) : `Key ${id} is revoked.`);
      }),
    );
  addExamples(revoke, ["npx beckon keys revoke 019a8f3c-…"]);
}

async function withKeyring(work: (keyring: ApiKeyring) => Promise<void>): Promise<void> {
  const { loadSettings } = await import("./load-settings.ts");
  const { DATABASE_URL } = loadSettings();
  const { openApiKeyring } = await import("#app/api-keyring.ts");
  const keyring = await openApiKeyring(DATABASE_URL);
  try {
    await work(keyring);
  } finally {
    await keyring.close();
  }
}

function asJson({ id, name, createdAt, revokedAt }: ApiKey) {
  return {
    id,
    name,
    createdAt: new Date(createdAt).toISOString(),
    ...(revokedAt !== undefined && { revokedAt: new Date(revokedAt).toISOString() }),
  };
}
