import { defaultHubPolicies } from "./access-policy.ts";
import type { AccessPolicy } from "./access-policy.ts";
import { expandInstallation } from "./expand-installation.ts";
import type { RegistrationDraft } from "./expand-installation.ts";
import type { HubJob } from "#emulator/job/hub-job.ts";
import type { Installation } from "./installation.ts";
import type { NotificationRecord } from "#emulator/send/notification-record.ts";
import { newRegistrationId } from "./new-id.ts";
import type { Registration } from "./registration.ts";
import { RegistrationStore } from "./registration-store.ts";

/** Azure's price tiers: only Standard has telemetry, scheduling, feedback and jobs; Free has no direct batch. */
export type Tier = "Free" | "Basic" | "Standard";

/** How many sends a hub remembers for telemetry; the oldest go first. */
const MAX_NOTIFICATION_RECORDS = 10_000;

/** One notification hub: installations, the registrations that come from them or stand alone, and what was sent. */
export class Hub {
  readonly name: string;
  readonly tier: Tier;
  readonly policies: AccessPolicy[];
  readonly installations = new Map<string, Installation>();
  readonly registrations = new RegistrationStore();
  readonly notifications = new Map<string, NotificationRecord>();
  readonly jobs = new Map<string, HubJob>();
  /** Scheduled notifications that have not been sent, by id, with what takes their alarm back. */
  readonly scheduled = new Map<string, () => void>();
  readonly #registrationIdsOf = new Map<string, readonly string[]>();

  constructor(name: string, tier: Tier, policies: readonly AccessPolicy[] = defaultHubPolicies()) {
    this.name = name;
    this.tier = tier;
    this.policies = [...policies];
  }

  /** Writes an installation and replaces the registrations that it stands for; their ids stay as long as their number does. */
  putInstallation(installation: Installation): void {
    const { installationId } = installation;
    const drafts = installation.pushChannelExpired ? [] : expandInstallation(installation);
    const old = this.#registrationIdsOf.get(installationId) ?? [];
    const ids = drafts.map((draft, index) => {
      const id = old[index] ?? newRegistrationId();
      this.registrations.put(registrationOf(draft, id, (this.registrations.get(id)?.etag ?? 0) + 1));
      return id;
    });
    for (const id of old.slice(drafts.length)) this.registrations.delete(id);
    this.installations.set(installationId, installation);
    this.#registrationIdsOf.set(installationId, ids);
  }

  /** Removes an installation with its registrations. */
  deleteInstallation(installationId: string): boolean {
    for (const id of this.#registrationIdsOf.get(installationId) ?? []) this.registrations.delete(id);
    this.#registrationIdsOf.delete(installationId);
    return this.installations.delete(installationId);
  }

  /** What the hub does when a push service calls a handle gone: its registrations go, its installation is marked. */
  dropHandle(registration: Registration): void {
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
  }
}

function registrationOf(draft: RegistrationDraft, id: string, etag: number): Registration {
  return { id, etag, ...draft };
}
