import { createHmac } from "node:crypto";
import type {
  Installation as HubInstallation,
  NotificationDetails,
  NotificationHubsClient,
  RegistrationDescription,
} from "@azure/notification-hubs";
import type { Installation } from "#domain/user.ts";
import type { Platform } from "#domain/vocabulary.ts";
import type { Clock } from "#ports/clock.ts";
import type { Log } from "#ports/log.ts";
import {
  ListingRefused,
  type OutgoingPush,
  type PushGateway,
  type PushOutcome,
  type PushTarget,
  type TestPush,
} from "#ports/push-gateway.ts";
import {
  buildNotification,
  DEFAULT_APNS_PRESENTATION,
  MAX_PUSH_BYTES,
  type PushPresentation,
} from "./build-notification.ts";
import { buildTestNotification, pushServiceWordOf } from "./build-test-notification.ts";
import { createHubClient } from "./hub-client.ts";
import { refusalOf, type Refusal } from "./hub-outcome.ts";

export interface PushGatewayOptions
  extends Partial<Omit<PushPresentation, "browserNavigateUrl">>, Pick<PushPresentation, "browserNavigateUrl"> {
  /** One or two, of the same hub: when one key is refused, the other is tried, so that keys can be rotated. */
  readonly connectionStrings: readonly string[];
  readonly hub: string;
  /** Secret of this deployment, under which the app's user ids are hidden from the hub. Changing it orphans every registration until its app starts again. */
  readonly deploymentKey: string | Uint8Array;
  /** Host names that may be spoken to over plain http, if the connection string also says UseDevelopmentEmulator=true. */
  readonly allowInsecureHosts: readonly string[];
  readonly clock: Clock;
  readonly log?: Pick<Log, "warn">;
  /** How long the hub may take to answer one call. Default 10 s: its 99th percentile is far below, and a job has 60. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

type Call<T> = (client: NotificationHubsClient, abortSignal: AbortSignal) => Promise<T>;

type Answer<T> =
  | { readonly ok: true; readonly value: T | undefined }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Push through Azure Notification Hubs, with its unmodified SDK.
 *
 * @throws Error in the operator's words, when a setting cannot work.
 */
export function createPushGateway(options: PushGatewayOptions): PushGateway {
  const { hub, deploymentKey, allowInsecureHosts, clock, log, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const clients = options.connectionStrings.map((text) => createHubClient(text, hub, allowInsecureHosts));
  if (clients.length === 0 || clients.length > 2) {
    throw new Error(`One or two connection strings of the hub are needed; ${clients.length} were given.`);
  }
  const presentation = checkedPresentation({ ...DEFAULT_APNS_PRESENTATION, ...options });
  /** Which key worked last. */
  let current = 0;

  async function attempt<T>(call: Call<T>, signal: AbortSignal): Promise<Answer<T>> {
    const first = await callOnce(current, call, signal);
    if (first.ok || first.refusal.status !== 401 || clients.length === 1) return first;
    const other = 1 - current;
    const second = await callOnce(other, call, signal);
    // What the other key is told decides, whatever it is: only a 401 says nothing about the call itself.
    if (!second.ok && second.refusal.status === 401) return first;
    if (current !== other)
      log?.warn({ hub, key: other + 1 }, "The hub refused one access key and took the other. Replace the refused one.");
    current = other;
    return second;
  }

  async function callOnce<T>(index: number, call: Call<T>, signal: AbortSignal): Promise<Answer<T>> {
    const client = clients[index];
    if (!client) throw new Error(`There is no key ${index + 1}`);
    // A timer that is cleared: AbortSignal.timeout would keep one for ten seconds after each of thousands of sends.
    const abort = new AbortController();
    const stop = () => abort.abort();
    const timer = setTimeout(stop, timeoutMs);
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    try {
      return { ok: true, value: await call(client, abort.signal) };
    } catch (error) {
      if (abort.signal.aborted) {
        const reason = signal.aborted
          ? "The attempt was broken off."
          : `The hub did not answer within ${timeoutMs / 1000} s.`;
        return { ok: false, refusal: { kind: "later", reason } };
      }
      const refusal = refusalOf(error, clock.now());
      return refusal ? { ok: false, refusal } : { ok: true, value: undefined };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }

  /** The hub never sees the app's user id: 64 hex digits, which `$UserId:{…}` takes. */
  const hubUserId = (userId: string) => createHmac("sha256", deploymentKey).update(userId, "utf8").digest("hex");

  const tagOf = (target: PushTarget) =>
    "userId" in target
      ? `$UserId:{${hubUserId(target.userId)}}`
      : `$InstallationId:{${hubInstallationId(target.installationId)}}`;

  return {
    async send(push: OutgoingPush, signal: AbortSignal): Promise<PushOutcome> {
      const notification = buildNotification(push.platform, { ...push, now: clock.now() }, presentation);
      const tagExpression = tagOf(push.target);
      const answer = await attempt(
        (client, abortSignal) => client.sendNotification(notification, { tagExpression, abortSignal }),
        signal,
      );
      if (!answer.ok) return answer.refusal;
      // Below the Standard tier the hub gives no id, and has no telemetry.
      const notificationId = answer.value?.notificationId;
      return { kind: "accepted", ...(notificationId ? { notificationId } : {}) };
    },

    async sendTest(push: TestPush, signal: AbortSignal) {
      const { browserNavigateUrl } = presentation;
      const notification = buildTestNotification(push.platform, { ...push, now: clock.now() }, browserNavigateUrl);
      const tagExpression = tagOf({ installationId: push.installationId });
      const send = (enableTestSend: boolean) =>
        attempt(
          (client, abortSignal) =>
            client.sendNotification(notification, { tagExpression, enableTestSend, abortSignal }),
          signal,
        );
      // The hub takes ten test sends a minute, of all that it has: past them an ordinary one says less, and goes out.
      const tested = await send(true);
      if (tested.ok) return { kind: "accepted", pushService: pushServiceWordOf(tested.value) };
      if (tested.refusal.kind !== "later") return tested.refusal;
      const sent = await send(false);
      return sent.ok ? { kind: "accepted", pushService: "unknown" } : sent.refusal;
    },

    async putInstallation(installation: Installation, signal: AbortSignal): Promise<PushOutcome> {
      const hubInstallation = toHubInstallation(installation, hubUserId(installation.userId));
      if (!hubInstallation) {
        return { kind: "never", reason: "The push channel does not fit the platform.", status: 400 };
      }
      const answer = await attempt(
        (client, abortSignal) => client.createOrUpdateInstallation(hubInstallation, { abortSignal }),
        signal,
      );
      return answer.ok ? { kind: "accepted" } : answer.refusal;
    },

    async removeInstallation(installationId: string, signal: AbortSignal): Promise<PushOutcome> {
      const answer = await attempt(
        (client, abortSignal) => client.deleteInstallation(hubInstallationId(installationId), { abortSignal }),
        signal,
      );
      if (answer.ok || answer.refusal.status === 404) return { kind: "accepted" };
      return answer.refusal;
    },

    async *listInstallations(signal) {
      // The SDK takes no continuation token from outside: a walk belongs to the client that began it, and goes on by that one
      // alone. When keys change on the way it starts anew.
      const walk = new AbortController();
      let walker: NotificationHubsClient | undefined;
      let pages: AsyncIterator<RegistrationDescription[]> | undefined;
      for (;;) {
        const answer = await attempt((client, abortSignal) => {
          if (client !== walker || !pages) {
            walker = client;
            pages = client.listRegistrations({ abortSignal: walk.signal }).byPage();
          }
          abortSignal.addEventListener("abort", () => walk.abort(), { once: true });
          return pages.next();
        }, signal);
        if (!answer.ok) throw new ListingRefused(answer.refusal);
        if (!answer.value || answer.value.done) return;
        for (const { tags } of answer.value.value) yield* (tags ?? []).flatMap(ownInstallationId);
      }
    },

    async outcomes(notificationId: string, platform: Platform, signal: AbortSignal) {
      const answer = await attempt(async (client, abortSignal) => {
        try {
          return await client.getNotificationOutcomeDetails(notificationId, { abortSignal });
        } catch (error) {
          // The SDK's parser stumbles over an empty list of outcomes (2.1.0): the hub does not tell, yet.
          if (error instanceof TypeError) return undefined;
          throw error;
        }
      }, signal);
      return answer.ok && answer.value ? countsOf(answer.value, platform) : undefined;
    },

    async check(signal: AbortSignal): Promise<void> {
      const nobody = hubInstallationId("check");
      const notification = buildNotification(
        "fcmv1",
        { requestId: "check", kind: "closed", answerBy: clock.now(), locale: "en", now: clock.now() },
        presentation,
      );
      // Not a test send: the hub allows ten of them a minute, and readiness asks more often.
      const sent = await attempt(
        (client, abortSignal) =>
          client.sendNotification(notification, { tagExpression: `$InstallationId:{${nobody}}`, abortSignal }),
        signal,
      );
      if (!sent.ok) throw new Error(`A send to nobody failed: ${sent.refusal.reason}`);
      const read = await attempt((client, abortSignal) => client.getInstallation(nobody, { abortSignal }), signal);
      // It does not exist, and who may not read is told 401 or 403 before that.
      if (!read.ok && read.refusal.status !== 404)
        throw new Error(`Reading an installation failed: ${read.refusal.reason}`);
    },
  };
}

/** Our installations in the hub are known by their name, so that one of another program is never touched. */
function hubInstallationId(installationId: string): string {
  return `beckon-${installationId}`;
}

/** From the tag that the hub itself puts on the registrations of an installation; nothing from a tag of any other kind. */
function ownInstallationId(tag: string): string[] {
  const [, id] = /^\$InstallationId:\{beckon-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}$/i.exec(tag) ?? [];
  return id === undefined ? [] : [id];
}

function toHubInstallation(installation: Installation, userId: string): HubInstallation | undefined {
  const { platform, pushChannel } = installation;
  const common = { installationId: hubInstallationId(installation.id), userId };
  if (platform === "browser") {
    if (typeof pushChannel === "string") return undefined;
    const { endpoint, p256dh, auth } = pushChannel;
    return { ...common, platform, pushChannel: { endpoint, p256dh, auth } };
  }
  return typeof pushChannel === "string" ? { ...common, platform, pushChannel } : undefined;
}

const COUNTS_OF = {
  apns: "apnsOutcomeCounts",
  fcmv1: "fcmV1OutcomeCounts",
  wns: "wnsOutcomeCounts",
  browser: "browserOutcomeCounts",
} as const satisfies Record<Platform, keyof NotificationDetails>;

function countsOf(details: NotificationDetails, platform: Platform): Readonly<Record<string, number>> | undefined {
  const counts = details[COUNTS_OF[platform]];
  if (counts) return Object.fromEntries(counts.map(({ state, count }) => [state, count]));
  // The state of a send that matched nobody, in the word that the hub uses among the outcomes.
  return details.state === "NoTargetFound" ? { NoTargets: 1 } : undefined;
}

function checkedPresentation(given: PushPresentation): PushPresentation {
  const url = given.browserNavigateUrl;
  if (!URL.canParse(url)) throw new Error(`The URL that browsers open for a push must be absolute; it is '${url}'.`);
  const browserNavigateUrl = url.includes("{requestId}") ? url : `${url.replace(/\/$/, "")}/{requestId}`;
  const presentation = { ...given, browserNavigateUrl };
  const requestId = "00000000-0000-7000-8000-000000000000";
  for (const platform of ["apns", "fcmv1", "wns", "browser"] as const) {
    for (const kind of ["ask", "remind", "closed"] as const) {
      const content = { requestId, kind, answerBy: 0, locale: "de", now: 0 };
      const bytes = Buffer.byteLength(buildNotification(platform, content, presentation).body);
      if (bytes > MAX_PUSH_BYTES) {
        throw new Error(
          `A push for ${platform} would have ${bytes} bytes of at most ${MAX_PUSH_BYTES}: shorten its texts or URL.`,
        );
      }
    }
  }
  return presentation;
}
