import type { AccessPolicy, AccessRight } from "#emulator/hub/access-policy.ts";
import { HubError } from "#emulator/hub/hub-error.ts";
import type { Hub, Tier } from "#emulator/hub/hub.ts";
import { installationToJson, objectOf, parseInstallation, textOf } from "#emulator/hub/installation.ts";
import type { Namespace } from "#emulator/hub/namespace.ts";
import { NEVER_EXPIRES } from "#emulator/hub/registration.ts";
import { parseRegistrationLine } from "#emulator/registration/parse-registration.ts";
import { registrationDescription } from "#emulator/registration/write-registration.ts";

/** What a seed file holds, and what an emulator that persists writes. All but the names is optional in a seed. */
export interface Snapshot {
  policies?: readonly AccessPolicy[];
  hubs: readonly HubSnapshot[];
}

export interface HubSnapshot {
  name: string;
  tier?: Tier;
  policies?: readonly AccessPolicy[];
  /** As in the body of `PUT /installations/{id}`. */
  installations?: readonly Record<string, unknown>[];
  /** Registrations of no installation, each as the XML of its description: a line of an export. */
  registrations?: readonly string[];
}

/** Hubs, policies with their keys, installations and registrations; not what was sent, and no inboxes. */
export function takeSnapshot(namespace: Namespace): Snapshot {
  return {
    policies: namespace.policies.map(copyOf),
    hubs: [...namespace.hubs.values()].map((hub) => ({
      name: hub.name,
      tier: hub.tier,
      policies: hub.policies.map(copyOf),
      installations: [...hub.installations.values()].map(installationToJson),
      registrations: [...hub.registrations.entries()]
        .filter(([, each]) => each.installationId === undefined)
        .map(([, each]) => registrationDescription(each)),
    })),
  };
}

/**
 * Adds what a snapshot holds to what is there: hubs that are missing are created, installations and registrations written.
 *
 * @throws HubError 400 naming what is wrong, RangeError for a bad hub name; what came before it has been added.
 */
export function loadSnapshot(namespace: Namespace, json: unknown): void {
  const snapshot = objectOf(json, "A seed");
  mergePolicies(namespace.policies, snapshot["policies"]);
  for (const each of listOf(snapshot["hubs"], "hubs")) {
    const hubJson = objectOf(each, "A hub of the seed");
    const name = textOf(hubJson["name"], "name of a hub");
    const hub = namespace.hub(name) ?? namespace.createHub(name, tierOf(hubJson["tier"]));
    mergePolicies(hub.policies, hubJson["policies"]);
    for (const [index, installation] of listOf(hubJson["installations"], `installations of ${name}`).entries())
      within(`installations[${index}] of ${name}`, () => putInstallation(namespace, hub, installation));
    for (const [index, line] of listOf(hubJson["registrations"], `registrations of ${name}`).entries())
      within(`registrations[${index}] of ${name}`, () => putRegistration(namespace, hub, line));
  }
}

/** Says of a refusal where in the seed it was. */
function within(where: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw error instanceof HubError ? new HubError(error.status, `${where}: ${error.message}`) : error;
  }
}

function putInstallation(namespace: Namespace, hub: Hub, value: unknown): void {
  const json = objectOf(value, "An installation of the seed");
  const installation = parseInstallation(json, textOf(json["installationId"], "installationId"), namespace.strict.tags);
  const expirationTime = json["expirationTime"];
  hub.putInstallation({
    ...installation,
    expirationTime: typeof expirationTime === "string" ? expirationTime : NEVER_EXPIRES,
    pushChannelExpired: json["pushChannelExpired"] === true,
  });
}

function putRegistration(namespace: Namespace, hub: Hub, line: unknown): void {
  const { draft, id } = parseRegistrationLine(textOf(line, "A registration of the seed"), namespace.strict.tags);
  if (id === undefined) throw new HubError(400, "A registration of the seed has no RegistrationId");
  hub.registrations.put({ id, etag: 1, ...draft });
}

function mergePolicies(policies: AccessPolicy[], value: unknown): void {
  for (const each of listOf(value, "policies")) {
    const policy = policyOf(each);
    const known = policies.findIndex(({ name }) => name === policy.name);
    if (known >= 0) policies[known] = policy;
    else policies.push(policy);
  }
}

function policyOf(value: unknown): AccessPolicy {
  const json = objectOf(value, "A policy of the seed");
  const rights = listOf(json["rights"], "rights").filter(isRight);
  const primaryKey = textOf(json["primaryKey"], "primaryKey of a policy");
  return {
    name: textOf(json["name"], "name of a policy"),
    rights,
    primaryKey,
    secondaryKey: json["secondaryKey"] == null ? primaryKey : textOf(json["secondaryKey"], "secondaryKey of a policy"),
  };
}

function isRight(value: unknown): value is AccessRight {
  return value === "Listen" || value === "Send" || value === "Manage";
}

/** A word as a tier; left out, Standard. @throws HubError 400 for any other. */
export function tierOf(value: unknown): Tier {
  if (value === undefined) return "Standard";
  if (value === "Free" || value === "Basic" || value === "Standard") return value;
  throw new HubError(400, `A tier is Free, Basic or Standard, not ${JSON.stringify(value)}`);
}

function listOf(value: unknown, what: string): unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new HubError(400, `${what} must be an array`);
  return value;
}

function copyOf(policy: AccessPolicy): AccessPolicy {
  return { ...policy };
}
