/** Settings to parts: the one place that knows every adapter. */
import type { TokenCredential } from "@azure/identity";
import { createBlobStore, type BlobCredential } from "#adapters/azure-blob/create-blob-store.ts";
import { AZURE_DEVOPS, createTicketConnector } from "#adapters/azure-devops/create-ticket-connector.ts";
import { createJobQueue } from "#adapters/bullmq/create-job-queue.ts";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import { createPushGateway } from "#adapters/notification-hubs/create-push-gateway.ts";
import { createStore, type PostgresStore } from "#adapters/postgres/create-store.ts";
import { JOBS } from "#flow/jobs.ts";
import { PIPELINE, setsSomethingGoing, TOLD_OUTSIDE } from "#flow/pipeline.ts";
import { startRelay } from "#flow/relay/relay.ts";
import type { BlobStore } from "#ports/blob-store.ts";
import type { Clock } from "#ports/clock.ts";
import type { Ids } from "#ports/ids.ts";
import type { JobQueue } from "#ports/job-queue.ts";
import type { Log } from "#ports/log.ts";
import type { PushGateway } from "#ports/push-gateway.ts";
import type { TicketConnector } from "#ports/ticket-connector.ts";
import type { Settings } from "./config.ts";
import { createFailpoint, type Failpoint } from "./failpoint.ts";
import type { ShutdownStep } from "./shutdown.ts";

export interface Parts extends Omit<PostgresStore, "close"> {
  readonly settings: Settings;
  readonly log: Log;
  readonly ids: Ids;
  readonly queue: JobQueue;
  readonly blobs: BlobStore;
  readonly gateway: PushGateway;
  /** None where the settings name no other ticket system. */
  readonly connector: TicketConnector | undefined;
  /** A number in [0, 1), for jitter. */
  readonly chance: () => number;
  readonly failpoint: Failpoint;
  /** In the order in which they must stop, after what uses them. */
  readonly steps: readonly ShutdownStep[];
}

/** Opens every adapter and starts the relay. Nothing here waits for a server that is away. */
export async function composeParts(settings: Settings, log: Log): Promise<Parts> {
  const ids = uuidV7;
  const postgres = await createStore({
    databaseUrl: settings.DATABASE_URL,
    poolSize: settings.DATABASE_POOL_SIZE,
    needsRelay: setsSomethingGoing,
    ids,
    ...(settings.AZURE_DEVOPS_ORGANIZATION_URL !== undefined && {
      connections: { system: AZURE_DEVOPS, types: TOLD_OUTSIDE, newTickets: settings.AZURE_DEVOPS_CREATE_FOR_ALL },
    }),
    consentTextVersion: settings.CONSENT_TEXT_VERSION,
  });
  const queue = createQueue(settings, log);
  const production = settings.NODE_ENV === "production";
  const failpoint =
    createFailpoint({ point: settings.FAILPOINT, file: settings.FAILPOINT_FILE, production }) ?? (() => undefined);
  const relay = startRelay({
    outbox: postgres.outbox,
    queue,
    pipeline: PIPELINE,
    clock: postgres.clock,
    log,
    failpoint,
  });
  return {
    ...postgres,
    settings,
    log,
    ids,
    queue,
    blobs: createBlobs(settings, postgres.clock, log),
    gateway: createGateway(settings, postgres.clock, log),
    connector: createConnector(settings, postgres.clock),
    chance: Math.random,
    failpoint,
    steps: [
      { name: "relay", stop: () => relay.stop() },
      { name: "queue", stop: () => queue.close() },
      { name: "database", stop: () => postgres.close() },
    ],
  };
}

/** The queue that the settings name: Redis with REDIS_URL, else PostgreSQL. Connects when it is first used. */
export function createQueue(settings: Settings, log: Log): JobQueue {
  const { REDIS_URL: url, DATABASE_URL: databaseUrl } = settings;
  return createJobQueue({
    engine: url === undefined ? { kind: "postgres", databaseUrl } : { kind: "redis", url },
    prefix: settings.QUEUE_PREFIX,
    log,
    names: Object.keys(JOBS),
  });
}

