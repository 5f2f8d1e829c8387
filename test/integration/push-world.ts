import { createPushGateway } from "#adapters/notification-hubs/create-push-gateway.ts";
import { createStore } from "#adapters/postgres/create-store.ts";
import { uuidV7 } from "#adapters/ids/uuid-v7.ts";
import type { OutboxRow } from "#domain/facts.ts";
import type { LogRequest, Push } from "#domain/log-request.ts";
import type { Installation, PushChannel } from "#domain/user.ts";
import type { Actor, Platform } from "#domain/vocabulary.ts";
import type { DeliveredMessage } from "#emulator/devices/delivered-message.ts";
import { startEmulator, type Emulator } from "#emulator/start-emulator.ts";
import { snoozeRequest } from "#flow/consent/see-request.ts";
import { registerInstallation, removeInstallation } from "#flow/devices/register-installation.ts";
import { syncInstallationJob } from "#flow/devices/sync-installation.job.ts";
import type { JobName } from "#flow/jobs.ts";
import { PIPELINE, setsSomethingGoing } from "#flow/pipeline.ts";
import { readTelemetryJob } from "#flow/push/read-telemetry.job.ts";
import { sendPushesJob } from "#flow/push/send-pushes.job.ts";
import { cancelRequest } from "#flow/request/change-request.ts";
import type { JobHandler } from "#ports/job-queue.ts";
import type { PushGateway } from "#ports/push-gateway.ts";
import { createTestDatabase } from "#test/support/servers.ts";

export const HUB = "beckon";
const AGENT: Actor = { kind: "agent", id: "agent-1" };
const ANSWER_WITHIN_MS = 24 * 3_600_000;

export interface TestUser {
  readonly id: string;
  readonly ticketId: string;
  readonly phones: readonly string[];
  /** The first of them. */
  readonly phone: string;
}

export type PushWorld = Awaited<ReturnType<typeof openPushWorld>>;

/**
 * The push side with everything real but the queue: PostgreSQL, the hub's SDK, the emulator. Rows of the outbox go through the
 * pipeline straight to their handlers, and time passes only when a test says so.
 */
