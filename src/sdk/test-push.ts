/** The SDK's entry for looking where pushes get lost: `testPush` sends one to this install and follows it. */
import { createApiClient, type Fetch, systemClock } from "./api-client.ts";
import { BeckonError, hasCode } from "./beckon-error.ts";
import type { BeckonOptions } from "./beckon.ts";
import { onAbort } from "./on-abort.ts";
import { LINK_NAMES, PUSH_REASONS, type PushLinkName, type PushReason } from "./push-reasons.ts";
import type { BeckonStorage } from "./storage.ts";
import { TEST } from "./test-push-key.ts";
import type { TestPushResult } from "./wire.ts";

export { BeckonError } from "./beckon-error.ts";
export { PUSH_REASONS, type PushLinkName, type PushReason } from "./push-reasons.ts";

/** Whether the platform lets this app show notifications; `default`: the user was not asked. */
export type NotificationState = "granted" | "denied" | "default";

/** The options of `createBeckon` fit. The storage must be the same one: there it is noted that the push arrived. */
export interface TestPushOptions extends Pick<
  BeckonOptions,
  "baseUrl" | "getToken" | "installationId" | "fetch" | "clock"
> {
  readonly storage: BeckonStorage;
  /** What the platform says of notifications; in browsers it is asked unless given. */
  readonly notificationState?: () => NotificationState | Promise<NotificationState>;
  /** How long to wait for the push, in milliseconds; 15 s unless given. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

/** One link of the chain from the server to the screen. */
export interface PushLink {
  readonly link: PushLinkName;
  /** `unknown`: a link before it is broken, or nobody here can tell. */
  readonly state: "ok" | "broken" | "unknown";
  readonly reason: PushReason;
  /** What to do about it, in English; empty where there is nothing to do. */
  readonly todo: string;
  /** The hub's words, where it had some. */
  readonly detail?: string;
}

const WAIT_MS = 15_000;
const LOOK_MS = 250;

/** A worker tells the hub of a registration within seconds: this often the server is asked again, a second apart. */
const SYNC_TRIES = 5;

/**
 * Sends a push that asks for nothing to this install, and says link by link how far it got: permission, token, hub sync,
 * credential, display. `handle(push)` must be called as for any push, and `onTestPush` tell whether something was shown. A few
 * times a minute at most.
 *
 * @returns all five links; the first that is `broken` is where to look
 * @throws BeckonError `network`, `no_token`, `rate_limited`, `unauthenticated`, `stopped`, …
 */
export async function testPush(options: TestPushOptions): Promise<PushLink[]> {
  const { installationId, storage, clock = systemClock, waitMs = WAIT_MS } = options;
  const fetch: Fetch = options.fetch ?? ((url, init) => globalThis.fetch(url, init));
  const stopping = new AbortController();
  const { signal } = stopping;
  const leave = options.signal && onAbort(options.signal, () => stopping.abort(options.signal?.reason));
  const api = createApiClient({ ...options, fetch, clock, signal });
  const found = new Map<PushLinkName, PushLink>();
  const find = (reason: PushReason, detail?: string): void => {
    const { link, state, todo } = PUSH_REASONS[reason];
    found.set(link, { link, state, reason, todo, ...(detail !== undefined && { detail }) });
  };

  try {
    // What came too late for an earlier test.
    for (const key of await storage.keys()) if (key.startsWith(TEST)) await storage.delete(key);
    find(`permission_${await permissionOf(options)}`);
    const result = await send();
    if (result) judge(result);
    if (result?.testId !== undefined && /^(accepted|unknown)$/.test(result.pushService)) {
      find(await display(result.testId));
    }
    return LINK_NAMES.map((link) => found.get(link) ?? { link, state: "unknown", reason: "not_reached", todo: "" });
  } finally {
    leave?.();
  }

  /** @returns undefined where the server knows no such install of this user */
  async function send(): Promise<TestPushResult | undefined> {
    for (let tries = 1; ; tries++) {
      try {
        const { body } = await api.call<TestPushResult>("POST", `/v1/installations/${installationId}:testPush`);
        if (body.hubSync !== "pending" || tries === SYNC_TRIES) return body;
      } catch (error) {
        if (!hasCode(error, "not_found")) throw error;
        find("not_registered");
        return undefined;
      }
      await sleep(1_000);
    }
  }

  function judge({ hubSync, hub, pushService, reason }: TestPushResult): void {
    find(`hub_${hubSync}`, hubSync === "synced" ? undefined : reason);
    if (hub === "refused") find("hub_refused_us", reason);
    if (hub === "away") find("hub_away", reason);
    if (hub !== "accepted") return;
    find(pushService === "credential_invalid" ? pushService : "credential_taken");
    if (pushService === "accepted") find("token_taken");
    if (pushService === "channel_invalid") find("channel_invalid");
    if (pushService === "unknown") find("token_untold");
    if (pushService === "refused") find("push_service_refused");
  }

  async function display(testId: string): Promise<PushReason> {
    const until = clock.now() + waitMs;
    for (;;) {
      const noted = await storage.get(TEST + testId);
      if (noted !== undefined) {
        await storage.delete(TEST + testId);
        return noted === "true" ? "shown" : noted === "false" ? "not_shown" : "shown_untold";
      }
      if (clock.now() >= until) return "not_arrived";
      await sleep(LOOK_MS);
    }
  }

  async function sleep(ms: number): Promise<void> {
    await clock.sleep(ms, signal).catch((cause: unknown) => {
      throw new BeckonError("stopped", "The test was stopped.", { cause });
    });
  }
}

/** As much of a page as is used: the SDK also compiles where browsers' types are absent. */
interface Page {
  readonly Notification?: { readonly permission: NotificationState };
}

async function permissionOf({ notificationState }: TestPushOptions): Promise<NotificationState | "untold"> {
  if (notificationState) return notificationState();
  return (globalThis as Page).Notification?.permission ?? "untold";
}
