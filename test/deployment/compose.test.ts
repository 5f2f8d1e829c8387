import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { Client, escapeIdentifier, escapeLiteral } from "pg";
import { afterAll, expect, test } from "vitest";
import { readConfig } from "#app/config.ts";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import { findPackage } from "#app/embedded/find-package.ts";
import { pickFreePort } from "#app/embedded/free-port.ts";
import type { DeliveredMessage } from "#emulator/devices/delivered-message.ts";
import { createAgent } from "#test/support/agent.ts";
import { callApi, succeeded } from "#test/support/api-calls.ts";
import { createPhone, freezeLog, sha256Of } from "#test/support/phone.ts";
import { runProcess, type RunningProcess } from "#test/support/run-process.ts";
import { testServers } from "#test/support/servers.ts";
import { until } from "#test/support/until.ts";
import { mapTexts, readComposeFile, type ComposeFile } from "./read-compose-file.ts";
import { imageConfigOf, readDockerfile } from "./read-dockerfile.ts";
import { runComposeFile } from "./run-compose-file.ts";

const ROOT = join(import.meta.dirname, "../..");
const image = imageConfigOf(readDockerfile(readFileSync(join(ROOT, "Dockerfile"), "utf8")));
const compose = readComposeFile(readFileSync(join(ROOT, "docker-compose.yml"), "utf8"));

const undo: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
}, 120_000);

/** Where each service listens inside its container. */
const PORTS = { postgres: 5432, redis: 6379, azurite: 10_000, emulator: 8081, api: 8080 } as const;

/** The file with this machine in place of Compose's network: names of services, and their ports. */
async function onThisMachine(file: ComposeFile): Promise<ComposeFile> {
  const ports = new Map<string, string>();
  for (const [name, port] of Object.entries(PORTS)) {
    const free = name === "postgres" ? Number(new URL(testServers().postgresUrl).port) : await pickFreePort();
    ports.set(String(port), String(free));
  }
  const names = Object.keys(PORTS).join("|");
  return mapTexts(file, (text) =>
    text
      .replaceAll(new RegExp(`(?<=//|@)(?:${names})(?=:)`, "g"), "127.0.0.1")
      .replaceAll(/(?<![\w.])\d{4,5}(?![\w.])/g, (number) => ports.get(number) ?? number),
  );
}

/** The database that the file asks the postgres image for. Its owner may less than the image's, who is a superuser. */
async function createDatabase({ POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB }: Readonly<Record<string, string>>) {
  const [user, password, database] = [POSTGRES_USER ?? "", POSTGRES_PASSWORD ?? "", POSTGRES_DB ?? ""];
  const client = new Client({ connectionString: testServers().postgresUrl });
  await client.connect();
  await client.query(`create role ${escapeIdentifier(user)} login password ${escapeLiteral(password)}`);
  await client.query(`create database ${escapeIdentifier(database)} owner ${escapeIdentifier(user)}`);
  undo.push(async () => {
    await client.query(`drop database ${escapeIdentifier(database)} with (force)`);
    await client.query(`drop role ${escapeIdentifier(user)}`);
    await client.end();
  });
}

/** The program that a container would run under this name, and what has to be said to it outside of one. */
function locate([program = "", ...args]: readonly string[], redisPort: string): [string, ...string[]] {
  const onPath = (name: string) => findOnPath(name, process.env["PATH"]) ?? name;
  switch (program) {
    case "node":
      return [process.execPath, ...args];
    case "azurite-blob":
      return [process.execPath, join(findPackage("azurite") ?? "", "dist/src/blob/main.js"), ...args];
    case "redis-server":
      return [onPath(program), ...args, "--port", redisPort, "--bind", "127.0.0.1"];
    case "redis-cli":
      return [onPath(program), "-p", redisPort, ...args];
    default:
      throw new Error(`The compose file runs ${program}, which is not known here`);
  }
}

test("the settings of every service are ones that Beckon starts with, and plain http goes only where they allow it", () => {
  const ours = Object.entries(compose).filter(([, { build }]) => build !== undefined);
  expect(ours.map(([name]) => name)).toEqual(["emulator", "migrate", "api", "worker"]);
  for (const name of ["migrate", "api", "worker"]) {
    const environment: Readonly<Record<string, string>> = compose[name]?.environment ?? {};
    const settings = readConfig({ ...image.env, ...environment });
    expect(settings.NODE_ENV).toBe("development");
    const hosts = Object.values(environment).flatMap((value) =>
      [...value.matchAll(/http:\/\/([a-z0-9.]+)/g)].map(([, host]) => host),
    );
    expect(settings.ALLOW_INSECURE_HOSTS).toEqual(expect.arrayContaining([...new Set(hosts)]));
    // Of this file, or this machine as those outside call it.
    expect([...Object.keys(compose), "localhost"]).toEqual(expect.arrayContaining([...new Set(hosts)]));
  }
});

