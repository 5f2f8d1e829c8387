import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { beforeAll, expect, test } from "vitest";
import { examine as examineAll } from "#app/doctor/examine.ts";
import { removeData, serverFolders } from "#app/embedded/data-folder.ts";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import { startRedis } from "#app/embedded/start-redis.ts";
import { startEmulator, type Emulator } from "#emulator/start-emulator.ts";
import { startAzureDevOps } from "#test/support/azure-devops/start-azure-devops.ts";
import { runBeckon } from "#test/support/run-beckon.ts";
import { makeRunFolder } from "#test/support/run-folder.ts";
import { createTestDatabase, type TestDatabase, testServers, uniqueName } from "#test/support/servers.ts";

let database: TestDatabase;
let emulator: Emulator;
let settings: Record<string, string>;

beforeAll(async () => {
  [database, emulator] = await Promise.all([createTestDatabase({ migrated: false }), startEmulator()]);
  const { azurite } = testServers();
  settings = {
    NODE_ENV: "development",
    DEV_ISSUER: "true",
    DATABASE_URL: database.url,
    BLOB_ENDPOINT: azurite.url,
    BLOB_ACCOUNT_KEY: azurite.accountKey,
    BLOB_INGEST_CONTAINER: uniqueName("ingest"),
    BLOB_EVIDENCE_CONTAINER: uniqueName("evidence"),
    HUB_CONNECTION_STRING: emulator.connectionString,
    DEPLOYMENT_KEY: randomBytes(32).toString("hex"),
  };
  return async () => {
    await emulator.close();
    await database.drop();
  };
});

async function examine(changes: Record<string, string> = {}) {
  const checks = await examineAll({ ...settings, ...changes }, { onFinding: () => {} });
  return { checks, find: (name: string) => checks.find((check) => check.name === name) };
}

test("before the first migration the doctor names the command that is missing; after it all is well", async () => {
  const before = await examine();
  expect(before.find("database")?.state).toBe("ok");
  expect(before.find("database tables")).toMatchObject({ state: "failed", mend: "npx beckon migrate" });
  expect(before.find("blob roles")).toMatchObject({ state: "failed", mend: expect.stringContaining("beckon migrate") });

  expect((await runBeckon(["migrate", "--json"], settings)).code).toBe(0);
  const well = await runBeckon(["doctor", "--json"], settings);
  expect(well).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(well.stdout)).toMatchObject({ ok: true });
  const after = await examine();
  expect(after.checks.filter(({ state }) => state === "failed")).toEqual([]);
  expect(after.find("blob links")?.detail).toContain("cannot overwrite and cannot read");
  expect(after.find("hub")?.state).toBe("ok");
  expect(after.find("clocks")?.detail).toMatch(/PostgreSQL [+−]0\.\d s, Blob Storage [+−]/);
});

test("a database that is away is said once, and what would only repeat it is not", async () => {
  const { find, checks } = await examine({ DATABASE_URL: "postgres://nobody:secret@127.0.0.1:1/nothing" });
  expect(find("database")).toMatchObject({ state: "failed", detail: expect.stringContaining("ECONNREFUSED") });
  expect(find("database tables")?.state).toBe("skipped");
  expect(JSON.stringify(checks)).not.toContain("secret");
});

test("a hub that is not there, and a key without the right to send, are told in words", async () => {
  expect((await examine({ HUB_NAME: "nowhere" })).find("hub")).toMatchObject({
    state: "failed",
    detail: expect.stringContaining("no hub of this name"),
  });
  const listening = await startEmulator({ policies: [{ name: "reader", rights: ["Listen"] }] });
  try {
    const found = await examine({ HUB_CONNECTION_STRING: listening.connectionStringFor("reader") });
    expect(found.find("hub")).toMatchObject({ state: "failed", detail: expect.stringContaining("right") });
  } finally {
    await listening.close();
  }
});

test("a web origin that may not upload is found by the question that its browser would ask", async () => {
  const { find } = await examine({ BLOB_CORS_ORIGINS: "https://never-allowed.example" });
  expect(find("blob CORS")).toMatchObject({ state: "failed", mend: expect.stringContaining("npx beckon migrate") });
});

test("wrong settings are one line each, with exit code 1, and nothing else is looked at", async () => {
  const { checks } = await examine({ PORT: "many", DEPLOYMENT_KEY: "short" });
  expect(checks.map(({ name, state }) => `${name} ${state}`)).toEqual(["settings failed", "settings failed"]);
  const { code, stdout } = await runBeckon(["doctor"], { ...settings, PORT: "many", DEPLOYMENT_KEY: "short" });
  expect(code).toBe(1);
  expect(stdout.trim().split("\n")).toHaveLength(2);
});

const redisServer = findOnPath("redis-server", process.env["PATH"]);

test.runIf(redisServer)("a Redis that may evict jobs is refused with the command that mends it", async () => {
  const folder = await makeRunFolder();
  // One of its own: the run's Redis must keep its keys for the other tests.
  const redis = await startRedis({ program: redisServer ?? "", dataDir: serverFolders(folder).redis });
  try {
    const client = new Redis(redis.url);
    await client.config("SET", "maxmemory-policy", "allkeys-lru");
    client.disconnect();
    const { find } = await examine({ REDIS_URL: redis.url });
    expect(find("queue")).toMatchObject({
      state: "failed",
      detail: expect.stringContaining("allkeys-lru"),
      mend: expect.stringContaining("maxmemory-policy noeviction"),
    });
  } finally {
    await redis.stop();
    await removeData(folder);
  }
});

test("the doctor asks Azure DevOps, where one is set, and says what to mend without telling the token", async () => {
  expect((await examine()).find("azure devops")?.state).toBe("skipped");
  const devops = await startAzureDevOps();
  const connected = {
    PUBLIC_URL: "http://127.0.0.1:8080",
    AZURE_DEVOPS_ORGANIZATION_URL: devops.url,
    AZURE_DEVOPS_PROJECT: devops.project,
  };
  const well = await examine({ ...connected, AZURE_DEVOPS_TOKEN: devops.token });
  expect(well.find("azure devops")).toMatchObject({ state: "ok", detail: expect.stringContaining("Task") });
  const over = await examine({ ...connected, AZURE_DEVOPS_TOKEN: "this-one-is-over" });
  await devops.close();
  expect(over.find("azure devops")).toMatchObject({
    state: "failed",
    detail: "Azure DevOps sent a sign-in page: the token is not taken (203).",
    mend: expect.stringContaining("AZURE_DEVOPS_TOKEN"),
  });
  expect(JSON.stringify(over.checks)).not.toContain("this-one-is-over");
});
