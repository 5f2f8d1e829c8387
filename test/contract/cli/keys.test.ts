import { createHash } from "node:crypto";
import { Client } from "pg";
import { beforeAll, expect, test } from "vitest";
import { runBeckon } from "#test/support/run-beckon.ts";
import { createTestDatabase, type TestDatabase } from "#test/support/servers.ts";

let database: TestDatabase;
const keys = (...words: string[]) =>
  runBeckon(["keys", ...words], {
    NODE_ENV: "development",
    DEV_ISSUER: "true",
    DATABASE_URL: database.url,
    BLOB_ENDPOINT: "https://unused.blob.core.windows.net",
    HUB_CONNECTION_STRING: "Endpoint=sb://unused/;SharedAccessKeyName=a;SharedAccessKey=b",
    DEPLOYMENT_KEY: "0".repeat(32),
  });

beforeAll(async () => {
  database = await createTestDatabase();
  return () => database.drop();
});

test("a key's secret is shown once and kept as a hash; that it was made and revoked is on record", async () => {
  const made = await keys("create", "--name", "crm", "--json");
  expect(made.code).toBe(0);
  const { id, name, secret } = JSON.parse(made.stdout) as { id: string; name: string; secret: string };
  expect(name).toBe("crm");
  expect(secret).toMatch(/^bk_[\w-]{43}$/);

  const listed = await keys("list", "--json");
  expect(JSON.parse(listed.stdout)).toMatchObject([{ id, name: "crm" }]);
  expect(listed.stdout).not.toContain(secret);

  expect(await keys("revoke", id, "--json")).toMatchObject({
    code: 0,
    stdout: `${JSON.stringify({ id, revoked: true })}\n`,
  });
  const again = await keys("revoke", id);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain("beckon keys list");

  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    const { rows: stored } = await client.query<Record<string, unknown>>("select * from api_key where id = $1", [id]);
    expect(JSON.stringify(stored)).toContain(createHash("sha256").update(secret).digest("hex"));
    expect(JSON.stringify(stored)).not.toContain(secret);
    const { rows: facts } = await client.query<{ type: string }>(
      "select type from audit_event where data->>'keyId' = $1 order by at",
      [id],
    );
    expect(facts.map(({ type }) => type)).toEqual(["apiKey.created", "apiKey.revoked"]);
  } finally {
    await client.end();
  }
});
