import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answerControlPlane, isControlRequest } from "./control/control-plane.ts";
import type { Fault, StandingFault } from "./control/fault-book.ts";
import { persistIn } from "./control/persistence.ts";
import { loadSnapshot, takeSnapshot } from "./control/snapshot.ts";
import type { Snapshot } from "./control/snapshot.ts";
import type { LoggedRequest } from "./control/request-log.ts";
import { isLoopbackHost } from "./control/loopback-only.ts";
import type { DeliveredMessage } from "./devices/delivered-message.ts";
import type { InboxFilter } from "./devices/inbox.ts";
import type { VapidDetails } from "./devices/web-push-sender.ts";
import { DEVELOPMENT_KEY, DEVELOPMENT_SECONDARY_KEY, newKey, ROOT_POLICY_NAME } from "./hub/access-policy.ts";
import type { AccessPolicy, AccessRight } from "./hub/access-policy.ts";
import type { Tier } from "./hub/hub.ts";
import { installationToJson } from "./hub/installation.ts";
import { Namespace } from "./hub/namespace.ts";
import type { Pace } from "./hub/namespace.ts";
import { DEFAULT_STRICTNESS } from "./hub/strictness.ts";
import type { Strictness } from "./hub/strictness.ts";
import { answerDataPlane } from "./wire/data-plane.ts";

/** A policy beside the default ones. */
export interface PolicyOptions {
  name: string;
  rights: readonly AccessRight[];
  /** The hub that it belongs to; left out: the whole namespace. */
  hub?: string;
  /** Default: the fixed development key. */
  primaryKey?: string;
  secondaryKey?: string;
}

export interface EmulatorOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  /** Default 127.0.0.1. Anything but loopback lets others on the network send and read. */
  host?: string;
  /** Default one hub, `beckon`. */
  hubs?: readonly string[];
  /** Tier of the hubs; default Standard, which has everything. */
  tier?: Tier;
  policies?: readonly PolicyOptions[];
  /** Which documented limits hold; default only the devices of a tier. `setStrict` changes it while it runs. */
  strict?: Partial<Strictness>;
  /** What to begin with: hubs, policies, installations, registrations. */
  seed?: Snapshot;
  /** A folder in which all that outlives this process. Inboxes and what was sent do not. */
  persistIn?: string;
  /** How long the service takes; default nothing. */
  pace?: Partial<Pace>;
  /** How many delivered messages are kept over all devices; default 10,000. */
  maxInboxMessages?: number;
  /** Who signs real Web Push to push services on this machine; default a fixed development key pair. */
  vapid?: VapidDetails;
}

/** Which devices, and how long to wait for their next message. */
export interface WaitOptions extends InboxFilter {
  /** Default 5,000. */
  timeoutMs?: number;
}

/** A running emulator and what a test can do with it in process. Everything is also to be had under `{url}/$emulator/`. */
export interface Emulator extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** With the root policy's primary key; may do everything. */
  readonly connectionString: string;
  /** What a page gives to `pushManager.subscribe` as `applicationServerKey`. */
  readonly vapidPublicKey: string;
  /** The connection string of another policy. @throws RangeError when there is none of that name. */
  connectionStringFor(policy: string, options?: { hub?: string; key?: "primary" | "secondary" }): string;
  /** Replaces a key at once; tokens that it signed are refused from now on. Returns the new key. @throws RangeError as above. */
  rotateKey(options?: { policy?: string; hub?: string; key?: "primary" | "secondary" }): string;
  /** Adds hubs, policies, installations and registrations. @throws HubError 400 naming what is wrong. */
  seed(snapshot: Snapshot): void;
  /** All that a seed can hold, as it is now. */
  snapshot(): Snapshot;
  /** Takes a device away from the net, so that its messages wait, or brings it back. */
  setOnline(handle: string, online: boolean): void;
  /** @throws RangeError for a bad name or one that is taken. */
  createHub(name: string, options?: { tier?: Tier }): void;
  /** Makes trouble for the next matching request, or as often as `times` says. */
  failNext(fault: Fault): StandingFault;
  /** Switches documented limits on and off: `true` is the documented one, a number so many. */
  setStrict(strict: Partial<Strictness>): void;
  faults(): StandingFault[];
  clearFaults(): void;
  /** What devices have received, oldest first. */
  inbox(filter?: InboxFilter): DeliveredMessage[];
  /** The first message of the filter, waiting for it. @throws Error when none has come in time, saying what has. */
  waitForMessage(options: WaitOptions): Promise<DeliveredMessage>;
  /** The installations of a hub, as `GET /installations/{id}` shows them. @throws RangeError for an unknown hub. */
  installations(hub: string): Record<string, unknown>[];
  /** The latest requests of the data plane, with warnings about traps that a client fell into. */
  requests(): LoggedRequest[];
  /** Moves the emulator's time on, in milliseconds: what is scheduled until then is sent now. `tokens` also lets clients' tokens grow old. */
  advanceTime(ms: number, options?: { tokens?: boolean }): void;
  /** Empties hubs, inboxes, faults and log, and sets the clock right; hubs, policies and keys stay. */
  reset(): void;
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

