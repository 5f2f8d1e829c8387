import type { PnsOutcome } from "#emulator/devices/pns-outcome.ts";
import { findPlatform } from "#emulator/hub/platforms.ts";
import type { PlatformName } from "#emulator/hub/platforms.ts";
import { operationsOf } from "#emulator/wire/operation.ts";
import type { Operation, OperationGroup } from "#emulator/wire/operation.ts";
import { seededRandom } from "./seeded-random.ts";

/** Trouble to make. The first part says when, the second what; what is left out of the first part does not restrict. */
export interface Fault {
  operation?: Operation | OperationGroup;
  hub?: string;
  /** Requests that address this handle: a direct or batch send to it, a send whose audience holds it, a write of an installation or registration with it. */
  handle?: string;
  /** Only with `outcome`: messages of this platform. */
  platform?: string;
  /** The first matching request that is hit, counted from 1. */
  nth?: number;
  /** Chance of each matching request to be hit, 0 to 1. */
  probability?: number;
  /** Makes `probability` repeatable. */
  seed?: number;
  /** How many requests are hit before the fault is over; 1 if left out, `always` until it is removed. */
  times?: number | "always";

  /** HTTP status to answer instead of doing the work. 403 with `retryAfterSeconds` is how the service throttles. */
  status?: number;
  /** Words for the `Detail` of the answer. */
  detail?: string;
  retryAfterSeconds?: number;
  /** How long the answer is held back, with or without another trouble, in milliseconds. */
  latencyMs?: number;
  /** Cuts the connection before the request is worked on, or after, so that a retried send is delivered twice. */
  reset?: "before" | "after";
  /** What the push service says about the message, instead of taking it. */
  outcome?: PnsOutcome;
}

/** A fault as it stands in the book. */
export interface StandingFault extends Fault {
  id: number;
  /** How many requests or messages it has hit. */
  hits: number;
}

interface Entry {
  fault: StandingFault;
  operations: readonly Operation[] | undefined;
  platform: PlatformName | undefined;
  seen: number;
  random: () => number;
}

/** What a request is, as far as a fault can ask. Handles are costly to find out, so they are asked for only when needed. */
export interface FaultySituation {
  operation: Operation;
  hub: string;
  handles: () => Iterable<string>;
}

/** The faults that stand, in the order in which they were added; the first that matches is the one that hits. */
export class FaultBook {
  #entries: Entry[] = [];
  #lastId = 0;

  /** @throws RangeError when the fault names an operation or platform that does not exist, or makes no trouble at all. */
  add(fault: Fault): StandingFault {
    const operations = fault.operation === undefined ? undefined : operationsOf(fault.operation);
    if (fault.operation !== undefined && !operations)
      throw new RangeError(`There is no operation '${fault.operation}'`);
    const platform = fault.platform === undefined ? undefined : findPlatform(fault.platform)?.name;
    if (fault.platform !== undefined && !platform) throw new RangeError(`There is no platform '${fault.platform}'`);
    const troubles = [fault.status, fault.latencyMs, fault.reset, fault.outcome];
    if (troubles.every((each) => each === undefined))
      throw new RangeError("A fault needs one of status, latencyMs, reset and outcome");
    const standing: StandingFault = { ...fault, id: ++this.#lastId, hits: 0 };
    this.#entries.push({
      fault: standing,
      operations,
      platform,
      seen: 0,
      random: fault.seed === undefined ? Math.random : seededRandom(fault.seed),
    });
    return standing;
  }

  list(): StandingFault[] {
    return this.#entries.map(({ fault }) => ({ ...fault }));
  }

  remove(id: number): boolean {
    const before = this.#entries.length;
    this.#entries = this.#entries.filter(({ fault }) => fault.id !== id);
    return this.#entries.length < before;
  }

  clear(): void {
    this.#entries = [];
  }

  /** The fault that this HTTP request runs into, if any; using it up. */
  hitRequest(situation: FaultySituation): Fault | undefined {
    if (this.#entries.length === 0) return undefined;
    return this.#hit(
      ({ fault, operations }) =>
        fault.outcome === undefined &&
        (operations === undefined || operations.includes(situation.operation)) &&
        isSameHub(fault.hub, situation.hub) &&
        (fault.handle === undefined || holdsHandle(situation.handles(), fault.handle)),
    );
  }

  /** What the push service shall say about a message to this handle; undefined for nothing special. Uses the fault up. */
  hitMessage(message: {
    operation: Operation;
    hub: string;
    platform: PlatformName;
    handle: string;
  }): PnsOutcome | undefined {
    if (this.#entries.length === 0) return undefined;
    const fault = this.#hit(
      ({ fault: each, operations, platform }) =>
        each.outcome !== undefined &&
        (operations === undefined || operations.includes(message.operation)) &&
        isSameHub(each.hub, message.hub) &&
        (platform === undefined || platform === message.platform) &&
        (each.handle === undefined || holdsHandle([message.handle], each.handle)),
    );
    return fault?.outcome;
  }

  #hit(matches: (entry: Entry) => boolean): Fault | undefined {
    for (const entry of this.#entries) {
      if (!matches(entry)) continue;
      entry.seen++;
      if (entry.seen < (entry.fault.nth ?? 1)) continue;
      if (entry.fault.probability !== undefined && entry.random() >= entry.fault.probability) continue;
      entry.fault.hits++;
      const times = entry.fault.times ?? 1;
      if (times !== "always" && entry.fault.hits >= times) this.remove(entry.fault.id);
      return entry.fault;
    }
    return undefined;
  }
}

function isSameHub(wanted: string | undefined, hub: string): boolean {
  return wanted === undefined || wanted.toLowerCase() === hub.toLowerCase();
}

// Apple's tokens are kept in upper case while a test may have written them in lower case.
function holdsHandle(handles: Iterable<string>, wanted: string): boolean {
  for (const handle of handles) if (handle === wanted || handle === wanted.toUpperCase()) return true;
  return false;
}
