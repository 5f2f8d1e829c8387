import { HubError } from "./hub-error.ts";

/** A limit that can be switched: true is the documented one, false none, a number so many. */
export type Limit = boolean | number;

/** Which documented limits hold; those that are off by default are where the service is milder, or a test would be surprised. */
export interface Strictness {
  /** Refuses more than the documented 60 tags; the service was seen to take 72. Off by default. */
  tags: boolean;
  /** Devices that a hub's tier holds. On by default: only Free has so few that it is felt. */
  devices: Limit;
  /** Pushes that a hub's tier sends in a calendar month (UTC). Off by default. */
  pushesPerMonth: Limit;
  /** Test sends of a hub in a minute: 10. Off by default. */
  testSendsPerMinute: Limit;
}

export const DEFAULT_STRICTNESS: Readonly<Strictness> = {
  tags: false,
  devices: true,
  pushesPerMonth: false,
  testSendsPerMinute: false,
};

/** Every documented limit: what `--strict` means. */
export const STRICT: Readonly<Strictness> = {
  tags: true,
  devices: true,
  pushesPerMonth: true,
  testSendsPerMinute: true,
};

/** How many a limit allows. */
export function allowedBy(limit: Limit, documented: number): number {
  if (typeof limit === "number") return limit;
  return limit ? documented : Number.POSITIVE_INFINITY;
}

/**
 * Reads some of the switches from JSON.
 *
 * @throws HubError 400 naming the one that is wrong or unknown.
 */
export function parseStrictness(json: Readonly<Record<string, unknown>>): Partial<Strictness> {
  const switches: Partial<Strictness> = {};
  for (const [name, value] of Object.entries(json)) {
    if (name === "tags" && typeof value === "boolean") switches.tags = value;
    else if ((name === "devices" || name === "pushesPerMonth" || name === "testSendsPerMinute") && isLimit(value))
      switches[name] = value;
    else
      throw new HubError(
        400,
        `'${name}' cannot be ${JSON.stringify(value)}: tags is true or false; devices, pushesPerMonth and testSendsPerMinute are that or a whole number`,
      );
  }
  return switches;
}

function isLimit(value: unknown): value is Limit {
  return typeof value === "boolean" || (Number.isSafeInteger(value) && Number(value) >= 0);
}