test("a container listens where the others and the healthcheck look for it", () => {
  const { postgres, redis, azurite, emulator, api } = compose;
  expect(api?.environment).toMatchObject({ HOST: "0.0.0.0", PORT: String(PORTS.api) });
  expect(emulator?.command.join(" ")).toContain(`--host 0.0.0.0 --port ${PORTS.emulator}`);
  expect(azurite?.command.join(" ")).toContain(`--blobHost 0.0.0.0 --blobPort ${PORTS.azurite}`);
  expect(postgres?.image).toMatch(/^postgres:(1[6-9]|[2-9]\d)/);
  // On the socket, the server that only makes the database would answer.
  expect(postgres?.healthcheck).toHaveProperty("test", expect.arrayContaining(["pg_isready", "127.0.0.1"]));
  expect(redis?.command.join(" ")).toContain("--maxmemory-policy noeviction");
  const { version } = JSON.parse(readFileSync(join(ROOT, "node_modules/azurite/package.json"), "utf8")) as {
    version: string;
  };
  expect(azurite?.image).toMatch(new RegExp(`:${version}$`));
});

test("what the compose file starts carries a request from an agent to a file on a ticket, by way of Redis", async () => {
  const file = await onThisMachine(compose);
  await createDatabase(file["postgres"]?.environment ?? {});
  const redisUrl = file["api"]?.environment["REDIS_URL"] ?? "";
  const redisPort = new URL(redisUrl).port;
  const data = await mkdtemp(join(tmpdir(), "beckon-compose-"));
  undo.push(() => rm(data, { recursive: true }));

  /** Runs a command as the service's container would. */
  const run = async (name: string, command: readonly string[]): Promise<RunningProcess> => {
    const { build, environment = {} } = file[name] ?? {};
    const [program, ...args] = locate(command, redisPort);
    // Its volume, and nothing else: no `.env` of a developer's.
    const folder = join(data, name);
    await mkdir(folder, { recursive: true });
    return runProcess({
      program,
      args: args.map((argument) => (argument === "/data" ? folder : argument)),
      env: { PATH: process.env["PATH"], ...(build && image.env), ...environment },
      cwd: folder,
    });
  };
  const startService = (name: string): Promise<RunningProcess> => {
    const { build, command = [] } = file[name] ?? {};
    if (build === undefined) return run(name, command);
    const [node = "", main = "", ...rest] = image.entrypoint;
    return run(name, [node, join(ROOT, main), ...rest, ...command]);
  };
  const isHealthy = async (name: string): Promise<boolean> => {
    const { healthcheck } = file[name] ?? {};
    const command = healthcheck && "test" in healthcheck ? healthcheck.test.slice(1) : image.healthcheck;
    return (await (await run(name, command)).ended).code === 0;
  };

  const system = runComposeFile(file, { given: "postgres", start: startService, isHealthy });
  undo.push(() => system.kill());
  await system.up();
  expect(system.order.indexOf("migrate")).toBeLessThan(system.order.indexOf("api"));

  const apiUrl = file["api"]?.environment["PUBLIC_URL"] ?? "";
  const hubUrl = /Endpoint=(http:\/\/[^/;]+)/.exec(file["api"]?.environment["HUB_CONNECTION_STRING"] ?? "")?.[1] ?? "";
  const tokenOf = async (audience: string, username: string) => {
    const form = new URLSearchParams({ grant_type: "password", username, audience });
    const response = await fetch(`${apiUrl}/dev-issuer/token`, { method: "POST", body: form });
    return ((await response.json()) as { access_token: string }).access_token;
  };
  const [agentToken, phoneToken] = await Promise.all([
    tokenOf("beckon-agents", "alex"),
    tokenOf("beckon-devices", "user-1"),
  ]);
  const agent = createAgent((method, path, call) => callApi(apiUrl, method, path, { token: agentToken, ...call }));
  const installationId = randomUUID();
  let inbox: readonly DeliveredMessage[] = [];
  const phone = createPhone({
    userId: "user-1",
    installationId,
    platform: "fcmv1",
    send: (method, path, call) => callApi(apiUrl, method, path, { token: phoneToken, ...call }),
    inbox: () => inbox,
  });

  await succeeded(phone.register());
  const request = await agent.requestLogs({ userId: "user-1" });
  const query = new URLSearchParams({ installationId: `beckon-${installationId}`, waitMs: "20000" });
  const received = await fetch(`${hubUrl}/$emulator/inbox?${query.toString()}`);
  ({ messages: inbox } = (await received.json()) as { messages: DeliveredMessage[] });
  expect(phone.pushesOf(request.id)).toEqual(["beckon.log-request"]);

  const log = freezeLog("app.log", "09:30 The call dropped\n");
  const [fileId = ""] = await phone.shareAndUpload(request.id, [log]);
  await until(async () => (await agent.request(request.id)).state, "linked", { withinMs: 20_000 });
  const { url } = await agent.createDownloadUrl(fileId);
  // As a person outside of the containers would reach it.
  expect(new URL(url).hostname).toBe("localhost");
  const downloaded = new Uint8Array(await (await fetch(url)).arrayBuffer());
  expect(sha256Of(downloaded)).toBe(log.announced.sha256);

  const redis = new Redis(redisUrl);
  const keys = await redis.keys("*");
  redis.disconnect();
  for (const begin of ["{beckon-push}:", "{beckon-verify}:", "beckon-limit-agent:"])
    expect(keys.filter((key) => key.startsWith(begin))).not.toEqual([]);

  const ends = await system.down();
  const words = ["emulator", "migrate", "api", "worker"].map((name) => system.process(name)?.words()).join("\n\n");
  for (const name of ["emulator", "migrate", "api", "worker", "redis"])
    expect(ends[name], `${name}\n${words}`).toEqual({ code: 0, signal: null });
}, 120_000);
