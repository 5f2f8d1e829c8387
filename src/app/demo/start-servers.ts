import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processEnvironment } from "#app/config.ts";
import { endOrphan } from "#app/embedded/child-server.ts";
import { serverFolders } from "#app/embedded/data-folder.ts";
import { findOnPath } from "#app/embedded/find-on-path.ts";
import { nextFreePort } from "#app/embedded/next-free-port.ts";
import { startAzurite } from "#app/embedded/start-azurite.ts";
import { startPostgres } from "#app/embedded/start-postgres.ts";
import { startRedis } from "#app/embedded/start-redis.ts";
import { runBeckon, startBeckonProcess } from "./beckon-process.ts";

/** The processes of `beckon` itself, in the order in which they end. */
const SERVICES = ["worker", "api", "emulator"] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Where each server would like to listen; 0 is any free port. */
export interface WantedPorts {
  readonly api: number;
  readonly postgres: number;
  readonly blobs: number;
  readonly emulator: number;
}

const ANY_PORTS: WantedPorts = { api: 0, postgres: 0, blobs: 0, emulator: 0 };

export interface DemoServers {
  /** Where the API listens. */
  readonly apiUrl: string;
  readonly emulatorUrl: string;
  readonly blobUrl: string;
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  /** Settings of the demo's processes, as a file for other commands. */
  readonly envFile: string;
  /** Where this process's words go. */
  logFile(name: ServiceName): string;
  /** The last lines of each process's own log, for when something went wrong. */
  lastWords(): string;
  /**
   * Ends these processes and starts them again, with the code as it is now; also one that an earlier try could not start. The
   * API's port must have been given, else it comes back on another.
   *
   * @throws Error with the last words of one that does not start; the others are up
   */
  restart(names: readonly ServiceName[], options?: { readonly migrate?: boolean }): Promise<void>;
  /** Ends all of them, what uses a server before the server. */
  stop(): Promise<void>;
}

const HUB = "beckon";

/**
 * Starts PostgreSQL, Azurite, perhaps Redis, and then the emulator, the migration, the API and a worker, each as a process of
 * its own. What a killed demo left running on the folder is ended first.
 *
 * @param options.appOrigin of an app of the developer's own: its pages may call the API, and notifications lead there
 * @param options.ports where they listen if nothing else does; a free neighbour is taken otherwise, and said
 * @throws Error with the last words of the one that failed, and what to do
 */
export async function startServers({
  dataFolder,
  redis: withRedis,
  ports: wanted = ANY_PORTS,
  appOrigin,
  log,
}: {
  dataFolder: string;
  redis: boolean;
  ports?: WantedPorts;
  appOrigin?: string;
  log: (line: string) => void;
}): Promise<DemoServers> {
  mkdirSync(dataFolder, { recursive: true, mode: 0o755 });
  const folders = serverFolders(dataFolder);
  // Before the databases, so that no left-over worker meets them; and all of them before anyone asks which ports are free.
  for (const name of [...SERVICES, "postgres", "azurite"] as const) await endOrphan(folders[name], log);
  const ports = await choosePorts(wanted, log);

  const envFile = join(dataFolder, "demo.env");
  const stops: (() => Promise<void>)[] = [];
  const keep = <S extends { stop: () => Promise<void> }>(server: S): S => {
    stops.push(server.stop);
    return server;
  };
  const services = new Map<ServiceName, Awaited<ReturnType<typeof startBeckonProcess>>>();
  const stopServices = async (names: readonly ServiceName[]) => {
    for (const name of SERVICES.filter((one) => names.includes(one))) {
      await services.get(name)?.stop();
      services.delete(name);
    }
  };
  const stop = async () => {
    await stopServices(SERVICES);
    for (const one of stops.splice(0).toReversed()) await one();
  };
  const ready = { worker: /^The worker works\.$/m, api: /^http:\/\/\S+(?=\n)/m, emulator: /^Endpoint=.+(?=\n)/m };
  const startService = async (name: ServiceName) => {
    const port = ports.emulator === 0 ? [] : ["--port", String(ports.emulator)];
    const hubArgs = ["--hub", HUB, "--persist", join(folders.emulator, "hub"), ...port];
    const args = name === "emulator" ? hubArgs : [];
    const process = { command: name, args, stateDir: folders[name], envFile, ready: ready[name], log };
    services.set(name, await startBeckonProcess(process));
  };
  /** Once each is up or has failed, and not before: only then can those that are up be ended. */
  const startAll = async (names: readonly ServiceName[]) => {
    const starting = names.map(startService);
    await Promise.allSettled(starting);
    await Promise.all(starting);
  };
  const lineOf = (name: ServiceName) => services.get(name)?.line ?? "";

  try {
    const stores = [
      startPostgres({ dataDir: folders.postgres, port: ports.postgres, log }).then(keep),
      startAzurite({ dataDir: folders.azurite, port: ports.blobs, log }).then(keep),
      withRedis ? startRedisOnPath(folders.redis, log).then(keep) : Promise.resolve(undefined),
      startService("emulator"),
    ] as const;
    await Promise.allSettled(stores);
    const [postgres, azurite, redis] = await Promise.all(stores);
    const writeSettings = () =>
      writeEnvFile(envFile, {
        NODE_ENV: "development",
        DEV_ISSUER: "true",
        PORT: String(ports.api),
        DATABASE_URL: postgres.url,
        ...(redis && { REDIS_URL: redis.url }),
        BLOB_ENDPOINT: azurite.url,
        BLOB_ACCOUNT_KEY: azurite.accountKey,
        // The phone's page uploads from the API's origin.
        BLOB_CORS_ORIGINS: "*",
        ...(appOrigin !== undefined && {
          API_CORS_ORIGINS: appOrigin,
          APP_NAVIGATE_URL: `${appOrigin}/?request={requestId}`,
        }),
        HUB_CONNECTION_STRING: lineOf("emulator"),
        HUB_NAME: HUB,
        DEPLOYMENT_KEY: keepSecret(join(dataFolder, "deployment-key")),
        CONTROLLER_NAME: "Example Support",
      });
    const migrate = () => runBeckon(["migrate", "--json"], { envFile });
    writeSettings();
    await migrate();
    await startAll(["api", "worker"]);
    return {
      apiUrl: lineOf("api"),
      emulatorUrl: new URL(/^Endpoint=([^;]+)/.exec(lineOf("emulator"))?.[1] ?? "").origin,
      blobUrl: azurite.url,
      databaseUrl: postgres.url,
      redisUrl: redis?.url,
      envFile,
      logFile: (name) => join(folders[name], "server.log"),
      lastWords: () => SERVICES.map((name) => lastLines(name, folders[name])).join("\n"),
      async restart(names, options = {}) {
        await stopServices(names);
        if (names.includes("emulator")) {
          await startService("emulator");
          writeSettings();
        }
        if (options.migrate) await migrate();
        await startAll(names.filter((name) => name !== "emulator"));
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function choosePorts(wanted: WantedPorts, log: (line: string) => void): Promise<WantedPorts> {
  const promised: number[] = [];
  const choose = async (name: keyof WantedPorts, server: string) => {
    const port = await nextFreePort(wanted[name], { promised });
    if (port !== wanted[name]) log(`port ${wanted[name]} is taken; ${server} listens on ${port || "another one"}`);
    promised.push(port);
    return port;
  };
  return {
    api: await choose("api", "the API"),
    postgres: await choose("postgres", "PostgreSQL"),
    blobs: await choose("blobs", "Azurite"),
    emulator: await choose("emulator", "the emulator"),
  };
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
