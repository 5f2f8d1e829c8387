import { isPnsOutcome } from "#emulator/devices/pns-outcome.ts";
import { HubError } from "#emulator/hub/hub-error.ts";
import { operationsOf } from "#emulator/wire/operation.ts";
import type { Operation, OperationGroup } from "#emulator/wire/operation.ts";
import type { Fault } from "./fault-book.ts";

/** Each member of a fault with the values that it takes, and in words. */
const MEMBERS: Readonly<Record<keyof Fault, [check: (value: unknown) => boolean, words: string]>> = {
  operation: [
    (value) => typeof value === "string" && operationsOf(value) !== undefined,
    "the name of an operation, or send, installations, registrations",
  ],
  hub: [isText, "a string"],
  handle: [isText, "a string"],
  platform: [isText, "a string"],
  nth: [(value) => isWhole(value) && value > 0, "a whole number from 1"],
  probability: [(value) => typeof value === "number" && value >= 0 && value <= 1, "a number from 0 to 1"],
  seed: [(value) => isWhole(value), "a whole number"],
  times: [(value) => value === "always" || (isWhole(value) && value > 0), "a whole number from 1, or 'always'"],
  status: [(value) => isWhole(value) && value >= 400 && value <= 599, "a status from 400 to 599"],
  detail: [isText, "a string"],
  retryAfterSeconds: [(value) => isWhole(value) && value >= 0, "a whole number that is not negative"],
  latencyMs: [(value) => isWhole(value) && value >= 0 && value <= 600_000, "milliseconds up to 600000"],
  reset: [(value) => value === "before" || value === "after", "'before' or 'after'"],
  outcome: [
    (value) => typeof value === "string" && isPnsOutcome(value),
    "the name of an outcome in telemetry, such as ExpiredChannel",
  ],
};

/**
 * Reads a fault that came as JSON.
 *
 * @throws HubError 400 naming the member that is wrong or unknown.
 */
export function parseFault(json: unknown): Fault {
  if (!isPlainObject(json)) throw new HubError(400, "A fault is a JSON object");
  for (const [name, value] of Object.entries(json)) {
    if (!isMember(name)) throw new HubError(400, `A fault has no '${name}'; it has ${Object.keys(MEMBERS).join(", ")}`);
    const [check, words] = MEMBERS[name];
    if (!check(value)) throw new HubError(400, `${name} must be ${words}`);
  }
  return faultOf(json);
}

// Every member has been checked above; this only gives them their types.
function faultOf(json: Record<string, unknown>): Fault {
  const { operation, reset, outcome, times } = json;
  const text = (name: "hub" | "handle" | "platform" | "detail"): Partial<Fault> =>
    isText(json[name]) ? { [name]: json[name] } : {};
  const number = (
    name: "nth" | "probability" | "seed" | "status" | "retryAfterSeconds" | "latencyMs",
  ): Partial<Fault> => (typeof json[name] === "number" ? { [name]: json[name] } : {});
  return {
    ...(typeof operation === "string" && { operation: operation as Operation | OperationGroup }),
    ...text("hub"),
    ...text("handle"),
    ...text("platform"),
    ...text("detail"),
    ...number("nth"),
    ...number("probability"),
    ...number("seed"),
    ...number("status"),
    ...number("retryAfterSeconds"),
    ...number("latencyMs"),
    ...((times === "always" || typeof times === "number") && { times }),
    ...((reset === "before" || reset === "after") && { reset }),
    ...(typeof outcome === "string" && isPnsOutcome(outcome) && { outcome }),
  };
}

function isMember(name: string): name is keyof Fault {
  return Object.hasOwn(MEMBERS, name);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
