import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processEnvironment } from "#app/config.ts";
import { endOrphan } from "#app/embedded/child-server.ts";
import { serverFolders } from "#app/embedded/data-folder.ts";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import { startAzurite } from "#app/embedded/start-azurite.ts";
import { startPostgres } from "#app/embedded/start-postgres.ts";
import { startRedis } from "#app/embedded/start-redis.ts";
import { runBeckon, startBeckonProcess } from "./beckon-process.ts";

export interface DemoServers {
  /** Where the API listens. */
  readonly apiUrl: string;
  readonly emulatorUrl: string;
  readonly blobUrl: string;
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  /** Settings of the demo's processes, as a file for other commands. */
  readonly envFile: string;
  /** The last lines of each process's own log, for when something went wrong. */
  lastWords(): string;
  /** Ends all of them, what uses a server before the server. */
  stop(): Promise<void>;
}

const HUB = "beckon";

/**
 * Starts PostgreSQL, Azurite, perhaps Redis, and then the emulator, the migration, the API and a worker, each as a process of
 * its own on a free port. What a killed demo left running on the folder is ended first.
 *
 * @throws Error with the last words of the one that failed, and what to do
 */
export async function startServers({
  dataFolder,
  redis: withRedis,
  log,
}: {
  dataFolder: string;
  redis: boolean;
  log: (line: string) => void;
}): Promise<DemoServers> {
  mkdirSync(dataFolder, { recursive: true, mode: 0o755 });
  const folders = serverFolders(dataFolder);
  // Before the databases, so that no left-over worker meets them.
  for (const name of ["api", "worker", "emulator"] as const) await endOrphan(folders[name], log);

  const envFile = join(dataFolder, "demo.env");
  const stops: (() => Promise<void>)[] = [];
  const keep = <S extends { stop: () => Promise<void> }>(server: S): S => {
    stops.push(server.stop);
    return server;
  };
  const stop = async () => {
    for (const one of stops.splice(0).toReversed()) await one();
  };
  try {
    const stores = [
      startPostgres({ dataDir: folders.postgres, log }).then(keep),
      startAzurite({ dataDir: folders.azurite, log }).then(keep),
      startBeckonProcess({
        command: "emulator",
        args: ["--hub", HUB, "--persist", join(folders.emulator, "hub")],
        stateDir: folders.emulator,
        envFile,
        ready: /^Endpoint=.+(?=\n)/m,
        log,
      }).then(keep),
      withRedis ? startRedisOnPath(folders.redis, log).then(keep) : Promise.resolve(undefined),
    ] as const;
    // Once each is up or has failed, and not before: only then can those that are up be ended.
    await Promise.allSettled(stores);
    const [postgres, azurite, emulator, redis] = await Promise.all(stores);
    writeEnvFile(envFile, {
      NODE_ENV: "development",
      DEV_ISSUER: "true",
      DATABASE_URL: postgres.url,
      ...(redis && { REDIS_URL: redis.url }),
      BLOB_ENDPOINT: azurite.url,
      BLOB_ACCOUNT_KEY: azurite.accountKey,
      // The phone's page uploads from the API's origin, whose port is known only later.
      BLOB_CORS_ORIGINS: "*",
      HUB_CONNECTION_STRING: emulator.line,
      HUB_NAME: HUB,
      DEPLOYMENT_KEY: keepSecret(join(dataFolder, "deployment-key")),
      CONTROLLER_NAME: "Example Support",
    });
    await runBeckon(["migrate", "--json"], { envFile });
    const services = [
      startBeckonProcess({
        command: "api",
        stateDir: folders.api,
        envFile,
        ready: /^http:\/\/\S+(?=\n)/m,
        log,
      }).then(keep),
      startBeckonProcess({
        command: "worker",
        stateDir: folders.worker,
        envFile,
        ready: /^The worker works\.$/m,
        log,
      }).then(keep),
    ] as const;
    await Promise.allSettled(services);
    const [{ line: apiUrl }] = await Promise.all(services);
    return {
      apiUrl,
      emulatorUrl: new URL(/^Endpoint=([^;]+)/.exec(emulator.line)?.[1] ?? "").origin,
      blobUrl: azurite.url,
      databaseUrl: postgres.url,
      redisUrl: redis?.url,
      envFile,
      lastWords: () =>
        (["api", "worker", "emulator"] as const).map((name) => lastLines(name, folders[name])).join("\n"),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startRedisOnPath(dataDir: string, log: (line: string) => void) {
  const program = findOnPath("redis-server", processEnvironment()["PATH"]);
  if (program === undefined) {
    throw new Error(
      "--redis needs redis-server on PATH. Install it (apt-get install redis-server), or leave --redis out.",
    );
  }
  return startRedis({ program, dataDir, log });
}

/** Made at the first start: what was hidden under it, and the development issuer's key, stay the same over restarts. */
function keepSecret(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString("base64url"), { mode: 0o600 });
  return readFileSync(file, "utf8").trim();
}

/** Also to be read by a shell: no value of these holds a quote, a dollar or a backslash. */
function writeEnvFile(file: string, settings: Readonly<Record<string, string>>): void {
  const lines = Object.entries(settings).map(([name, value]) => `${name}="${value}"\n`);
  writeFileSync(file, lines.join(""), { mode: 0o600 });
}

function lastLines(name: string, folder: string): string {
  const file = join(folder, "server.log");
  const lines = existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n").slice(-8) : [];
  // Its folder is let go the moment it ends.
  const ended = existsSync(join(folder, "process.json")) ? "" : ", which has ended by itself";
  return `beckon ${name} (${file})${ended}:\n${lines.map((line) => `  ${line.slice(0, 400)}`).join("\n")}`;
}