/** The file store that the settings name, by account key or user delegation key. */
export function createBlobs(settings: Settings, clock: Clock, log: Log): BlobStore {
  return createBlobStore({
    endpoint: settings.BLOB_ENDPOINT,
    credential: blobCredential(settings),
    ingestContainer: settings.BLOB_INGEST_CONTAINER,
    evidenceContainer: settings.BLOB_EVIDENCE_CONTAINER,
    ...(settings.BLOB_PUBLIC_URL === undefined ? {} : { publicUrl: settings.BLOB_PUBLIC_URL }),
    allowInsecureHosts: settings.ALLOW_INSECURE_HOSTS,
    // Whoever sets it wants files in blocks, and takes what the service has for that; readiness says what it is.
    ...(settings.BLOB_BLOCKS_OVER_BYTES !== undefined && {
      largeFileBlocks: { overBytes: settings.BLOB_BLOCKS_OVER_BYTES, allowOverwrite: true },
    }),
    clock,
    log,
  });
}

/** `https://NAME.blob.core.windows.net`, or Azurite's `http://HOST:PORT/NAME`. */
function blobCredential({ BLOB_ENDPOINT, BLOB_ACCOUNT_KEY }: Settings): BlobCredential {
  if (BLOB_ACCOUNT_KEY === undefined) return { kind: "token", tokenCredential: createAzureCredential() };
  const { hostname, pathname } = new URL(BLOB_ENDPOINT);
  const accountName = pathname.split("/")[1] || (hostname.split(".")[0] ?? "");
  return { kind: "account-key", accountName, accountKey: BLOB_ACCOUNT_KEY };
}

/** Loaded when the first token is asked for: it is the heaviest of all packages, and a store with an account key never asks. */
function createAzureCredential(): TokenCredential {
  let opened: Promise<TokenCredential> | undefined;
  return {
    async getToken(scopes, options) {
      opened ??= import("@azure/identity").then(({ DefaultAzureCredential }) => new DefaultAzureCredential());
      return (await opened).getToken(scopes, options);
    },
  };
}

/** Push through the hub that the settings name. @throws Error in the operator's words when a setting cannot work */
export function createGateway(settings: Settings, clock: Clock, log: Log): PushGateway {
  const { HUB_CONNECTION_STRING: first, HUB_CONNECTION_STRING_2: second } = settings;
  return createPushGateway({
    connectionStrings: second === undefined ? [first] : [first, second],
    hub: settings.HUB_NAME,
    deploymentKey: settings.DEPLOYMENT_KEY,
    allowInsecureHosts: settings.ALLOW_INSECURE_HOSTS,
    browserNavigateUrl: settings.APP_NAVIGATE_URL,
    clock,
    log,
  });
}

/** Azure DevOps, when the settings name an organization; by personal access token, or Microsoft Entra ID. */
export function createConnector(settings: Settings, clock: Clock): TicketConnector | undefined {
  const { AZURE_DEVOPS_ORGANIZATION_URL: organizationUrl, AZURE_DEVOPS_PROJECT: project } = settings;
  if (organizationUrl === undefined || project === undefined) return undefined;
  const { AZURE_DEVOPS_TOKEN: token, AZURE_DEVOPS_AREA_PATH: areaPath } = settings;
  return createTicketConnector({
    organizationUrl,
    project,
    workItemType: settings.AZURE_DEVOPS_WORK_ITEM_TYPE,
    ...(areaPath === undefined ? {} : { areaPath }),
    credential:
      token === undefined
        ? { kind: "entra", tokenCredential: createAzureCredential() }
        : { kind: "personal-access-token", token },
    attachmentLimitBytes: settings.AZURE_DEVOPS_ATTACHMENT_LIMIT_BYTES,
    states: settings.AZURE_DEVOPS_STATES,
    locale: settings.AZURE_DEVOPS_LOCALE,
    clock,
  });
}