export async function openPushWorld() {
  const database = await createTestDatabase();
  const hub: Emulator = await startEmulator({
    hubs: [HUB],
    policies: [{ name: "ListenAndSend", rights: ["Listen", "Send"] }],
  });
  const {
    store,
    acceptor,
    pushLedger,
    outbox,
    dueWork,
    clock: realClock,
    close,
  } = await createStore({
    databaseUrl: database.url,
    needsRelay: setsSomethingGoing,
    ids: uuidV7,
  });
  let passedMs = 0;
  const clock = { now: () => realClock.now() + passedMs };

  const hooks: {
    afterHub?: (() => Promise<void>) | undefined;
    beforeInstallation?: (() => Promise<void>) | undefined;
  } = {};
  const runOnce = async (name: keyof typeof hooks) => {
    const hook = hooks[name];
    hooks[name] = undefined;
    await hook?.();
  };

  const gatewayWith = (connectionString: string) =>
    createPushGateway({
      connectionStrings: [connectionString],
      hub: HUB,
      deploymentKey: "key",
      allowInsecureHosts: ["127.0.0.1"],
      browserNavigateUrl: "https://app.example/{requestId}",
      clock,
    });
  const real = gatewayWith(hub.connectionString);
  const gateway: PushGateway = {
    ...real,
    async putInstallation(installation, signal) {
      await runOnce("beforeInstallation");
      return real.putInstallation(installation, signal);
    },
    async removeInstallation(installationId, signal) {
      await runOnce("beforeInstallation");
      return real.removeInstallation(installationId, signal);
    },
  };

  const common = { store, gateway, ids: uuidV7, clock, chance: () => 0 };
  const handlers: Partial<Record<JobName, JobHandler>> = {
    push: sendPushesJob({ ...common, ledger: pushLedger, failpoint: () => runOnce("afterHub") }),
    telemetry: readTelemetryJob({ ...common, ledger: pushLedger }),
    syncInstallation: syncInstallationJob(common),
  };
  const signal = new AbortController().signal;

  async function work(rows: readonly OutboxRow[]): Promise<void> {
    const errands = rows.flatMap((row) => PIPELINE[row.type](row));
    const items = new Map<JobName, unknown[]>();
    for (const { job, item } of errands) items.set(job, [...(items.get(job) ?? []), item]);
    for (const [job, its] of items) await handlers[job]?.(its, signal);
  }

  /** Works until nothing is due. */
  async function settle(): Promise<void> {
    for (let moved = 1; moved > 0;) {
      const rows: OutboxRow[] = [];
      ({ moved } = await outbox.relay(100, clock.now(), async (due) => void rows.push(...due)));
      await work(rows);
    }
  }

  const messagesAt = (phone: string): DeliveredMessage[] => hub.inbox({ installationId: `beckon-${phone}` });
  const saidAt = (phone: string) => messagesAt(phone).map(readMessage);
  const owner = async (phone: string) => {
    const installation = await store.installations.find(phone);
    if (!installation) throw new Error(`There is no installation ${phone}`);
    return installation;
  };
  const find = async (requestId: string): Promise<LogRequest> => {
    const request = await store.requests.find(requestId);
    if (!request) throw new Error(`There is no request ${requestId}`);
    return request;
  };

  const register = async (
    userId: string,
    platform: Platform,
    { id = uuidV7.next(), ...change }: Partial<Pick<Installation, "id" | "pushChannel" | "locale">> = {},
  ) => {
    const content = { platform, pushChannel: channelOf(platform, id), collectors: [], ...change };
    await registerInstallation({ store, clock }, { kind: "user", id: userId }, { id, userId, content });
    return id;
  };

  return {
    hub,
    store,
    dueWork,
    clock,
    settle,
    register,
    messagesAt,
    saidAt,
    gateway,
    /** With the key of another policy of the hub: `ListenAndSend` lacks Manage. */
    gatewayOf: (policy: string) => gatewayWith(hub.connectionStringFor(policy)),
    newId: uuidV7.next,
    typesAt: (phone: string) => saidAt(phone).map(([type]) => type),
    request: find,
    installation: (phone: string) => store.installations.find(phone),
    pushesOf: (requestId: string): Promise<readonly Push[]> => store.pushes.ofRequest(requestId),
    send: (items: readonly { requestId: string; roundId: string }[], until = signal) => handlers.push?.(items, until),

    /** A user with a ticket and phones that the hub knows. */
    async user({ phones }: { readonly phones: readonly Platform[] }): Promise<TestUser> {
      const id = `user-${uuidV7.next()}`;
      const now = clock.now();
      await store.users.ensure(id, now);
      const ticketId = uuidV7.next();
      await store.tickets.create({
        id: ticketId,
        subject: "No sound",
        description: "",
        state: "open",
        userId: id,
        participants: [],
        callIds: [],
        createdAt: now,
        updatedAt: now,
      });
      const ids: string[] = [];
      for (const platform of phones) ids.push(await register(id, platform));
      await settle();
      return { id, ticketId, phones: ids, phone: ids[0] ?? "none" };
    },

    /** An agent asks; returns the request's id. */
    async ask(user: TestUser, { installationId }: { readonly installationId?: string } = {}): Promise<string> {
      const now = clock.now();
      const outcome = await acceptor.accept({
        id: uuidV7.next(),
        ticketId: user.ticketId,
        userId: user.id,
        ...(installationId === undefined ? {} : { installationId }),
        agentId: AGENT.id,
        reason: "to see why you were not heard",
        collectors: ["app"],
        maxBytes: 1_000_000,
        maxFiles: 5,
        answerBy: now + ANSWER_WITHIN_MS,
        roundId: uuidV7.next(),
        now,
      });
      if (outcome.kind !== "accepted") throw new Error(`Not accepted: ${outcome.kind}`);
      return outcome.request.id;
    },

    cancel: (requestId: string) => cancelRequest({ store, clock, ids: uuidV7, maxReminders: 2 }, AGENT, requestId),

    async snooze(requestId: string, seconds: number) {
      const { userId } = await find(requestId);
      await snoozeRequest({ store, clock, ids: uuidV7 }, { userId }, requestId, clock.now() + seconds * 1000);
    },

    async unregister(phone: string) {
      const { userId } = await owner(phone);
      await removeInstallation({ store, clock }, { kind: "user", id: userId }, { id: phone, userId });
    },

    async takeOver(phone: string, userId: string) {
      const { platform, pushChannel } = await owner(phone);
      await register(userId, platform, { id: phone, pushChannel });
    },

    /** The app starts again, with another token. */
    async changeToken(phone: string, pushChannel: string) {
      const { userId, platform } = await owner(phone);
      await register(userId, platform, { id: phone, pushChannel });
    },

    /** Lets time pass, and works off what becomes due. */
    async pass(seconds: number) {
      passedMs += seconds * 1000;
      await settle();
    },

    /** Between the hub's answer to the next push and our record of it. */
    onceAfterHub: (hook: () => Promise<void>) => void (hooks.afterHub = hook),
    /** Between our reading of the next installation to sync and the hub's hearing of it. */
    onceBeforeInstallation: (hook: () => Promise<void>) => void (hooks.beforeInstallation = hook),

    knownToHub: (phone: string) => atHub(hub, phone) !== undefined,
    channelAtHub: (phone: string) => atHub(hub, phone)?.["pushChannel"],

    async factsOf(requestId: string) {
      const { ticketId } = await find(requestId);
      const { items } = await store.timeline.ofTicket(ticketId, { limit: 100 });
      return items.filter(({ fact }) => fact.requestId === requestId).map(({ fact }) => fact.type);
    },

    async close() {
      await hub.close();
      await close();
      await database.drop();
    },
  };
}

function atHub(hub: Emulator, phone: string) {
  return hub.installations(HUB).find(({ installationId }) => installationId === `beckon-${phone}`);
}

function channelOf(platform: Platform, id: string): PushChannel {
  switch (platform) {
    case "apns":
      return Buffer.from(id).toString("hex");
    case "fcmv1":
      return `fcm:${id}`;
    case "wns":
      return `https://db5p.notify.windows.com/?token=${id}`;
    case "browser":
      return { endpoint: `https://push.example/${id}`, p256dh: "p", auth: "a" };
  }
}

type Said = { readonly type: string; readonly requestId: string };

/** Type and request of a push, in whichever form it came. */
function readMessage({ body }: DeliveredMessage): readonly [string, string] {
  const parsed = JSON.parse(body) as Said & { message?: { data: Said }; notification?: { data: Said } };
  const { type, requestId } = parsed.message?.data ?? parsed.notification?.data ?? parsed;
  return [type, requestId];
}
