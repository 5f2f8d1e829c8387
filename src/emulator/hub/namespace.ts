import { FaultBook } from "#emulator/control/fault-book.ts";
import { RequestLog } from "#emulator/control/request-log.ts";
import { Devices } from "#emulator/devices/devices.ts";
import { Inbox } from "#emulator/devices/inbox.ts";
import { WebPushSender } from "#emulator/devices/web-push-sender.ts";
import type { VapidDetails } from "#emulator/devices/web-push-sender.ts";
import { rootPolicy } from "./access-policy.ts";
import type { AccessPolicy } from "./access-policy.ts";
import { Clock } from "./clock.ts";
import { Hub } from "./hub.ts";
import type { Tier } from "./hub.ts";
import type { Strictness } from "./strictness.ts";

/** How long the service takes, in milliseconds; nothing by default, so that a test sees at once what it did. */
export interface Pace {
  /** From the answer to a write of an installation until it holds: Azure does it in the background. */
  installationDelayMs: number;
  /** From the answer to a send until it is worked on; what takes longer than 30 minutes is abandoned. */
  processingDelayMs: number;
}

/** Hub names as Azure's portal takes them; what begins with `$` is the emulator's own. */
const HUB_NAME = /^[A-Za-z0-9][-A-Za-z0-9._]{0,259}$/;

/** Everything that one emulator holds: what Azure calls a namespace, with the devices behind it. */
export class Namespace {
  readonly hubs = new Map<string, Hub>();
  readonly policies: AccessPolicy[] = [rootPolicy()];
  readonly clock = new Clock();
  readonly faults = new FaultBook();
  readonly requestLog = new RequestLog();
  readonly inbox: Inbox;
  readonly devices: Devices;
  readonly webPush: WebPushSender;
  readonly strict: Strictness;
  readonly pace: Pace;

  constructor(options: { maxInboxMessages: number; strict: Strictness; pace: Pace; vapid?: VapidDetails }) {
    this.inbox = new Inbox(options.maxInboxMessages);
    this.devices = new Devices(this.inbox, () => this.clock.now());
    this.webPush = new WebPushSender(options.vapid);
    this.strict = options.strict;
    this.pace = options.pace;
  }

  /** Grows with every change of what persists: hubs, keys, installations and registrations. */
  get revision(): number {
    let revision = this.#keyRevision + this.hubs.size;
    for (const hub of this.hubs.values()) revision += hub.registrations.revision + hub.revision;
    return revision;
  }

  /** To be called when a key or policy has changed. */
  keysChanged(): void {
    this.#keyRevision++;
  }

  #keyRevision = 0;

  /** The hub of that name, whatever its case. */
  hub(name: string): Hub | undefined {
    return this.hubs.get(name.toLowerCase());
  }

  /** @throws RangeError for a name that Azure would not take, or that is taken. */
  createHub(name: string, tier: Tier): Hub {
    if (!HUB_NAME.test(name))
      throw new RangeError(
        `'${name}' is no name for a hub: letters, digits, hyphens, periods, underscores, beginning with a letter or digit`,
      );
    if (this.hub(name)) throw new RangeError(`There is a hub '${name}' already`);
    const hub = new Hub(name, tier);
    this.hubs.set(name.toLowerCase(), hub);
    return hub;
  }

  /** The policies that a token on this hub may be signed with. */
  policiesNamed(name: string, hub: Hub | undefined): AccessPolicy[] {
    return [...(hub?.policies ?? []), ...this.policies].filter((policy) => policy.name === name);
  }

  /** Empties hubs, inboxes, faults, log and clock; hubs, policies and keys stay. */
  reset(): void {
    for (const hub of this.hubs.values()) hub.clear();
    this.faults.clear();
    this.inbox.clear();
    this.devices.reset();
    this.clock.reset();
    this.requestLog.clear();
  }
}
