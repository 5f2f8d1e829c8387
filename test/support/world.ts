import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BlobServiceClient } from "@azure/storage-blob";
import pg from "pg";
import { expect, onTestFinished, test as base } from "vitest";
import { readConfig } from "#app/config.ts";
import { migrateAll } from "#app/migrate-all.ts";
import type { ShutdownStep } from "#app/shutdown.ts";
import { startApi } from "#app/start-api.ts";
import { startWorker, type WorkerPace } from "#app/start-worker.ts";
import type { Platform } from "#domain/vocabulary.ts";
import { startEmulator } from "#emulator/start-emulator.ts";
import { createAgent, type Agent } from "./agent.ts";
import { callApi, succeeded, type ApiCall } from "./api-calls.ts";
import { checkContract } from "./check-contract.ts";
import { followFeed, type Feed } from "./feed.ts";
import { createPhone, type Phone } from "./phone.ts";
import { testQueue } from "./queue-world.ts";
import { hitsOf, startServerProcess, type ServerProcess } from "./server-process.ts";
import { createTestDatabase, testServers, uniqueName } from "./servers.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
import { until } from "./until.ts";

const HUB = "beckon";

/** For worlds in which processes are killed: what a dead worker left is taken up in seconds. */
export const HURRIED: WorkerPace = { pushLeaseSeconds: 6, reconcileEveryMs: 500, reconcileGraceSeconds: 1 };

export interface WorldOptions {
  /** Beside those that point at this world's servers. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether a worker works from the start; true unless told. */
  readonly worker?: boolean;
  /** Whether an API answers from the start; true unless told. */
  readonly api?: boolean;
  /** A deployment's own unless told. */
  readonly pace?: WorkerPace;
}

export type World = Awaited<ReturnType<typeof createWorld>>;

/**
 * A deployment of its own: database, queue (BECKON_TEST_QUEUE says which), containers, a notification hub with devices, an API
 * and a worker, and the people around it. All real; the wires to PostgreSQL, the queue and the blobs can be cut.
 */
