import { createECDH, createHash } from "node:crypto";
import { isLoopbackHost } from "#emulator/control/loopback-only.ts";
import { DEVELOPMENT_KEY } from "#emulator/hub/access-policy.ts";
import type { PnsOutcome } from "./pns-outcome.ts";

/** Who sends Web Push, as RFC 8292 has it: the key pair is base64url, the public one is a page's `applicationServerKey`. */
export interface VapidDetails {
  /** A `mailto:` or `https:` URL under which the sender can be reached. */
  subject: string;
  publicKey: string;
  privateKey: string;
}

/** Path under which the emulator has inboxes of its own for browsers. */
const INBOX_PATH = "/$emulator/push/";

/** Longest wait for a push service, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** How many messages are on their way at once: a broadcast to thousands must not open as many connections. */
const MAX_CONNECTIONS = 32;

/** RFC 8030's words; web-push throws at any other. */
const URGENCIES = ["very-low", "low", "normal", "high"] as const;

/** RFC 8030: 32 characters of base64url. */
const TOPIC = /^[-_A-Za-z0-9]{1,32}$/;

/**
 * Whether a message to this endpoint leaves the emulator as real Web Push: when it is on this machine and none of the
 * emulator's own inboxes. Endpoints elsewhere are simulated, for nothing leaves this machine.
 */
export function isPushServiceHere(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname, pathname } = new URL(endpoint);
  return /^https?:$/.test(protocol) && isLoopbackHost(hostname) && !pathname.startsWith(INBOX_PATH);
}

/** The key pair that is used unless another is given: fixed, like the development key, so that subscriptions outlive a restart. */
function developmentVapid(): VapidDetails {
  const pair = createECDH("prime256v1");
  pair.setPrivateKey(createHash("sha256").update(DEVELOPMENT_KEY).digest());
  return {
    subject: "mailto:emulator@notification-hubs.example",
    publicKey: pair.getPublicKey("base64url"),
    privateKey: pair.getPrivateKey("base64url"),
  };
}

/** Sends Web Push (RFC 8030, encrypted by RFC 8291, signed by RFC 8292) to push services on this machine. */
export class WebPushSender {
  readonly vapid: VapidDetails;
  readonly #closing = new AbortController();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(vapid: VapidDetails = developmentVapid()) {
    this.vapid = vapid;
  }

  /**
   * Sends one message and says what the push service made of it.
   *
   * @param channel endpoint, p256dh and auth of the subscription. Keys that cannot be used are a bad channel.
   * @param headers of which TTL, Urgency and Topic go along.
   */
  async send(
    [endpoint = "", p256dh = "", auth = ""]: readonly string[],
    body: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<PnsOutcome> {
    if (this.#running >= MAX_CONNECTIONS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      const request = await this.#encrypt({ endpoint, keys: { p256dh, auth } }, body, headers);
      return request === null ? "BadChannel" : await this.#post(endpoint, request);
    } finally {
      // Whoever waits takes this place; only when nobody does is it free.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  /** Gives up what is on its way. */
  close(): void {
    this.#closing.abort();
  }

  async #encrypt(
    subscription: { endpoint: string; keys: { p256dh: string; auth: string } },
    body: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ headers: Record<string, string>; body: Uint8Array<ArrayBuffer> } | null> {
    // Loaded when it is needed: most emulators never push to a browser.
    const { default: webPush } = await import("web-push");
    const given = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const ttl = Number(given.get("ttl") ?? Number.NaN);
    const urgency = URGENCIES.find((each) => each === given.get("urgency"));
    const topic = given.get("topic");
    try {
      const details = webPush.generateRequestDetails(subscription, body, {
        vapidDetails: this.vapid,
        contentEncoding: "aes128gcm",
        ...(Number.isSafeInteger(ttl) && ttl >= 0 && { TTL: ttl }),
        ...(urgency && { urgency }),
        ...(topic !== undefined && TOPIC.test(topic) && { topic }),
      });
      const sent = Object.entries(details.headers).filter(([name]) => name !== "Content-Length");
      return {
        headers: Object.fromEntries(sent.map(([name, value]) => [name, String(value)])),
        body: Uint8Array.from(details.body),
      };
    } catch {
      return null;
    }
  }

  // Not by web-push itself: it speaks https only, which a push service on this machine need not.
  async #post(
    endpoint: string,
    { headers, body }: { headers: Record<string, string>; body: Uint8Array<ArrayBuffer> },
  ): Promise<PnsOutcome> {
    try {
      const answer = await fetch(endpoint, {
        method: "POST",
        headers,
        body,
        // A push service does not redirect, and this one may not lead off this machine.
        redirect: "manual",
        signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), this.#closing.signal]),
      });
      await answer.body?.cancel();
      return outcomeOf(answer.status);
    } catch {
      return "PnsUnreachable";
    }
  }
}

/** What the answer of a push service means (RFC 8030, section 5 and 7.3; 404 and 410: the subscription is gone). */
function outcomeOf(status: number): PnsOutcome {
  if (status >= 200 && status < 300) return "Success";
  if (status === 404 || status === 410) return "ExpiredChannel";
  if (status === 401 || status === 403) return "InvalidCredentials";
  if (status === 413) return "InvalidNotificationSize";
  if (status === 429) return "Throttled";
  if (status === 503) return "PnsUnavailable";
  return status >= 500 ? "PnsServerError" : "PnsInterfaceError";
}
