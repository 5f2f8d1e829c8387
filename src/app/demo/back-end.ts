import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { runBeckon } from "./beckon-process.ts";

/** What agents should see of a person. */
export interface KnownUser {
  readonly label: string;
  readonly contacts: readonly string[];
  readonly locale: string;
  readonly timeZone?: string;
}

/**
 * Tells Beckon of people as the app's own back end would: over the API, with a key that is made at the first use and kept.
 *
 * @param options.keyFile where the key is kept between runs
 * @throws Error with the API's own words
 */
export async function introduceUsers(
  users: Readonly<Record<string, KnownUser>>,
  { apiUrl, envFile, keyFile }: { apiUrl: string; envFile: string; keyFile: string },
): Promise<void> {
  const put = (key: string, id: string, user: KnownUser) =>
    fetch(`${apiUrl}/v1/users/${id}`, {
      method: "PUT",
      headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
      body: JSON.stringify(user),
    });
  let key = existsSync(keyFile) ? readFileSync(keyFile, "utf8") : undefined;
  for (const [id, user] of Object.entries(users)) {
    const known = key === undefined ? undefined : await put(key, id, user);
    if (known?.ok) continue;
    // None yet, or one of a database that is gone.
    key = await createKey(envFile);
    writeFileSync(keyFile, key, { mode: 0o600 });
    const answer = await put(key, id, user);
    if (!answer.ok) throw new Error(`PUT /v1/users/${id} was answered ${answer.status}: ${await answer.text()}`);
  }
}

async function createKey(envFile: string): Promise<string> {
  const said = await runBeckon(["keys", "create", "--name", "demo", "--json"], { envFile });
  return (JSON.parse(said) as { secret: string }).secret;
}
