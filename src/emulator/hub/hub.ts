import { defaultHubPolicies } from "./access-policy.ts";
import type { AccessPolicy } from "./access-policy.ts";
import { expandInstallation } from "./expand-installation.ts";
import type { RegistrationDraft } from "./expand-installation.ts";
import type { HubJob } from "#emulator/job/hub-job.ts";
import { HubError } from "./hub-error.ts";
import type { Installation } from "./installation.ts";
import type { NotificationRecord } from "#emulator/send/notification-record.ts";
import { newRegistrationId } from "./new-id.ts";
import type { Registration } from "./registration.ts";
import { RegistrationStore } from "./registration-store.ts";
import { allowedBy } from "./strictness.ts";
import type { Strictness } from "./strictness.ts";

/** Azure's price tiers: only Standard has telemetry, scheduling, feedback and jobs; Free has no direct batch. */
export type Tier = "Free" | "Basic" | "Standard";

/** How many devices a tier holds, and how much it pushes in a month (documentation of pricing). */
const DEVICE_QUOTAS: Readonly<Record<Tier, number>> = { Free: 500, Basic: 200_000, Standard: 10_000_000 };
const PUSH_QUOTAS: Readonly<Record<Tier, number>> = { Free: 1_000_000, Basic: 10_000_000, Standard: 10_000_000 };

/** Documented throttle of test sends. */
const TEST_SENDS_PER_MINUTE = 10;
const MINUTE_MS = 60_000;

/** How many sends a hub remembers for telemetry; the oldest go first. */
const MAX_NOTIFICATION_RECORDS = 5_000;

/** One notification hub: installations, the registrations that come from them or stand alone, and what was sent. */
export class Hub {
  readonly name: string;
  readonly tier: Tier;
  readonly policies: AccessPolicy[];
  readonly installations = new Map<string, Installation>();
  readonly registrations = new RegistrationStore();
  readonly notifications = new Map<string, NotificationRecord>();
  /** Counts every change of an installation up. */
  revision = 0;
  readonly jobs = new Map<string, HubJob>();
  /** Scheduled notifications that have not been sent, by id, with what takes their alarm back. */
  readonly scheduled = new Map<string, () => void>();

  constructor(name: string, tier: Tier, policies: readonly AccessPolicy[] = defaultHubPolicies()) {
    this.name = name;
    this.tier = tier;
    this.policies = [...policies];
  }

  /** Writes an installation and replaces the registrations that it stands for; one that stays keeps its id. */
  putInstallation(installation: Installation): void {
    this.revision++;
    const { installationId } = installation;
    const old = new Map(this.registrations.ofInstallation(installationId).map((each) => [placeOf(each), each]));
    for (const draft of installation.pushChannelExpired ? [] : expandInstallation(installation)) {
      const known = old.get(placeOf(draft));
      old.delete(placeOf(draft));
      this.registrations.put({ id: known?.id ?? newRegistrationId(), etag: (known?.etag ?? 0) + 1, ...draft });
    }
    for (const { id } of old.values()) this.registrations.delete(id);
    this.installations.set(installationId, installation);
  }

  /**
   * To be asked before a device is added.
   *
   * @throws HubError 403 when the tier holds no more.
   */
  requireRoom(strict: Strictness): void {
    const quota = allowedBy(strict.devices, DEVICE_QUOTAS[this.tier]);
    if (this.installations.size + this.registrations.standalone < quota) return;
    throw new HubError(403, `Quota exceeded; the ${this.tier} tier holds ${quota} devices`);
  }

  /**
   * To be asked before a send.
   *
   * @param now milliseconds since 1970.
   * @throws HubError 403 when the tier pushes no more this month.
   */
  requirePushes(strict: Strictness, now: number): void {
    const quota = allowedBy(strict.pushesPerMonth, PUSH_QUOTAS[this.tier]);
    if (this.#month === monthOf(now) && this.#pushes >= quota)
      throw new HubError(403, `Quota exceeded; the hub may push ${quota} times a month in the ${this.tier} tier`);
  }

  /** Counts one message that went to a push service. */
  countPush(now: number): void {
    const month = monthOf(now);
    this.#pushes = month === this.#month ? this.#pushes + 1 : 1;
    this.#month = month;
  }

  /**
   * To be asked before a test send, which it counts.
   *
   * @throws HubError 403 with Retry-After, the documented way to throttle; what the service answers here is not public.
   */
  requireTestSend(strict: Strictness, now: number): void {
    const limit = allowedBy(strict.testSendsPerMinute, TEST_SENDS_PER_MINUTE);
    if (limit === Number.POSITIVE_INFINITY) return;
    this.#testSends = this.#testSends.filter((at) => at > now - MINUTE_MS);
    if (this.#testSends.length >= limit) {
      const waitMs = (this.#testSends[0] ?? now) + MINUTE_MS - now;
      throw new HubError(403, `A hub makes at most ${limit} test sends a minute`, {
        "Retry-After": String(Math.ceil(waitMs / 1_000)),
      });
    }
    this.#testSends.push(now);
  }

  /** Removes an installation with its registrations. */
  deleteInstallation(installationId: string): boolean {
    this.revision++;
    for (const { id } of this.registrations.ofInstallation(installationId)) this.registrations.delete(id);
    return this.installations.delete(installationId);
  }

  /** What the hub does when a push service calls a handle gone: its registrations go, its installation is marked. */
  dropHandle(registration: Registration): void {
    // A push service may take its time; meanwhile the device may have got itself a new channel.
    if (this.registrations.get(registration.id)?.handle !== registration.handle) return;
    const installation =
      registration.installationId === undefined ? undefined : this.installations.get(registration.installationId);
    // A secondary tile's channel is not the installation's own: only its registrations go.
    if (installation && registration.secondaryTileName === undefined)
      this.putInstallation({ ...installation, pushChannelExpired: true });
    else this.registrations.delete(registration.id);
  }

  rememberNotification(record: NotificationRecord): void {
    this.notifications.set(record.id, record);
    if (this.notifications.size <= MAX_NOTIFICATION_RECORDS) return;
    const [oldest] = this.notifications.keys();
    if (oldest !== undefined) this.notifications.delete(oldest);
  }

  /** Forgets everything but name, tier and policies. */
  clear(): void {
    for (const id of this.installations.keys()) this.deleteInstallation(id);
    for (const [, registration] of this.registrations.entries()) this.registrations.delete(registration.id);
    for (const cancel of this.scheduled.values()) cancel();
    this.scheduled.clear();
    this.notifications.clear();
    this.jobs.clear();
    this.#pushes = 0;
    this.#testSends = [];
  }

  #month = 0;
  #pushes = 0;
  #testSends: number[] = [];
}

/** Months since 1970, of UTC. Not by way of text: it is asked for every message. */
function monthOf(now: number): number {
  const date = new Date(now);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

/** Which of an installation's registrations it is: the native one or a template's, of the app or of a tile. */
function placeOf({ secondaryTileName, template }: RegistrationDraft): string {
  return JSON.stringify([secondaryTileName, template?.name]);
}