export async function createWorld({
  settings: more = {},
  worker = true,
  api = true,
  pace = HURRIED,
}: WorldOptions = {}) {
  const undo = new AsyncDisposableStack();
  const { azurite, redisUrl } = testServers();
  const database = await createTestDatabase();
  undo.defer(() => database.drop());
  const folder = await mkdtemp(join(tmpdir(), "beckon-world-"));
  undo.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const hub = await startEmulator({ hubs: [HUB] });
  undo.defer(() => hub.close());

  /** A server of this run behind a wire of this world's own. */
  const wired = async (address: string): Promise<{ wire: TcpProxy; url: string }> => {
    const url = new URL(address);
    const wire = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
    undo.defer(wire.cut);
    url.port = String(wire.port);
    return { wire, url: url.href };
  };
  const databaseWire = await wired(database.url);
  const blobWire = await wired(azurite.url);
  const redisWire = testQueue() === "redis" ? await wired(redisUrl ?? "") : undefined;
  const hubWire = await wired(hub.url);

  const containers = { ingest: uniqueName("ingest"), evidence: uniqueName("evidence") };
  const environment: Readonly<Record<string, string>> = {
    NODE_ENV: "test",
    LOG_LEVEL: "info",
    DATABASE_URL: databaseWire.url,
    DATABASE_POOL_SIZE: "6",
    QUEUE_PREFIX: uniqueName("beckon"),
    ...(redisWire ? { REDIS_URL: redisWire.url } : {}),
    BLOB_ENDPOINT: blobWire.url.replace(/\/$/, ""),
    BLOB_PUBLIC_URL: azurite.url,
    BLOB_ACCOUNT_KEY: azurite.accountKey,
    BLOB_INGEST_CONTAINER: containers.ingest,
    BLOB_EVIDENCE_CONTAINER: containers.evidence,
    HUB_CONNECTION_STRING: hub.connectionString.replace(hub.url, hubWire.url.replace(/\/$/, "")),
    HUB_NAME: HUB,
    DEPLOYMENT_KEY: "a key of a test, 32 characters and more",
    DEV_ISSUER: "true",
    APP_NAVIGATE_URL: "https://app.example/log-requests/{requestId}",
    RATE_LIMIT_ADDRESS: "1000000",
    RATE_LIMIT_AGENT: "1000000",
    RATE_LIMIT_DEVICE: "1000000",
    RATE_LIMIT_KEY: "1000000",
    ...more,
  };
  const settings = readConfig(environment);

  const lines: string[] = [];
  const note = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields, describeErrors)}`);
  const log = { info: note("info"), warn: note("warn"), error: note("error") };
  await migrateAll(settings, log);

  const processes: ServerProcess[] = [];
  const hint = () =>
    `\nThe latest lines of the log:\n${[...lines, ...processes.flatMap(({ output }) => output().split("\n"))]
      .filter((line) => line !== "")
      .slice(-15)
      .map((line) => `  ${line.slice(0, 600)}`)
      .join("\n")}`;

  const stopAll = async (steps: readonly ShutdownStep[]) => {
    for (const { stop } of steps) await stop();
  };

  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  pool.on("error", () => undefined);
  undo.defer(() => pool.end());

  let apiUrl = "";
  /** Where the first API was: issuer and links of all that come after it, as a deployment's address outlives its processes. */
  let publicUrl: string | undefined;
  const publicly = () => (publicUrl === undefined ? {} : { PUBLIC_URL: publicUrl });
  const startApiHere = async () => {
    const running = await startApi(readConfig({ ...environment, ...publicly() }), log);
    apiUrl = running.url;
    publicUrl ??= apiUrl;
    let stopped: Promise<void> | undefined;
    const stop = () => (stopped ??= stopAll(running.steps));
    undo.defer(stop);
    return { url: running.url, stop };
  };
  const workers: (() => Promise<void>)[] = [];
  const startWorkerHere = async () => {
    const running = await startWorker(readConfig(environment), log, pace);
    let stopped: Promise<void> | undefined;
    workers.push(() => (stopped ??= stopAll(running.steps)));
  };
  const stopWorkers = async () => {
    await Promise.all(workers.splice(0).map(async (stop) => stop()));
  };
  undo.defer(stopWorkers);
  const mainApi = api ? await startApiHere() : undefined;
  if (worker) await startWorkerHere();

  const tokens = new Map<string, Promise<string>>();
  const tokenOf = (audience: "beckon-agents" | "beckon-devices", subject: string): Promise<string> => {
    const key = `${audience} ${subject}`;
    const known = tokens.get(key);
    if (known) return known;
    const token = succeeded<{ access_token: string }>(
      callApi(apiUrl, "POST", "/dev-issuer/token", {
        raw: new URLSearchParams({ grant_type: "password", username: subject, audience }).toString(),
        headers: { "content-type": "application/x-www-form-urlencoded" },
      }),
    ).then((body) => body.access_token);
    tokens.set(key, token);
    return token;
  };
  const call = async (method: string, path: string, options?: ApiCall) => {
    const answer = await callApi(apiUrl, method, path, options);
    checkContract(method, path, answer);
    return answer;
  };

  const as = (person: string): Agent =>
    createAgent(async (method, path, options = {}) =>
      call(method, path, { token: await tokenOf("beckon-agents", person), ...options }),
    );
  const agent = as("alex");
  const untilHere = <T>(fact: () => T | Promise<T>, expected: unknown, { withinMs = 40_000 } = {}) =>
    until(fact, expected, { withinMs, hint });

  const store = BlobServiceClient.fromConnectionString(azurite.connectionString);
  const filesIn = async (container: string, ownerId: string): Promise<string[]> => {
    const files: string[] = [];
    for await (const { name } of store.getContainerClient(container).listBlobsFlat()) {
      const [owner = "", fileId = ""] = name.split("/");
      if (owner.startsWith(ownerId)) files.push(fileId);
    }
    return files.toSorted();
  };

  const pickUp = ({
    userId,
    platform = "fcmv1",
    installationId = randomUUID(),
    token,
  }: {
    readonly userId: string;
    readonly platform?: Platform;
    readonly installationId?: string;
    /** Instead of one of the app's own identity provider. */
    readonly token?: string;
  }): Phone =>
    createPhone({
      userId,
      installationId,
      platform,
      send: async (method, path, options = {}) =>
        call(method, path, { token: token ?? (await tokenOf("beckon-devices", userId)), ...options }),
      inbox: () => hub.inbox({ installationId: `beckon-${installationId}` }),
    });

  const feeds: Feed[] = [];
  undo.defer(() => {
    for (const feed of feeds) feed.close();
  });

  return {
    hub,
    hubName: HUB,
    environment,
    settings,
    databaseUrl: database.url,
    containers,
    folder,
    lines,
    wires: { database: databaseWire.wire, blobs: blobWire.wire, redis: redisWire?.wire, hub: hubWire.wire },
    get apiUrl() {
      return apiUrl;
    },
    call,
    tokenOf,
    agent,
    as,
    until: untilHere,
    /** A phone that nobody has registered yet. */
    pickUp,

    /** A phone whose app has started: registered, and known to the hub. */
    async phone(userId = uniqueName("user"), { platform = "fcmv1" }: { readonly platform?: Platform } = {}) {
      const phone = pickUp({ userId, platform });
      await succeeded(phone.register());
      await untilHere(
        async () => (await agent.installations(userId)).find(({ id }) => id === phone.installationId)?.hubSync,
        "synced",
      );
      return phone;
    },

    /** An agent has asked, and the phone has been pushed. */
    async asked({ platform = "fcmv1", ...wish }: { platform?: Platform; collectors?: string[] } = {}) {
      const phone = await this.phone(undefined, { platform });
      const request = await agent.requestLogs({ userId: phone.userId, ...wish });
      await untilHere(() => phone.pushesOf(request.id), ["beckon.log-request"]);
      await untilHere(async () => (await agent.request(request.id)).state, "notified");
      return { phone, request };
    },

    /** What an agent's console hears, from now on or from where it was. */
    async feed({
      person = "alex",
      lastEventId,
    }: { readonly person?: string; readonly lastEventId?: string | undefined } = {}) {
      const feed = await followFeed(apiUrl, await tokenOf("beckon-agents", person), lastEventId);
      feeds.push(feed);
      return feed;
    },

    stateOf: async (request: { readonly id: string }) => (await agent.request(request.id)).state,

    /** The files whose blobs are in the two containers, whatever our tables say: of one request, or of all. */
    async blobs({ id: ownerId = "" }: { readonly id?: string } = {}) {
      return {
        ingest: await filesIn(containers.ingest, ownerId),
        evidence: await filesIn(containers.evidence, ownerId),
      };
    },

    /** Puts a blob where no link of ours leads. */
    async putBlob(container: string, name: string, content: string | Uint8Array): Promise<void> {
      await store.getContainerClient(container).getBlockBlobClient(name).upload(content, content.length);
    },

    readBlob: (container: string, name: string) =>
      store.getContainerClient(container).getBlockBlobClient(name).downloadToBuffer(),

    /** What the tables say, past every adapter. */
    async sql<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
      return (await pool.query<Row>(text, [...values])).rows;
    },

    /** An API key of a back end, as `beckon keys create` makes one. */
    async createKey(): Promise<string> {
      const secret = `bk_${randomUUID()}`;
      await pool.query(
        "insert into api_key (id, name, secret_hash, created_at) values ($1, 'back end', encode(sha256($2::text::bytea), 'hex'), now())",
        [randomUUID(), secret],
      );
      return secret;
    },

    startApi: startApiHere,
    startWorker: startWorkerHere,
    stopApi: async () => mainApi?.stop(),
    /** Ends the workers of this process, in order. */
    stopWorkers,

    /** Calls go to another API from now on. */
    useApi(url: string): void {
      apiUrl = url;
    },

    /** A process of its own, on the same servers; links and tokens of the first API hold for it too. */
    startProcess(command: "api" | "worker", extra: Readonly<Record<string, string>> = {}, hurry = pace): ServerProcess {
      const started = startServerProcess(command, { ...environment, ...publicly(), ...extra }, hurry);
      processes.push(started);
      // With the test that started it, so that one that fails leaves nobody at work in the next.
      onTestFinished(() => started.stop());
      return started;
    },

    /** A process that kills itself at this point, and what proves that it came so far. */
    startDoomed(command: "api" | "worker", point: string, hurry = pace) {
      const file = join(folder, uniqueName("failpoint"));
      const doomed = this.startProcess(command, { FAILPOINT: point, FAILPOINT_FILE: file }, hurry);
      const [name] = /^[a-z-]+:[a-z-]+/.exec(point) ?? [];
      return {
        ...doomed,
        /** Waits for the kill. @throws when it ended in another way, or elsewhere */
        async killed(): Promise<void> {
          await untilHere(() => hitsOf(file), `failpoint ${name} hit\n`);
          expect(await doomed.ended).toEqual({ code: null, signal: "SIGKILL" });
        },
      };
    },

    close: () => undo.disposeAsync(),
  };
}

/** `test` with a world of the file's own. */
export function worldTest(options: WorldOptions = {}) {
  return base.extend<{ worldOptions: WorldOptions; world: World }>({
    worldOptions: [options, { scope: "file" }],
    world: [
      async ({ worldOptions }, use) => {
        const world = await createWorld(worldOptions);
        await use(world);
        await world.close();
      },
      { scope: "file" },
    ],
  });
}

function describeErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? `${value.name}: ${value.message}` : value;
}