/** Starts an Azure Notification Hubs emulator in this process. @throws Error when the port is taken. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const {
    port = 0,
    host = "127.0.0.1",
    hubs = ["beckon"],
    tier = "Standard",
    policies = [],
    strict = {},
    pace = {},
    maxInboxMessages = 10_000,
  } = options;
  const namespace = new Namespace({
    maxInboxMessages,
    strict: { ...DEFAULT_STRICTNESS, ...strict },
    pace: { installationDelayMs: 0, processingDelayMs: 0, ...pace },
    ...(options.vapid && { vapid: options.vapid }),
  });
  for (const hub of hubs) namespace.createHub(hub, tier);
  for (const policy of policies) addPolicy(namespace, policy);
  const loopbackOnly = isLoopbackHost(host);
  const server = createServer((request, response) => {
    const answered = isControlRequest(request.url ?? "/")
      ? answerControlPlane(namespace, request, response, loopbackOnly)
      : answerDataPlane(namespace, request, response);
    // A client that goes away while it sends makes the reading fail; there is nobody left to tell.
    answered.catch(() => response.destroy());
  });
  // Longer than clients keep a connection: the one that closes first risks a request on its way.
  server.keepAliveTimeout = 75_000;
  // Before it listens: nobody shall find it empty.
  const persistence = options.persistIn === undefined ? undefined : await persistIn(options.persistIn, namespace);
  try {
    if (options.seed) loadSnapshot(namespace, options.seed);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    await persistence?.close();
    throw error;
  }
  const url = `http://${hostInUrl(host)}:${portOf(server.address())}`;
  return control(namespace, url, async () => {
    namespace.clock.reset();
    namespace.webPush.close();
    server.closeAllConnections();
    await new Promise<void>((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
    await persistence?.close();
  });
}

function control(namespace: Namespace, url: string, close: () => Promise<void>): Emulator {
  const connectionStringFor: Emulator["connectionStringFor"] = (name, { hub, key = "primary" } = {}) => {
    const policy = findPolicy(namespace, name, hub);
    return connectionStringOf(url, policy.name, key === "primary" ? policy.primaryKey : policy.secondaryKey);
  };
  return {
    url,
    get connectionString() {
      return connectionStringFor(ROOT_POLICY_NAME);
    },
    vapidPublicKey: namespace.webPush.vapid.publicKey,
    connectionStringFor,
    rotateKey({ policy = ROOT_POLICY_NAME, hub, key = "primary" } = {}) {
      const found = findPolicy(namespace, policy, hub);
      const fresh = newKey();
      if (key === "primary") found.primaryKey = fresh;
      else found.secondaryKey = fresh;
      namespace.keysChanged();
      return fresh;
    },
    seed: (snapshot) => loadSnapshot(namespace, snapshot),
    snapshot: () => takeSnapshot(namespace),
    setOnline: (handle, online) => namespace.devices.setOnline(handle, online),
    createHub: (name, { tier = "Standard" } = {}) => void namespace.createHub(name, tier),
    failNext: (fault) => namespace.faults.add(fault),
    setStrict: (strict) => void Object.assign(namespace.strict, strict),
    faults: () => namespace.faults.list(),
    clearFaults: () => namespace.faults.clear(),
    inbox: (filter = {}) => namespace.inbox.list(filter).messages,
    waitForMessage: (wait) => waitForMessage(namespace, wait),
    installations(name) {
      const hub = namespace.hub(name);
      if (!hub) throw new RangeError(`There is no hub '${name}'`);
      return [...hub.installations.values()].map(installationToJson);
    },
    requests: () => namespace.requestLog.list(),
    advanceTime: (ms, how) => namespace.clock.advance(ms, how),
    reset: () => namespace.reset(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function waitForMessage(
  namespace: Namespace,
  { timeoutMs = 5_000, ...filter }: WaitOptions,
): Promise<DeliveredMessage> {
  const { messages } = await namespace.inbox.wait(filter, timeoutMs);
  const [message] = messages;
  if (message) return message;
  const others = namespace.inbox
    .list({})
    .messages.slice(-5)
    .map((each) => `${each.sequence}: ${each.platform} ${each.handle}`);
  throw new Error(
    `No message for ${JSON.stringify(filter)} came within ${timeoutMs} ms. The latest of all: ${others.join(", ") || "none"}`,
  );
}

function addPolicy(
  namespace: Namespace,
  { name, rights, hub: hubName, primaryKey = DEVELOPMENT_KEY, secondaryKey = DEVELOPMENT_SECONDARY_KEY }: PolicyOptions,
): void {
  const hub = hubName === undefined ? undefined : namespace.hub(hubName);
  if (hubName !== undefined && !hub)
    throw new RangeError(`The policy ${name} is for the hub '${hubName}', which does not exist`);
  const policies = hub?.policies ?? namespace.policies;
  const known = policies.findIndex((each) => each.name === name);
  if (known >= 0) policies.splice(known, 1);
  policies.push({ name, rights, primaryKey, secondaryKey });
}

function findPolicy(namespace: Namespace, name: string, hubName: string | undefined): AccessPolicy {
  const policies = hubName === undefined ? namespace.policies : (namespace.hub(hubName)?.policies ?? []);
  const policy = policies.find((each) => each.name === name);
  if (!policy)
    throw new RangeError(
      `There is no policy '${name}'${hubName === undefined ? " on the namespace" : ` on the hub '${hubName}'`}`,
    );
  return policy;
}

function connectionStringOf(url: string, policy: string, key: string): string {
  return `Endpoint=${url}/;SharedAccessKeyName=${policy};SharedAccessKey=${key};UseDevelopmentEmulator=true`;
}

/** An address to listen on everywhere is none to connect to. */
function hostInUrl(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== "object" || address === null) throw new Error("The server has no port");
  return address.port;
}
